import { KINDS, PHASE, timeNs, wallMs } from '@cinescope/protocol'
import { describe, expect, it } from 'vitest'
import { Correlator } from '../../src/correlate/correlator.ts'
import { recordingOf } from '../../src/recording/open-recording.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { commitOf, DEFINITIONS, PROCESS } from '../recording/recording-fixture.ts'
import { POINT } from '../recording/point.ts'
import { type Offered, play } from '../recording/stream.ts'

const ORIGIN = PROCESS.anchor.wallMs
const SLEEP_MS = 3_600_000
const SECOND = 1e9

const SPAN: Offered = { ...POINT, kind: KINDS.span, phase: PHASE.begin }

function begin(seq: number, time: number): Offered {
  return { ...SPAN, seq, time, root: seq }
}

function end(seq: number, of: Offered, time: number): Offered {
  return { ...SPAN, seq, time, since: of.time, phase: PHASE.end, root: of.seq, span: of.seq }
}

/** A recording of which retention has left the last segment; `steps` record and seal what they like. */
async function lastSegment(
  steps: (parts: {
    offer(...records: readonly Offered[]): void
    /** The clocks are read: `ms` is how far the wall has been set since the start. */
    anchor(time: number, ms: number): void
    seal(): void
  }) => void,
) {
  const fold = new Correlator({ thread: 0, maxRows: 100, maxValueBytes: 100_000 })
  const store = createMemoryStore(PROCESS)
  let definitions = DEFINITIONS
  steps({
    offer: (...records) => play(records, fold),
    anchor: (time, ms) => fold.anchor({ atNs: timeNs(time), wallMs: wallMs(ORIGIN + time / 1e6 + ms) }),
    seal() {
      store.commit(commitOf(fold.cut(true, 1), fold.taken, definitions))
      definitions = []
    },
  })
  while ((await store.read((view) => view.segments().length)) > 1) store.prune({ maxBytes: store.bytes() - 1 })
  return (await recordingOf(store).events({ order: 'time' })).items.map(({ seq, at, atNs }) => ({
    seq,
    offMs: Math.round(at - ORIGIN - atNs / 1e6),
  }))
}

describe('when retention has removed the segments before', () => {
  it('a span that began between two steps of the wall clock is dated by the clock of its begin', async () => {
    const long = begin(1, 2 * SECOND)
    const other = begin(2, 3 * SECOND)
    const seen = await lastSegment(({ offer, anchor, seal }) => {
      anchor(SECOND, SLEEP_MS)
      offer(long, other, end(3, other, 3 * SECOND))
      seal()
      anchor(4 * SECOND, 2 * SLEEP_MS)
      anchor(5 * SECOND, 2 * SLEEP_MS)
      offer(begin(4, 5 * SECOND))
      seal()
      anchor(6 * SECOND, 3 * SLEEP_MS)
      offer(end(5, long, 7 * SECOND))
      seal()
    })
    expect(seen).toContainEqual({ seq: 1, offMs: SLEEP_MS })
  })

  it('what happened before the clocks were read last, and came out of the ring after it, is dated as it was', async () => {
    const seen = await lastSegment(({ offer, anchor, seal }) => {
      anchor(SECOND, SLEEP_MS)
      offer(begin(1, 2 * SECOND))
      anchor(3 * SECOND, SLEEP_MS)
      seal()
      offer({ ...begin(2, 2.5 * SECOND), phase: PHASE.point, kind: KINDS.log })
      seal()
    })
    expect(seen).toContainEqual({ seq: 2, offMs: SLEEP_MS })
  })
})

describe('the readings of the clocks that a segment repeats', () => {
  it('are those that show a step since its oldest open span, not one a second', async () => {
    const fold = new Correlator({ thread: 0, maxRows: 100_000, maxValueBytes: 100_000 })
    play([begin(1, SECOND)], fold)
    for (let second = 1; second < 5000; second++) {
      const ms = second >= 3000 ? SLEEP_MS : 0
      fold.anchor({ atNs: timeNs(second * SECOND), wallMs: wallMs(ORIGIN + second * 1000 + ms) })
    }
    fold.cut(true, 1)
    play([begin(2, 5000 * SECOND)], fold)
    const store = createMemoryStore(PROCESS)
    store.commit(commitOf(fold.cut(true, 1), fold.taken, DEFINITIONS))
    const metas = await store.read((view) => view.segments().map((entry) => view.meta(entry)))
    expect(metas[0]?.anchors.map(({ atNs }) => atNs / SECOND)).toEqual([1, 3000, 4999])
  })

  it('are the newest 1,024 at most', async () => {
    const fold = new Correlator({ thread: 0, maxRows: 100_000, maxValueBytes: 100_000 })
    play([begin(1, SECOND)], fold)
    for (let second = 1; second <= 3000; second++) {
      fold.anchor({ atNs: timeNs(second * SECOND), wallMs: wallMs(ORIGIN + second * 2000) })
    }
    fold.cut(true, 1)
    play([begin(2, 5000 * SECOND)], fold)
    const store = createMemoryStore(PROCESS)
    store.commit(commitOf(fold.cut(true, 1), fold.taken, DEFINITIONS))
    const metas = await store.read((view) => view.segments().map((entry) => view.meta(entry)))
    expect(metas[0]?.anchors).toHaveLength(1024)
    expect(metas[0]?.anchors.at(-1)?.atNs).toBe(3000 * SECOND)
  })
})
