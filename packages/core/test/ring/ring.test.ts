import { KIND_LIMIT } from '@cinescope/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RingConsumer } from '../../src/ring/consumer.ts'
import { allocateRing, type RingOptions, type RingStrategy } from '../../src/ring/memory.ts'
import { RingProducer } from '../../src/ring/producer.ts'
import { CheckingSink, offer, ORDINARY, preset, PRIORITY } from './ring-fixture.ts'
import { RingModel } from './ring-model.ts'
import { start, step } from './ring-steps.ts'

function open(options: RingOptions, records: number, bytes: number) {
  const memory = allocateRing(options)
  preset(memory, records, bytes)
  const producer = new RingProducer(memory)
  const consumer = new RingConsumer(memory)
  producer.seq = records
  consumer.lastSeq = records
  return { producer, consumer, sink: new CheckingSink({ after: records }), model: new RingModel(options, records) }
}

function follows(strategy: RingStrategy, numRuns: number): void {
  const options = fc.record<RingOptions>({
    strategy: fc.constant(strategy),
    records: fc.constantFrom(16, 32, 64),
    arenaBytes: fc.constantFrom(128, 256, 1024),
  })
  fc.assert(
    fc.property(options, start, start, fc.array(step, { maxLength: 60 }), (sizes, records, bytes, steps) => {
      const { producer, consumer, sink, model } = open(sizes, records, bytes)
      for (const each of steps) {
        if (each.kind === 'offer') {
          const kind = each.priority ? PRIORITY : ORDINARY
          for (let i = 0; i < each.count; i++) {
            expect(offer(producer, kind, each.priority, each.value)).toBe(model.offer(kind, each.priority, each.value))
          }
        } else {
          sink.deliveries = []
          consumer.drain(sink, each.limit)
          expect(sink.deliveries).toEqual(model.drain(each.limit))
        }
        if (strategy === 'drop') expect(consumer.backlog()).toBe(model.backlog)
      }
      sink.deliveries = []
      while (consumer.drain(sink, 7) > 0);
      consumer.closeGap(sink, producer.seq)
      expect(sink.deliveries).toEqual([...model.drain(Infinity), ...model.close()])
      expect([consumer.consumed, consumer.overwritten, producer.refused]).toEqual([
        model.consumed,
        model.overwritten,
        model.refused,
      ])
      expect(producer.seq - records).toBe(consumer.consumed + consumer.overwritten + producer.refused)
      const refused = new Uint32Array(KIND_LIMIT)
      consumer.readRefused(refused)
      for (const kind of [ORDINARY, PRIORITY]) expect(refused[kind]).toBe(model.refusedByKind.get(kind) ?? 0)
      expect(refused.reduce((sum, count) => sum + count, 0)).toBe(model.refused)
    }),
    { numRuns },
  )
}

describe('a ring that drops', () => {
  it('accepts, refuses, counts and delivers as plain arrays do, also across 32 bits', () => {
    follows('drop', 300)
  })

  it('holds a quarter of its records back for ends, errors and state', () => {
    const { producer } = open({ strategy: 'drop', records: 64, arenaBytes: 128 }, 0, 0)
    let ordinary = 0
    while (offer(producer, ORDINARY, false, undefined)) ordinary++
    let priority = 0
    while (offer(producer, PRIORITY, true, undefined)) priority++
    expect([ordinary, priority]).toEqual([48, 16])
  })

  it('has room again for just as many records as were drained', () => {
    const { producer, consumer, sink } = open({ strategy: 'drop', records: 64, arenaBytes: 128 }, 0, 0)
    while (offer(producer, PRIORITY, true, undefined));
    consumer.drain(sink, 3)
    const accepted = [1, 2, 3, 4].map(() => offer(producer, PRIORITY, true, undefined))
    expect(accepted).toEqual([true, true, true, false])
  })

  it('records the event but not its value when the arena is full', () => {
    const { producer, consumer, sink } = open({ strategy: 'drop', records: 64, arenaBytes: 128 }, 0, 0)
    for (let i = 0; i < 4; i++) offer(producer, ORDINARY, false, 60)
    consumer.drain(sink, 10)
    expect(sink.deliveries.map((each) => each.kind === 'record' && each.value)).toEqual([60, 60, 'lost', 'lost'])
    expect(producer.valuesLost).toBe(2)
  })

  it('wakes the writer once when it is half full, and once when it is full', () => {
    const options: RingOptions = { strategy: 'drop', records: 64, arenaBytes: 128 }
    const memory = allocateRing(options)
    const producer = new RingProducer(memory)
    const wakes = (): number | undefined => new Int32Array(memory.wake)[0]
    for (let i = 0; i < 32; i++) offer(producer, ORDINARY, false, undefined)
    expect(wakes()).toBe(0)
    offer(producer, ORDINARY, false, undefined)
    expect(wakes()).toBe(1)
    for (let i = 0; i < 1000; i++) offer(producer, ORDINARY, false, undefined)
    expect(wakes()).toBe(2)
  })
})

describe('a ring that overwrites', () => {
  it('laps, counts and delivers as plain arrays do, also across 32 bits', () => {
    follows('overwrite', 300)
  })

  it('keeps the newest records, and ends, errors and state beyond them', () => {
    const { producer, consumer, sink } = open({ strategy: 'overwrite', records: 64, arenaBytes: 1024 }, 0, 0)
    for (let i = 0; i < 1000; i++) offer(producer, i % 100 === 0 ? PRIORITY : ORDINARY, i % 100 === 0, undefined)
    while (consumer.drain(sink, 5) > 0);
    const kept = sink.deliveries.filter((each) => each.kind === 'record')
    expect(kept.filter(({ word }) => word === PRIORITY).map(({ seq }) => seq)).toEqual([
      1, 101, 201, 301, 401, 501, 601, 701, 801, 901,
    ])
    expect(kept.filter(({ word }) => word === ORDINARY).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 64 }, (_, i) => 937 + i),
    )
  })

  it('says lost of a value whose bytes were lapped, and keeps its record', () => {
    const { producer, consumer, sink } = open({ strategy: 'overwrite', records: 64, arenaBytes: 128 }, 0, 0)
    for (let i = 0; i < 10; i++) offer(producer, ORDINARY, false, 40)
    consumer.drain(sink, 100)
    const values = sink.deliveries.map((each) => each.kind === 'record' && each.value)
    expect(values.slice(-2)).toEqual([40, 40])
    expect(values.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => 'lost'))
  })
})
