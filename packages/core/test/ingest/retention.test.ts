import { KINDS } from '@cinescope/protocol'
import { createManualClock } from '@cinescope/testkit'
import { expect, it } from 'vitest'
import { allocateStatus } from '../../src/base/status.ts'
import { Recorder } from '../../src/capture/recorder.ts'
import { Correlator } from '../../src/correlate/correlator.ts'
import { Retention, type RetentionSettings } from '../../src/ingest/retention.ts'
import { RouteTable } from '../../src/keep/route-table.ts'
import { Strand } from '../../src/ingest/strand.ts'
import { Strands } from '../../src/ingest/strands.ts'
import { ThreadLedger } from '../../src/ingest/thread-ledger.ts'
import { allocateRing } from '../../src/ring/memory.ts'
import { RingProducer } from '../../src/ring/producer.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { ValueEncoder } from '../../src/value/encoder.ts'
import { createKeyTable } from '../../src/value/keys.ts'
import { createRedaction } from '../../src/value/redaction.ts'
import { PROCESS } from '../recording/recording-fixture.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** A writer of one thread on a clock that is moved by hand; the only thing that waits in it is the test. */
function rig(settings: Partial<RetentionSettings>) {
  const clock = createManualClock()
  const report = (error: Error): void => {
    throw error
  }
  const ring = allocateRing({ strategy: 'drop', records: 1024, arenaBytes: 131_072 })
  const store = createMemoryStore(PROCESS)
  const ledger = new ThreadLedger(store)
  const redaction = createRedaction({})
  const limits = { maxDepth: 6, maxWidth: 50, maxStringLength: 1024, maxBytes: 8192 }
  const status = allocateStatus()
  const recorder = new Recorder({
    ring: new RingProducer(ring),
    values: new ValueEncoder(createKeyTable({ maxKeys: 10, redaction, onDefine: () => true }), redaction, limits),
    clock,
    limits,
    figures: new Float64Array(status.figures),
  })
  const strand = new Strand({
    thread: 0,
    ring,
    findRing: undefined,
    stage: undefined,
    routes: new RouteTable(0, () => clock.now()),
    definitions: { take: () => [] },
    status,
    fold: new Correlator({ thread: 0, maxRows: 100, maxValueBytes: 1_000_000 }),
    ledger,
    clock,
    counters: () => ({}),
    report,
  })
  const retention = new Retention({
    settings: { maxBytes: 2 ** 40, maxAgeMs: undefined, maxEvents: undefined, ...settings },
    strands: new Strands(strand),
    ledger,
    clock,
    report,
  })
  return {
    clock,
    retention,
    strand,
    log: (count = 1): void => {
      for (let i = 0; i < count; i++) recorder.point(KINDS.log, 0, 0, 0)
      strand.turn(true)
      retention.run()
    },
    async counts() {
      const rows = await store.read((view) => view.ledger())
      const of = (reason: string): number =>
        rows.reduce((sum, row) => sum + (row.reason === reason && row.kind === 'log' ? row.count : 0), 0)
      return { stored: of('stored'), pruned: of('pruned') }
    },
  }
}

it('events go once they are too old, an eighth later at most, though nothing else is ever recorded', async () => {
  const { clock, retention, log, counts } = rig({ maxAgeMs: HOUR })
  log()
  for (let minutes = 1; minutes <= 60; minutes++) {
    clock.advance(60_000)
    retention.run()
    expect((await counts()).stored).toBe(1)
  }
  clock.advance(HOUR / 8)
  expect(retention.isDue).toBe(true)
  expect(retention.run()).toBe(true)
  expect(await counts()).toEqual({ stored: 0, pruned: 1 })
})

it('age goes by the clock of the process: the wall clock may be set, and the machine may sleep', async () => {
  const { clock, retention, log, counts } = rig({ maxAgeMs: HOUR })
  for (const step of [DAY, -3 * DAY, 0]) {
    log()
    // a machine that slept looks like this, too: its wall clock has gone on, its monotonic one has not
    clock.stepWall(step)
    clock.advance(10 * 60_000)
    retention.run()
  }
  expect((await counts()).pruned).toBe(0)
  clock.stepWall(-DAY)
  clock.advance(45 * 60_000)
  log()
  const { stored, pruned } = await counts()
  expect(pruned).toBeGreaterThan(0)
  expect(stored).toBeGreaterThan(1)
})

it('a thread that is quiet is sealed once and then left alone', () => {
  const { clock, retention, strand, log } = rig({ maxAgeMs: HOUR })
  log()
  clock.advance(HOUR / 4)
  retention.run()
  const { commits } = strand
  for (let i = 0; i < 20; i++) {
    clock.advance(HOUR / 4)
    retention.run()
  }
  expect(strand.commits).toBe(commits)
})

it('the oldest events go beyond a count, though they are young', async () => {
  const { log, counts } = rig({ maxEvents: 250 })
  for (let i = 0; i < 20; i++) log(100)
  const { stored, pruned } = await counts()
  expect(stored + pruned).toBe(2000)
  expect(stored).toBeLessThanOrEqual(250)
  expect(stored).toBeGreaterThan(100)
})
