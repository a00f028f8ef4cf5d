/** Row `governor`: how soon recording is within its budget again after the load has grown. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { ServerUse } from '../child/use.ts'
import { interleave, type Row } from '../row.ts'
import { type Serving, serve } from '../serving.ts'
import { median, pairedDifferences } from '../statistics.ts'

const CONNECTIONS = 10
/** In percent of a core. */
const BUDGET = 10
const CALM_A_SECOND = 1000
const STEEP_A_SECOND = 10_000
const CALM_SECONDS = 6
const STEEP_SECONDS = 15
const LOOK_EVERY_MS = 100
/** What is told over so long counts. */
const WINDOW_MS = 1000
/** At the end of the steep load, what it costs from outside is looked at for so long. */
const SETTLED_MS = 5000

export const governorRow: Row = {
  id: 'governor',
  definition: 'from a tenfold step in load until recording tells that it is within a budget of 10 % of a core',
  unit: 's',
  sense: 'at most',
  bar: 5,
  reach: 2,
  rounds: 5,
  method:
    'The server and the requests of `http-cpu`, 1,000 requests a second for 6 s, then 10,000 a second for 15 s, each arm a fresh process. The figure is the time from the step to the beginning of the first second in which probes and writer tell that they took no more than 100 ms of CPU, looked at every 100 ms. From outside: CPU of the last 5 s beyond that of the bare server at the same pace, in percent of a core.',
  async run(context) {
    const spent = await interleave(['bare', 'budget', 'budget again'] as const, context, (arm) => step(arm !== 'bare'))
    const of = (arm: keyof typeof spent, key: keyof Step): number[] => spent[arm].map((each) => each[key])
    return {
      values: of('budget', 'seconds'),
      nulls: pairedDifferences(of('budget again', 'seconds'), of('budget', 'seconds')),
      details: {
        'told % before': median(of('budget', 'calmPercent')),
        'told % at most': median(of('budget', 'mostPercent')),
        'told % in the end': median(of('budget', 'toldPercent')),
        'added % in the end': median(pairedDifferences(of('budget', 'cpuPercent'), of('bare', 'cpuPercent'))),
        'requests/s': median(of('budget', 'perSecond')),
      },
    }
  },
}

interface Step {
  readonly seconds: number
  readonly calmPercent: number
  readonly mostPercent: number
  readonly toldPercent: number
  readonly cpuPercent: number
  readonly perSecond: number
}

interface Look {
  readonly atMs: number
  readonly use: ServerUse
}

async function step(isRecorded: boolean): Promise<Step> {
  await using server = await serve(isRecorded ? { arm: 'cinescope', budgetPercent: BUDGET } : { arm: 'bare' })
  await server.load(20_000, CONNECTIONS)
  const before = await look(server)
  await server.load(CALM_A_SECOND * CALM_SECONDS, CONNECTIONS, CALM_A_SECOND)
  const steep = server.load(STEEP_A_SECOND * STEEP_SECONDS, CONNECTIONS, STEEP_A_SECOND)
  const looks = [await look(server)]
  for (;;) {
    const loaded = await Promise.race([steep, sleep(LOOK_EVERY_MS)])
    looks.push(await look(server))
    if (loaded !== undefined) return figuresOf(looks, loaded.elapsedMs, before)
  }
}

function figuresOf(looks: readonly Look[], elapsedMs: number, before: Look): Step {
  const [first] = looks
  const last = looks.at(-1)
  const settled = looks.find(({ atMs }) => atMs > last!.atMs - SETTLED_MS)
  const windows = looks.flatMap((from) => {
    const to = looks.find(({ atMs }) => atMs >= from.atMs + WINDOW_MS)
    return to === undefined ? [] : [{ atMs: from.atMs, percent: toldPercent(from, to) }]
  })
  const within = windows.find(({ percent }) => percent <= BUDGET)
  return {
    seconds: within === undefined ? Infinity : (within.atMs - first!.atMs) / 1000,
    calmPercent: toldPercent(before, first!),
    mostPercent: Math.max(...windows.map(({ percent }) => percent)),
    toldPercent: toldPercent(settled!, last!),
    cpuPercent: (100 * (last!.use.cpuMs - settled!.use.cpuMs)) / (last!.atMs - settled!.atMs),
    perSecond: (STEEP_A_SECOND * STEEP_SECONDS * 1000) / elapsedMs,
  }
}

async function look(server: Serving): Promise<Look> {
  const use = await server.spent()
  return { atMs: performance.now(), use }
}

function toldPercent(from: Look, to: Look): number {
  const ms = to.use.probeMs + to.use.writerMs - from.use.probeMs - from.use.writerMs
  return (100 * ms) / (to.atMs - from.atMs)
}
