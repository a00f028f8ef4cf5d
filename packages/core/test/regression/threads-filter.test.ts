import { KINDS, PHASE, seq, spanIdOf } from '@cinescope/protocol'
import { expect, it } from 'vitest'
import { Correlator } from '../../src/correlate/correlator.ts'
import { recordingOf } from '../../src/recording/open-recording.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { commitOf, DEFINITIONS, PROCESS } from '../recording/recording-fixture.ts'
import { type Offered, play } from '../recording/stream.ts'

const POINT: Offered = {
  seq: 0,
  kind: KINDS.log,
  phase: PHASE.point,
  flags: 0,
  time: 0,
  since: 0,
  number: 0,
  site: 1,
  parent: 1,
  root: 1,
  cause: 0,
  subject: 0,
  span: 0,
  value: undefined,
  isLost: false,
}

it('a film of one thread has no event inside a span of another, though that has the same number', async () => {
  const store = createMemoryStore(PROCESS)
  for (const thread of [0, 1]) {
    const fold = new Correlator({ thread, maxRows: 100, maxValueBytes: 100_000 })
    play([{ ...POINT, seq: 2, time: thread }], fold)
    store.commit(commitOf(fold.cut(true, 100), fold.taken, DEFINITIONS))
  }
  const [film, parent] = [0, 1].map((thread) => spanIdOf(PROCESS.node, { thread, seq: seq(1) }))
  const found = async (where: object): Promise<number> => (await recordingOf(store).events({ where })).items.length
  expect([await found({ film }), await found({ parent }), await found({ film, parent })]).toEqual([1, 1, 0])
})
