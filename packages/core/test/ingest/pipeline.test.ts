import { MessageChannel } from 'node:worker_threads'
import type { CinescopeError, Definition } from '@cinescope/protocol'
import { createManualClock } from '@cinescope/testkit'
import { describe, expect, it } from 'vitest'
import { Correlator } from '../../src/correlate/correlator.ts'
import { definitionsOf, Intake } from '../../src/ingest/intake.ts'
import { Pipeline } from '../../src/ingest/pipeline.ts'
import { allocateRing } from '../../src/ring/memory.ts'
import { RingProducer } from '../../src/ring/producer.ts'
import type { EventStore } from '../../src/store/event-store.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { PROCESS } from '../recording/recording-fixture.ts'
import { offer, ORDINARY } from '../ring/ring-fixture.ts'

/** A pipeline whose store refuses commits while `isFull`. */
function open() {
  const memory = allocateRing({ strategy: 'drop', records: 64, arenaBytes: 4096 })
  const ring = new RingProducer(memory)
  const { port1, port2 } = new MessageChannel()
  const clock = createManualClock()
  const store = createMemoryStore(PROCESS)
  const disk = { isFull: false }
  const reports: CinescopeError[] = []
  const target: Pick<EventStore, 'commit'> = {
    commit(commit) {
      if (disk.isFull) throw new Error('no room')
      store.commit(commit)
    },
  }
  const pipeline = new Pipeline({
    intake: new Intake(memory, definitionsOf(port2)),
    fold: new Correlator({ thread: 0, maxRows: 1000, maxValueBytes: 100_000 }),
    store: target,
    clock,
    counters: () => ({}),
    sealRows: 1000,
    report: (error) => reports.push(error),
  })
  const record = (count: number): number => {
    for (let i = 0; i < count; i++) offer(ring, ORDINARY, false, undefined)
    return pipeline.drain()
  }
  const stop = (): void => {
    port1.close()
  }
  return {
    pipeline,
    ring,
    clock,
    store,
    disk,
    reports,
    record,
    define: (definition: Definition) => port1.postMessage(definition),
    [Symbol.dispose]: stop,
  }
}

const rowsIn = (store: EventStore): Promise<number> =>
  store.read((view) => view.segments().reduce((sum, entry) => sum + view.rows(entry).length, 0))

describe('a turn of the writer', () => {
  it('takes nothing more from the ring while a commit is refused, and commits the same once it is not', async () => {
    using it = open()
    expect(it.record(5)).toBe(5)
    it.disk.isFull = true
    expect(it.pipeline.commit()).toBe(false)
    expect(it.record(5)).toBe(0)
    expect(it.pipeline.isDirty).toBe(true)
    expect(it.pipeline.commit()).toBe(false)
    expect(it.reports.map(({ code, message }) => [code, message])).toEqual([
      ['CSC_ERR_STORE', 'no room'],
      ['CSC_ERR_STORE', 'no room'],
    ])
    it.disk.isFull = false
    expect(it.pipeline.commit()).toBe(true)
    expect(await rowsIn(it.store)).toBe(5)
    expect(it.pipeline.drain()).toBe(5)
    expect(it.pipeline.commit()).toBe(true)
    expect(await rowsIn(it.store)).toBe(10)
    expect(it.pipeline.isDirty).toBe(false)
    expect(it.pipeline.accounted).toBe(10)
  })

  it('commits definitions with the records that refer to them, or before', async () => {
    using it = open()
    it.define({ kind: 'site', number: 1, site: { name: 'one' } })
    it.record(1)
    it.pipeline.commit()
    expect(await it.store.read((view) => view.site(1))).toEqual({ name: 'one' })
  })

  it('counts what the ring refused as lost, by kind, and takes it for accounted', async () => {
    using it = open()
    it.record(100)
    it.pipeline.commit()
    expect(it.pipeline.accounted).toBe(100)
    const ledger = await it.store.read((view) => view.ledger())
    expect(ledger).toEqual([
      { reason: 'stored', kind: 'span', count: 48 },
      { reason: 'full', kind: 'span', count: 52 },
    ])
  })

  it('reads both clocks each second and at each step of the wall clock, and keeps what shows a step, and the last', async () => {
    using it = open()
    const walls: (readonly [number, number])[] = []
    for (const [pass, step] of [
      [0, 0],
      [400, 0],
      [400, 0],
      [400, 0],
      [100, 3_600_000],
      [100, 3],
      [1000, 0],
    ] as const) {
      it.clock.advance(pass)
      it.clock.stepWall(step)
      it.record(1)
    }
    it.pipeline.commit()
    await it.store.read((view) => {
      for (const entry of view.segments())
        for (const { atNs, wallMs } of view.meta(entry).anchors) walls.push([atNs / 1e6, wallMs - 1_760_000_000_000])
    })
    expect(walls).toEqual([
      [0, 0],
      [1300, 3_601_300],
      [2400, 3_602_403],
    ])
  })
})
