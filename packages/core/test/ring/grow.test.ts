import { KIND_LIMIT } from '@cinescope/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RingConsumer, type RecordSink } from '../../src/ring/consumer.ts'
import {
  allocateRing,
  CONTROL,
  type GrownRing,
  ringBytes,
  type RingMemory,
  type RingOptions,
} from '../../src/ring/memory.ts'
import { RingProducer } from '../../src/ring/producer.ts'
import { GrowModel } from './grow-model.ts'
import { CheckingSink, offer, ORDINARY, preset, PRIORITY, ROOM } from './ring-fixture.ts'
import { start, step, type Step } from './ring-steps.ts'

const SIZES: RingOptions = { strategy: 'grow', records: 16, arenaBytes: 256 }

/** Rings under way to the consumer, as the writer finds them. */
function mail() {
  const told: GrownRing[] = []
  const find = (number: number): RingMemory | undefined => {
    while (told[0] !== undefined && told[0].number <= number) {
      const grown = told.shift()
      if (grown?.number === number) return grown.memory
    }
    return undefined
  }
  return { told, find }
}

/** A ring of at most `most` rings. */
function open(sizes: RingOptions, most: number, records = 0, bytes = 0) {
  const memory = allocateRing({ ...sizes, maxBytes: most * ringBytes(sizes) + 1000 })
  preset(memory, records, bytes)
  const { told, find } = mail()
  const producer = new RingProducer(memory, (grown) => void told.push(grown))
  const consumer = new RingConsumer(memory, find)
  producer.seq = records
  consumer.lastSeq = records
  return {
    memory,
    told,
    producer,
    consumer,
    sink: new CheckingSink({ after: records }),
    model: new GrowModel(sizes, most, records),
  }
}

type GrownStep = Step | { readonly kind: 'look' }

const burst: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('offer' as const),
  count: fc.integer({ min: 40, max: 150 }),
  priority: fc.boolean(),
  value: fc.option(fc.integer({ min: 1, max: ROOM }), { nil: undefined }),
})
const look = { kind: 'look' } as const
const calm: readonly GrownStep[] = [{ kind: 'drain', limit: 1000 }, look, look]

/** The steps of any ring, bursts that fill several, and looks whether memory can be given back, with and without a reason to. */
const grownSteps: fc.Arbitrary<GrownStep[]> = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: step.map((each) => [each]) },
      { weight: 2, arbitrary: burst.map((each) => [each]) },
      { weight: 2, arbitrary: fc.constant([look]) },
      { weight: 2, arbitrary: fc.constant(calm) },
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.flat())

const sizes = fc.record<RingOptions>({
  strategy: fc.constant('grow'),
  records: fc.constantFrom(16, 32),
  arenaBytes: fc.constantFrom(128, 256, 1024),
})

