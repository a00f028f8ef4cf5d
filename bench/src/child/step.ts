/** One round of the row `step`: steps forward and back from random instants of a big recording, after as many to warm up. */

import { openRecording } from '@cinescope/core/reader'
import { type Frame, wallMs } from '@cinescope/protocol'
import { type BigRecording, factsOf } from '../big-recording.ts'
import { quantile } from '../statistics.ts'
import { createRandom } from '../traffic.ts'
import { check, childInput, report } from './child.ts'

/** What the parent asks for. */
export interface StepInput {
  readonly recording: BigRecording
  readonly seed: number
}

/** Latencies of steps, in ms. */
export interface StepRound {
  readonly p50: number
  readonly p95: number
  readonly worst: number
  /** Of going to an instant. */
  readonly seekP95: number
  /** Spans under way, mean. */
  readonly open: number
}

const PLACES = 40
const STEPS = 8

const input = childInput<StepInput>()
const facts = factsOf(input.recording)
const random = createRandom(input.seed)
await using recording = openRecording(input.recording.path)
const steps: number[] = []
const seeks: number[] = []
let open = 0
for (let i = 0; i < PLACES; i++) await visit(false)
for (let i = 0; i < PLACES; i++) await visit(true)
report<StepRound>({
  p50: quantile(steps, 0.5),
  p95: quantile(steps, 0.95),
  worst: Math.max(...steps),
  seekP95: quantile(seeks, 0.95),
  open: open / (2 * PLACES * STEPS),
})

/** So many steps on from a random instant, and back again. */
async function visit(isTimed: boolean): Promise<void> {
  const at = facts.fromMs + random() * (facts.toMs - facts.fromMs)
  const seeker = await timed(() => recording.seek({ kind: 'recording' }, { from: { at: wallMs(at) } }), isTimed, seeks)
  const there: (Frame | undefined)[] = [seeker.frame]
  for (let i = 0; i < STEPS; i++) there.push(await timed(() => seeker.forward(), isTimed, steps))
  const back: (Frame | undefined)[] = [seeker.frame]
  for (let i = 0; i < STEPS; i++) back.unshift(await timed(() => seeker.back(), isTimed, steps))
  there.forEach((frame, i) => {
    const same = back[i]
    check(frame !== undefined && same !== undefined && frame.at >= (there[i - 1]?.at ?? 0), 'steps go on in time')
    check(frame.cursor === same.cursor && frame.openCount === same.openCount, 'and lead back to the same frames')
    if (isTimed && i > 0) open += frame.openCount + same.openCount
  })
}

async function timed<T>(work: () => Promise<T>, isTimed: boolean, into: number[]): Promise<T> {
  const started = performance.now()
  const result = await work()
  if (isTimed) into.push(performance.now() - started)
  return result
}
