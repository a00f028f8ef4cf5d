import { KINDS, PHASE } from '@cinescope/protocol'
import { createManualClock } from '@cinescope/testkit'
import { expect, it } from 'vitest'
import { defaultsOf } from '../../src/options/option-schema.ts'
import type { KeepSettings } from '../../src/options/keep-settings.ts'
import { SCOPE_SCHEMA } from '../../src/options/scope-schema.ts'
import { allocateStatus } from '../../src/base/status.ts'
import { Correlator } from '../../src/correlate/correlator.ts'
import { Strand } from '../../src/ingest/strand.ts'
import { ThreadLedger } from '../../src/ingest/thread-ledger.ts'
import { keepStage } from '../../src/keep/keep-stage.ts'
import { RouteTable } from '../../src/keep/route-table.ts'
import { recordingOf } from '../../src/recording/open-recording.ts'
import { allocateRing } from '../../src/ring/memory.ts'
import { RingProducer } from '../../src/ring/producer.ts'
import { putNumbers, putTimes, VALUE_LENGTH, WORD } from '../../src/ring/record-words.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { PROCESS } from '../recording/recording-fixture.ts'

/** Records the begin of a span, or a log outside of films. */
function offer(ring: RingProducer, kind: number, phase: number, root: number): void {
  const slot = ring.claim(kind, false)
  putNumbers(ring.lane.i32, slot, ring.seq, 0, 0, root, 0, 0, 0)
  putTimes(ring.lane.f64, slot, ring.seq * 1e6, 0, 0)
  ring.lane.i32[(slot << 4) | VALUE_LENGTH] = 0
  ring.lane.i32[(slot << 4) | WORD] = kind | (phase << 8)
  ring.commit()
}

it('what is decided as a thread ends is written though the store refused what was before it', async () => {
  const memory = allocateRing({ strategy: 'drop', records: 64, arenaBytes: 131_072 })
  const ring = new RingProducer(memory)
  const store = createMemoryStore(PROCESS)
  const disk = { isFull: true }
  const ledger = new ThreadLedger({
    commit(commit) {
      if (disk.isFull) throw new Error('no room')
      store.commit(commit)
    },
    prune: () => ({ isDone: true, events: new Map() }),
  })
  const fold = new Correlator({ thread: 0, maxRows: 1000, maxValueBytes: 100_000 })
  const routes = new RouteTable(0, () => 0)
  const keep = { ...(defaultsOf(SCOPE_SCHEMA)['keep'] as KeepSettings), policy: 'tail' } as const
  const strand = new Strand({
    thread: 0,
    ring: memory,
    definitions: { take: () => [] },
    status: allocateStatus(),
    fold,
    stage: keepStage(fold, keep, routes),
    findRing: undefined,
    routes,
    ledger,
    clock: createManualClock(),
    counters: () => ({}),
    report: () => undefined,
  })
  offer(ring, KINDS.log, PHASE.point, 0)
  offer(ring, KINDS.span, PHASE.begin, 2)
  expect(strand.turn(true)).toBe(false)
  disk.isFull = false
  expect(strand.seal('keep')).toBe(true)
  const { items } = await recordingOf(store).events()
  expect(items.map(({ kind }) => kind).toSorted()).toEqual(['log', 'span'])
  const [film] = (await recordingOf(store).films()).items
  expect(film).toMatchObject({ decidedEarly: true, events: 1 })
})