describe('a ring that grows', () => {
  it('adds, uses again, gives back, refuses, counts and delivers as plain arrays do, also across 32 bits', () => {
    let most = 0
    let returns = 0
    const parts = [sizes, fc.integer({ min: 1, max: 6 }), start, start, grownSteps] as const
    fc.assert(
      fc.property(...parts, (options, limit, records, bytes, steps) => {
        const { producer, consumer, sink, model } = open(options, limit, records, bytes)
        for (const each of steps) {
          if (each.kind === 'look') {
            const before = model.rings
            producer.giveBack()
            model.giveBack()
            if (model.rings < before) returns++
          } else if (each.kind === 'offer') {
            const kind = each.priority ? PRIORITY : ORDINARY
            for (let i = 0; i < each.count; i++) {
              const accepted = model.offer(kind, each.priority, each.value)
              expect(offer(producer, kind, each.priority, each.value)).toBe(accepted)
            }
          } else {
            sink.deliveries = []
            consumer.drain(sink, each.limit)
            expect(sink.deliveries).toEqual(model.drain(each.limit))
          }
          most = Math.max(most, model.made)
          expect(producer.bytes).toBe(model.rings * ringBytes(options))
          expect(consumer.backlog()).toBe(model.backlog)
        }
        sink.deliveries = []
        while (consumer.drain(sink, 7) > 0);
        consumer.closeGap(sink, producer.seq)
        expect(sink.deliveries).toEqual([...model.drain(Infinity), ...model.close()])
        expect([consumer.consumed, producer.refused, producer.valuesLost]).toEqual([
          model.consumed,
          model.refused,
          model.valuesLost,
        ])
        const refused = new Uint32Array(KIND_LIMIT)
        consumer.readRefused(refused)
        for (const kind of [ORDINARY, PRIORITY]) expect(refused[kind]).toBe(model.refusedByKind.get(kind) ?? 0)
        expect(producer.seq - records).toBe(consumer.consumed + producer.refused)
      }),
      { numRuns: 400 },
    )
    expect(most).toBeGreaterThan(6)
    expect(returns).toBeGreaterThan(50)
  })

  it('loses no record and no value below its limit, over several growths and returns', () => {
    fc.assert(
      fc.property(sizes, start, grownSteps, (options, records, steps) => {
        const { producer, consumer, sink } = open(options, 1000, records)
        for (const each of steps) {
          if (each.kind === 'look') producer.giveBack()
          else if (each.kind === 'drain') consumer.drain(sink, each.limit)
          else for (let i = 0; i < each.count; i++) offer(producer, ORDINARY, each.priority, each.value)
        }
        while (consumer.drain(sink, 11) > 0);
        expect([sink.records, sink.missing, sink.lostValues]).toEqual([producer.seq - records, 0, 0])
      }),
      { numRuns: 100 },
    )
  })

  it('hands on what is offered while it is drained, in order and once, from whatever ring', () => {
    const bursts = fc.array(fc.nat({ max: 60 }), { minLength: 20, maxLength: 60 })
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 50 }), bursts, (options, limit, counts) => {
        const { producer, consumer, sink } = open(options, 1000)
        const busy: RecordSink = {
          record(view) {
            sink.record(view)
            const count = view.seq % 5 === 0 ? (counts.pop() ?? 0) : 0
            for (let i = 0; i < count; i++) offer(producer, ORDINARY, false, i % 2 === 0 ? 30 : undefined)
          },
          gap: (from, to, reason) => sink.gap(from, to, reason),
        }
        for (let i = 0; i < 30; i++) offer(producer, ORDINARY, false, undefined)
        while (consumer.drain(busy, limit) > 0);
        expect([sink.records, sink.missing, sink.lostValues]).toEqual([producer.seq, 0, 0])
      }),
      { numRuns: 100 },
    )
  })

  it('keeps a quarter of the last ring, and only of that, for ends, errors and state', () => {
    const { producer } = open(SIZES, 3)
    let ordinary = 0
    while (offer(producer, ORDINARY, false, undefined)) ordinary++
    let priority = 0
    while (offer(producer, PRIORITY, true, undefined)) priority++
    expect([ordinary, priority]).toEqual([44, 4])
  })

  it('goes on in another ring when the arena is full, so that no value is lost', () => {
    const { producer, consumer, sink } = open(SIZES, 3)
    for (let i = 0; i < 12; i++) offer(producer, ORDINARY, false, 60)
    expect(producer.bytes).toBe(3 * ringBytes(SIZES))
    consumer.drain(sink, 100)
    expect([sink.values, sink.lostValues]).toEqual([12, 0])
  })

  it('uses the rings again that the consumer has left, and adds no more', () => {
    const { producer, consumer, sink, told } = open(SIZES, 1000)
    for (let round = 0; round < 50; round++) {
      for (let i = 0; i < 40; i++) offer(producer, ORDINARY, false, undefined)
      while (consumer.drain(sink, 5) > 0);
    }
    // all that was offered is known to be published, wherever
    producer.countAbandoned(ORDINARY)
    expect([sink.records, producer.refused]).toEqual([2000, 0])
    expect(producer.bytes).toBeLessThanOrEqual(5 * ringBytes(SIZES))
    expect(told).toEqual([])
    expect(consumer.grown).toBeLessThanOrEqual(4)
  })

  it('gives back what was added at the second look after the burst, not while it is needed', () => {
    const { memory, producer, consumer, sink } = open(SIZES, 10)
    const wakes = (): number | undefined => new Int32Array(memory.wake)[0]
    for (let i = 0; i < 60; i++) offer(producer, ORDINARY, false, undefined)
    const grown = producer.bytes
    expect(grown).toBe(4 * ringBytes(SIZES))
    producer.giveBack()
    producer.giveBack()
    expect(producer.bytes).toBe(grown)
    while (consumer.drain(sink, 100) > 0);
    for (let i = 0; i < 30; i++) offer(producer, ORDINARY, false, undefined)
    while (consumer.drain(sink, 100) > 0);
    producer.giveBack()
    expect(producer.bytes).toBe(grown)
    const woken = wakes()
    producer.giveBack()
    expect(producer.bytes).toBe(ringBytes(SIZES))
    expect(wakes()).not.toBe(woken)
    // the last that was added
    expect(new Int32Array(memory.control)[CONTROL.givenBack]).toBe(4)
    for (let i = 0; i < 30; i++) offer(producer, ORDINARY, false, 20)
    while (consumer.drain(sink, 100) > 0);
    expect([sink.records, sink.missing, sink.values]).toEqual([120, 0, 30])
  })

  it('keeps the reserve again once it has given a ring back that it never used', () => {
    const memory = allocateRing({ ...SIZES, maxBytes: 10 * ringBytes(SIZES) })
    let hasMemory = true
    const producer = new RingProducer(memory, () => {
      if (!hasMemory) throw new RangeError('no memory')
    })
    const consumer = new RingConsumer(memory)
    for (let i = 0; i < 13; i++) offer(producer, ORDINARY, false, undefined)
    expect(producer.bytes).toBe(2 * ringBytes(SIZES))
    consumer.drain(new CheckingSink(), 100)
    producer.giveBack()
    producer.giveBack()
    expect(producer.bytes).toBe(ringBytes(SIZES))
    hasMemory = false
    const taken = (priority: boolean): number => {
      let count = 0
      while (offer(producer, ORDINARY, priority, undefined)) count++
      return count
    }
    expect([taken(false), taken(true)]).toEqual([12, 4])
  })

  it('drops at once where it cannot tell the writer of a ring, or there is no memory for one', () => {
    const memory = allocateRing({ ...SIZES, maxBytes: 10 * ringBytes(SIZES) })
    let tries = 0
    const producer = new RingProducer(memory, () => {
      tries++
      throw new RangeError('no memory')
    })
    for (let i = 0; i < 50; i++) offer(producer, ORDINARY, false, undefined)
    expect([producer.refused, producer.bytes, tries]).toEqual([38, ringBytes(SIZES), 1])
    producer.giveBack()
    for (let i = 0; i < 50; i++) offer(producer, ORDINARY, false, undefined)
    expect([producer.refused, producer.seq, tries]).toEqual([88, 100, 2])
  })

  it('has no room for what is recorded while a ring is added, and counts it', () => {
    const memory = allocateRing({ ...SIZES, maxBytes: 10 * ringBytes(SIZES) })
    const { told, find } = mail()
    const producer = new RingProducer(memory, (grown) => {
      told.push(grown)
      expect(offer(producer, ORDINARY, false, undefined)).toBe(false)
    })
    const consumer = new RingConsumer(memory, find)
    const sink = new CheckingSink()
    for (let i = 0; i < 50; i++) offer(producer, ORDINARY, false, undefined)
    while (consumer.drain(sink, 100) > 0);
    expect([producer.seq, sink.records, producer.refused, sink.missing]).toEqual([53, 50, 3, 3])
  })

  it('leads no record astray when it cannot go on in another ring, as where the stack ends', () => {
    // the arena is full before the ring is: a record without a value would still find room in one that was left
    const { producer, consumer, sink } = open({ ...SIZES, arenaBytes: 128 }, 10)
    const both = (): void => {
      for (const value of [60, undefined]) offer(producer, ORDINARY, false, value)
    }
    both()
    both()
    const original = globalThis.Uint8Array
    globalThis.Uint8Array = function broken() {
      throw new RangeError('Maximum call stack size exceeded')
    } as never
    try {
      expect(both).toThrow(RangeError)
    } finally {
      globalThis.Uint8Array = original
    }
    producer.countAbandoned(ORDINARY)
    consumer.drain(sink, 100)
    offer(producer, ORDINARY, false, undefined)
    for (let i = 0; i < 20; i++) both()
    while (consumer.drain(sink, 100) > 0);
    expect([sink.records, sink.missing, sink.lostValues, producer.refused]).toEqual([45, 0, 0, 0])
  })
})
