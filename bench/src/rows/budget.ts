/** Row `budget`: what a budget of CPU makes of the server of `http-cpu`. */

import { interleave, type Row } from '../row.ts'
import { serve } from '../serving.ts'
import { median, pairedDifferences } from '../statistics.ts'

const CONNECTIONS = 10
/** In percent of a core. */
const BUDGETS = [10, 3, 1] as const
const ARMS = ['bare', 'bare again', 'no budget', '10 %', '3 %', '1 %'] as const
/** What is left out is found look by look, half a second apart. */
const SETTLE_MS = 12_000
const BLOCK = 2000
const MEASURED_MS = 6000

export const budgetRow: Row = {
  id: 'budget',
  definition:
    'what recording tells that it costs the server of `http-cpu` under a budget of 3 % of a core ÷ that budget',
  unit: '×',
  sense: 'at most',
  bar: undefined,
  reach: undefined,
  rounds: 5,
  method:
    'The server and the requests of `http-cpu` at full speed, each arm a fresh process, with and without budgets: 12 s until it is decided what is left out, then 6 s that count. It has no bar. What is added, in percent of a core, is the CPU per request beyond that of the bare server of the round, times the requests of a second.',
  async run(context) {
    const spent = await interleave(ARMS, context, (arm) => roundOf(arm))
    const of = (arm: (typeof ARMS)[number], key: keyof Round): number[] => spent[arm].map((each) => each[key])
    const added = (arm: (typeof ARMS)[number]): number =>
      median(
        pairedDifferences(of(arm, 'cpuUs'), of('bare', 'cpuUs')).map((us, i) => (us * of(arm, 'perSecond')[i]!) / 1e4),
      )
    const told = (arm: (typeof ARMS)[number]): number => median(of(arm, 'toldPercent'))
    const details = Object.fromEntries(
      (['no budget', ...BUDGETS.map((percent) => `${percent} %` as const)] as const).flatMap((arm) => [
        [`${arm}: told %`, told(arm)],
        [`${arm}: added %`, added(arm)],
        [`${arm}: events/request`, median(of(arm, 'made'))],
        [`${arm}: films of 1,000`, median(of(arm, 'films'))],
      ]),
    )
    return {
      values: of('3 %', 'toldPercent').map((percent) => percent / 3),
      nulls: pairedDifferences(of('bare again', 'cpuUs'), of('bare', 'cpuUs')).map((us) => us / 100),
      details,
    }
  },
}

interface Round {
  readonly cpuUs: number
  readonly perSecond: number
  readonly toldPercent: number
  /** Events that were offered, a request. */
  readonly made: number
  /** Of a thousand requests those that were recorded. */
  readonly films: number
}

async function roundOf(arm: (typeof ARMS)[number]): Promise<Round> {
  const isBare = arm.startsWith('bare')
  const percent = arm.endsWith('%') ? Number.parseFloat(arm) : undefined
  await using server = await serve({
    arm: isBare ? 'bare' : 'cinescope',
    ...(percent === undefined ? {} : { budgetPercent: percent }),
  })
  for (const until = performance.now() + SETTLE_MS; performance.now() < until;) await server.load(BLOCK, CONNECTIONS)
  const before = await server.use()
  let [requests, elapsedMs] = [0, 0]
  while (elapsedMs < MEASURED_MS) {
    elapsedMs += (await server.load(BLOCK, CONNECTIONS)).elapsedMs
    requests += BLOCK
  }
  const after = await server.use()
  return {
    cpuUs: ((after.cpuMs - before.cpuMs) * 1000) / requests,
    perSecond: (requests * 1000) / elapsedMs,
    toldPercent: (100 * (after.probeMs + after.writerMs - before.probeMs - before.writerMs)) / elapsedMs,
    made: (after.made - before.made) / requests,
    films: isBare ? 0 : 1000 - (1000 * (after.sampledOut - before.sampledOut)) / 2 / requests,
  }
}
