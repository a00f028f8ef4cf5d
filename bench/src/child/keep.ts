/** One round of row `keep`: CPU of the writer's half per event, from ring memory to committed segments, where few films are kept. */

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { openRecording } from '@cinescope/core/reader'
import { nodeId } from '@cinescope/protocol'
import { createWriterRig, type KeepSettings } from '../insides.ts'
import { createMovingClock, createRandom, createTraffic, EVENTS_PER_FILM } from '../traffic.ts'
import { check, report, temporaryDirectory } from './child.ts'

/** Events a commit: what 100 ms bring at 200,000 events a second. */
const EVENTS_PER_COMMIT = 20_000
const WARM_COMMITS = 15
const COMMITS = 60
const ERROR_EVERY = 100
/** As a scope has them, but for the quantile: one in a hundred fails already. */
const KEEP: KeepSettings = {
  policy: 'tail',
  slowMs: 1000,
  slowQuantile: 0.9999,
  reservoir: 1,
  afterSeconds: 10,
  maxBytes: 16_777_216,
  maxEvents: 10_000,
  maxSeconds: 60,
}

/** What a round tells. */
export interface KeepRound {
  /** Events per CPU-second, garbage collection included. */
  readonly eventsPerCpuSecond: number
  readonly keptPercent: number
}

await using directory = temporaryDirectory('keep')
const path = join(directory.path, 'keep.cine')
const random = createRandom(11)
const rig = await createWriterRig(path, createMovingClock(random, 1.7e12), nodeId('0123456789ab'), undefined, KEEP)
const traffic = createTraffic(rig, random, false, ERROR_EVERY)

let cpuUs = 0
for (let commit = 0; commit < WARM_COMMITS + COMMITS; commit++) {
  traffic.produce(EVENTS_PER_COMMIT)
  const before = process.cpuUsage()
  while (rig.pipeline.drain() > 0);
  rig.pipeline.commit()
  const spent = process.cpuUsage(before)
  if (commit >= WARM_COMMITS) cpuUs += spent.user + spent.system
}
const total = (WARM_COMMITS + COMMITS) * EVENTS_PER_COMMIT
check(rig.ring.refused === 0 && rig.ring.valuesLost === 0, 'nothing was lost on the way')
rig.pipeline.settle('decide')
rig.finish()
const keptPercent = await verify()
rmSync(path)
report<KeepRound>({ eventsPerCpuSecond: (COMMITS * EVENTS_PER_COMMIT) / (cpuUs / 1e6), keptPercent })

/** Reads the recording back: each event is accounted for, what is kept is whole, and routes know of all. */
async function verify(): Promise<number> {
  await using recording = openRecording(path)
  const { stored, notKept } = await recording.ledger()
  check(stored + notKept === total, 'the ledger accounts for every event')
  const { items } = await recording.films({ where: { error: true }, limit: 500 })
  const failed = items.filter(({ decidedEarly }) => !decidedEarly)
  check(failed.length > 100 && failed.every(({ events }) => events === EVENTS_PER_FILM), 'films that failed are whole')
  const films = (await recording.routes()).reduce((sum, route) => sum + route.films, 0)
  check(films === traffic.complete, 'routes have counted every film')
  const percent = (stored / total) * 100
  check(percent > 0.5 && percent < 1.5, `about one in a hundred is kept, not ${percent} %`)
  return percent
}
