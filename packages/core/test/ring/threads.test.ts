import { once } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { MessageChannel, Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { ringsOf } from '../../src/ingest/grown-rings.ts'
import { RingConsumer } from '../../src/ring/consumer.ts'
import { allocateRing, ringBytes, type RingOptions } from '../../src/ring/memory.ts'
import { NEVER_COMPILE_WRAPPERS } from '../../src/scope/worker.ts'
import { CheckingSink, preset } from './ring-fixture.ts'

setFlagsFromString(NEVER_COMPILE_WRAPPERS)

interface Outcome {
  readonly offered: number
  readonly refused: number
  readonly valuesLost: number
}

/** Runs a producer at full speed in a thread of its own and drains here until both are done. */
async function race(options: RingOptions, records: number, first: number, limit: number) {
  const memory = allocateRing(options)
  preset(memory, first, first)
  const { port1, port2 } = new MessageChannel()
  const consumer = new RingConsumer(memory, ringsOf(port2))
  consumer.lastSeq = first
  const sink = new CheckingSink({ after: first, keeps: false })
  const worker = new Worker(new URL('./producer-thread.ts', import.meta.url), {
    workerData: { memory, records, first, rings: port1 },
    transferList: [port1],
    execArgv: ['--conditions=@cinescope/source'],
  })
  let outcome: Outcome | undefined
  worker.once('message', (message: Outcome) => {
    outcome = message
  })
  const exited = once(worker, 'exit')
  while (outcome === undefined) {
    for (let i = 0; i < 200; i++) consumer.drain(sink, limit)
    await new Promise((resolve) => setImmediate(resolve))
  }
  while (consumer.drain(sink, limit) > 0);
  consumer.closeGap(sink, first + outcome.offered)
  await exited
  port2.close()
  return { consumer, sink, outcome }
}

/** A ring that may grow to `most` of its size. */
function growing(records: number, most: number): RingOptions {
  const options = { strategy: 'grow', records, arenaBytes: 16_384 } as const
  return { ...options, maxBytes: most * ringBytes(options) }
}

describe('a ring between two threads at full speed', () => {
  it.each([
    ['small', 1024, 0, 1000],
    ['tiny, and across 32 bits', 64, 2 ** 32 - 50_000, 7],
  ])('drops nothing uncounted and mixes no values when it is %s', async (_size, records, first, limit) => {
    const { consumer, sink, outcome } = await race(
      { strategy: 'drop', records, arenaBytes: 8192 },
      300_000,
      first,
      limit,
    )
    expect(outcome.offered).toBeGreaterThanOrEqual(300_000)
    expect(consumer.consumed + outcome.refused).toBe(outcome.offered)
    expect(sink.missing).toBe(outcome.refused)
    expect(sink.lostValues).toBe(outcome.valuesLost)
    expect(consumer.overwritten).toBe(0)
    expect(sink.records).toBeGreaterThanOrEqual(records * 20)
  })

  it.each([
    ['small', 1024, 0, 1000],
    ['tiny, and across 32 bits', 64, 2 ** 32 - 50_000, 7],
  ])('tells every lapped record and value when it overwrites and is %s', async (_size, records, first, limit) => {
    const { consumer, sink, outcome } = await race(
      { strategy: 'overwrite', records, arenaBytes: 8192 },
      1_000_000,
      first,
      limit,
    )
    expect(outcome).toEqual({ offered: 1_000_000, refused: 0, valuesLost: 0 })
    expect(consumer.consumed + consumer.overwritten).toBe(1_000_000)
    expect(sink.missing).toBe(consumer.overwritten)
    expect(sink.records).toBeGreaterThan(records)
  })

  it('drops nothing uncounted and mixes no values when it grows to its limit', async () => {
    const { consumer, sink, outcome } = await race(growing(64, 5), 300_000, 2 ** 32 - 50_000, 7)
    expect(consumer.consumed + outcome.refused).toBe(outcome.offered)
    expect([sink.missing, sink.lostValues]).toEqual([outcome.refused, outcome.valuesLost])
    expect(consumer.grown).toBeGreaterThanOrEqual(4)
  })

  it('loses nothing when it grows and its limit is far', async () => {
    const { consumer, sink, outcome } = await race(growing(512, 1000), 300_000, 0, 1000)
    expect(outcome).toEqual({ offered: 300_000, refused: 0, valuesLost: 0 })
    expect([sink.records, sink.missing, sink.lostValues]).toEqual([300_000, 0, 0])
    expect(consumer.grown).toBeGreaterThan(0)
  })
})
