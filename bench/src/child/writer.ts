/** One round of row `writer`: CPU of the writer's half per event, from ring memory to committed segments. */

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { openRecording } from '@cinescope/core/reader'
import { nodeId } from '@cinescope/protocol'
import { sizeOfRecording } from '../file-size.ts'
import { countOf, createWriterRig } from '../insides.ts'
import { createMovingClock, createRandom, createTraffic, EVENTS_PER_FILM } from '../traffic.ts'
import { check, childInput, report, temporaryDirectory } from './child.ts'

/** Events a commit: what 100 ms bring at 200,000 events a second. */
const EVENTS_PER_COMMIT = 20_000
const WARM_COMMITS = 15
const PRUNE_EVERY_COMMITS = 8

/** What a round tells. */
export interface WriterRound {
  /** Events per CPU-second, garbage collection included. */
  readonly eventsPerCpuSecond: number
  readonly meanValueBytes: number
  readonly bytesPerEvent: number
}

const { commits = 60 } = childInput<{ readonly commits?: number }>()
await using directory = temporaryDirectory('writer')
const path = join(directory.path, 'writer.cine')
const random = createRandom(11)
const rig = await createWriterRig(path, createMovingClock(random, 1.7e12), nodeId('0123456789ab'))
const traffic = createTraffic(rig, random)

let cpuUs = 0
let timed = 0
const total = (WARM_COMMITS + commits) * EVENTS_PER_COMMIT
for (let commit = 0; commit < WARM_COMMITS + commits; commit++) {
  traffic.produce(EVENTS_PER_COMMIT)
  const before = process.cpuUsage()
  while (rig.pipeline.drain() > 0);
  rig.pipeline.commit()
  if (commit % PRUNE_EVERY_COMMITS === 0) rig.prune()
  const spent = process.cpuUsage(before)
  if (commit < WARM_COMMITS) continue
  cpuUs += spent.user + spent.system
  timed += EVENTS_PER_COMMIT
}
check(rig.ring.refused === 0 && rig.ring.valuesLost === 0, 'nothing was lost on the way')
check(rig.pipeline.accounted === total, 'every event was taken')
rig.finish()
const facts = await verify()
rmSync(path)
report<WriterRound>({ eventsPerCpuSecond: timed / (cpuUs / 1e6), ...facts })

/** Reads the recording back: ledger, films and values must be what was produced. */
async function verify(): Promise<{ meanValueBytes: number; bytesPerEvent: number }> {
  await using recording = openRecording(path)
  const ledger = await recording.ledger()
  check(countOf(ledger.rows, 'stored') === total, 'the ledger holds every event')
  const { items } = await recording.films({ order: 'time', limit: 500 })
  check(
    items.length === 500 && items.filter((film) => film.events === EVENTS_PER_FILM).length > 450,
    'films have their events',
  )
  const film = await recording.film(items[100]!.id)
  check(
    film.events.length >= EVENTS_PER_FILM / 2 && film.events.every((event) => event.value !== undefined),
    'events have their values',
  )
  const size = sizeOfRecording(path)
  return { meanValueBytes: size.rawValueBytes / total, bytesPerEvent: size.fileBytes / total }
}
