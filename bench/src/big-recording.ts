/** The recording of 5 million events that `film` and `range` read: made by the real pipeline, kept between runs. */

import { readFileSync } from 'node:fs'
import { type NodeId, nodeId, seq, type SpanId, spanIdOf } from '@cinescope/protocol'
import { createWriterRig } from './insides.ts'
import { type KeptRecording, keptRecording } from './kept-recording.ts'
import { createMovingClock, createRandom, createTraffic } from './traffic.ts'

const EVENTS_PER_COMMIT = 20_000
/** Room enough that nothing is pruned. */
const MAX_BYTES = 2 ** 40
const NODE: NodeId = nodeId('0123456789ab')
const START_WALL_MS = 1_700_000_000_000

/** See above. */
export type BigRecording = KeptRecording

/** What is known about it because it was made so. */
export interface BigFacts {
  readonly events: number
  readonly films: number
  readonly failedFilms: number
  readonly fromMs: number
  readonly toMs: number
  /** Ids of complete films, evenly over the recording. */
  readonly filmIds: readonly SpanId[]
}

/** The recording of `events` events; generated anew when anything has changed that makes or stores it. Takes some 15 s. */
export async function bigRecording(events: number): Promise<BigRecording> {
  return keptRecording(`big-${events}`, (path) => generate(path, events))
}

/** Reads what is known about a generated recording. */
export function factsOf({ factsPath }: BigRecording): BigFacts {
  return JSON.parse(readFileSync(factsPath, 'utf8')) as BigFacts
}

async function generate(path: string, events: number): Promise<BigFacts> {
  const random = createRandom(5)
  const clock = createMovingClock(random, START_WALL_MS)
  const fromMs = clock.wall()
  const rig = await createWriterRig(path, clock, NODE, MAX_BYTES)
  const traffic = createTraffic(rig, random, true)
  for (let made = 0; made < events; made += EVENTS_PER_COMMIT) {
    traffic.produce(Math.min(EVENTS_PER_COMMIT, events - made))
    while (rig.pipeline.drain() > 0);
    rig.pipeline.commit()
  }
  if (rig.pipeline.accounted !== events || rig.ring.refused > 0 || rig.ring.valuesLost > 0)
    throw new Error('the generated recording is not whole')
  rig.finish()
  const step = Math.ceil(traffic.roots.length / 20_000)
  const filmIds = traffic.roots
    .filter((_, index) => index % step === 0)
    .map((root) => spanIdOf(NODE, { thread: 0, seq: seq(root) }))
  return { events, films: traffic.begun, failedFilms: traffic.failed, fromMs, toMs: clock.wall(), filmIds }
}
