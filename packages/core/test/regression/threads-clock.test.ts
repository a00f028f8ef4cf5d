import { KINDS, PHASE, timeNs, wallMs } from '@cinescope/protocol'
import { expect, it } from 'vitest'
import { Correlator } from '../../src/correlate/correlator.ts'
import { recordingOf } from '../../src/recording/open-recording.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { commitOf, DEFINITIONS, PROCESS } from '../recording/recording-fixture.ts'
import { type Offered, play } from '../recording/stream.ts'

const ORIGIN = PROCESS.anchor.wallMs
const STEP_MS = 3_600_000
const SECOND = 1e9

function log(seq: number, time: number): Offered {
  const none = { flags: 0, since: 0, number: 0, site: 1, parent: 0, root: 0, cause: 0, subject: 0, span: 0 }
  return { ...none, seq, time, kind: KINDS.log, phase: PHASE.point, value: undefined, isLost: false }
}

it('a step of the clock that one thread tells late dates what happened before that which another has told of', async () => {
  const store = createMemoryStore(PROCESS)
  const [first, second] = [0, 1].map((thread) => new Correlator({ thread, maxRows: 100, maxValueBytes: 100_000 }))
  const anchor = (fold: Correlator | undefined, time: number): void =>
    fold?.anchor({ atNs: timeNs(time), wallMs: wallMs(ORIGIN + time / 1e6 + STEP_MS) })
  const commit = (fold: Correlator | undefined, seal: boolean): void => {
    if (fold !== undefined) store.commit(commitOf(fold.cut(seal, 100), fold.taken, DEFINITIONS))
  }
  // the clock was set at 5 s, which the first thread saw; the second began at 8 s
  anchor(first, 5 * SECOND)
  if (first !== undefined) play([log(1, 6 * SECOND)], first)
  anchor(second, 8 * SECOND)
  if (second !== undefined) play([log(1, 9 * SECOND)], second)
  commit(second, true)
  commit(first, true)
  const { items } = await recordingOf(store).events()
  expect(items.map(({ at, atNs }) => Math.round(at - ORIGIN - atNs / 1e6))).toEqual([STEP_MS, STEP_MS])
})
