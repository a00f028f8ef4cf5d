import { KINDS, PHASE, timeNs, wallMs } from '@cinescope/protocol'
import { describe, expect, it } from 'vitest'
import { Correlator } from '../../src/correlate/correlator.ts'
import { recordingOf } from '../../src/recording/open-recording.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { commitOf, DEFINITIONS, PROCESS } from '../recording/recording-fixture.ts'
import { type Offered, play } from '../recording/stream.ts'

const ORIGIN = PROCESS.anchor.wallMs
const SECOND = 1e9
const DAY_S = 86_400

function log(seq: number, time: number): Offered {
  const none = { flags: 0, since: 0, number: 0, site: 1, parent: 0, root: 0, cause: 0, subject: 0, span: 0 }
  return { ...none, seq, time, kind: KINDS.log, phase: PHASE.point, value: undefined, isLost: false }
}

describe('a thread that records an event now and then', () => {
  it('keeps the readings of the clocks that show a step, not one a second, until its segment is full', async () => {
    const fold = new Correlator({ thread: 1, maxRows: 100, maxValueBytes: 100_000 })
    const store = createMemoryStore(PROCESS)
    for (let second = 1; second <= DAY_S; second++) {
      const ms = second < 1000 ? 0 : 60_000
      fold.anchor({ atNs: timeNs(second * SECOND), wallMs: wallMs(ORIGIN + second * 1000 + ms) })
      if (second === 500) play([log(1, second * SECOND)], fold)
    }
    play([log(2, DAY_S * SECOND)], fold)
    store.commit(commitOf(fold.cut(false, 100), fold.taken, DEFINITIONS))
    const [meta] = await store.read((view) => view.segments().map((entry) => view.meta(entry)))
    expect(meta?.anchors.map(({ atNs }) => atNs / SECOND)).toEqual([1, 1000, DAY_S])
    const { items, explain } = await recordingOf(store).events()
    expect(items.map(({ at, atNs }) => Math.round(at - ORIGIN - atNs / 1e6))).toEqual([0, 60_000])
    expect(explain.corrupt).toBe(0)
  })

  it('has no more than 128 tails: a recording of several such threads would have more segments than can be read', async () => {
    const fold = new Correlator({ thread: 1, maxRows: 8192, maxValueBytes: 100_000 })
    const store = createMemoryStore(PROCESS)
    const recording = recordingOf(store)
    let most = 0
    for (let seq = 1; seq <= 1000; seq++) {
      play([log(seq, seq * SECOND)], fold)
      store.commit(commitOf(fold.cut(false, 2048), fold.taken, seq === 1 ? DEFINITIONS : []))
      most = Math.max(most, await store.read((view) => view.segments().length))
    }
    expect(most).toBe(128)
    const { items } = await recording.events({ limit: 10_000 })
    expect(items.map(({ seq }) => seq)).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1))
  })
})
