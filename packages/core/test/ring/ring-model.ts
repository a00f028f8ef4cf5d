/** The ring as plain arrays: what may be accepted, what is lost, what comes out. */

import type { RingOptions } from '../../src/ring/memory.ts'
import { type Delivery, ROOM } from './ring-fixture.ts'

interface Held {
  readonly seq: number
  readonly word: number
  /** Undefined: none; -1: refused by the arena; else its length and its place in the stream of value bytes. */
  readonly value: { readonly length: number; readonly position: number } | undefined
}

/** Follows a ring that begins after record `first`. */
export class RingModel {
  seq: number
  refused = 0
  overwritten = 0
  consumed = 0
  readonly refusedByKind = new Map<number, number>()
  readonly #options: RingOptions
  /** One list per lane, of all records ever accepted. */
  readonly #lanes: { readonly records: Held[]; read: number }[]
  #arenaHead = 0
  #arenaTail = 0
  #arenaClaim = 0
  #told: number

  constructor(options: RingOptions, first: number) {
    this.#options = options
    this.seq = first
    this.#told = first
    this.#lanes = Array.from({ length: options.strategy === 'overwrite' ? 2 : 1 }, () => ({ records: [], read: 0 }))
  }

  offer(kind: number, priority: boolean, length: number | undefined): boolean {
    this.seq++
    const { strategy, records: capacity } = this.#options
    const lane = this.#lanes[strategy === 'overwrite' && priority ? 1 : 0]!
    if (strategy === 'drop' && lane.records.length - lane.read >= (priority ? capacity : capacity - capacity / 4)) {
      this.refused++
      this.refusedByKind.set(kind, (this.refusedByKind.get(kind) ?? 0) + 1)
      return false
    }
    lane.records.push({ seq: this.seq, word: kind, value: length === undefined ? undefined : this.#keep(length) })
    return true
  }

  drain(limit: number): Delivery[] {
    const deliveries: Delivery[] = []
    for (let taken = 0; taken < limit; taken++) {
      const record = this.#next()
      if (record === undefined) break
      if (record.seq > this.#told + 1) deliveries.push(this.#gap(record.seq - 1))
      this.#told = record.seq
      this.consumed++
      deliveries.push({ kind: 'record', seq: record.seq, word: record.word, value: this.#read(record) })
    }
    return deliveries
  }

  /** The hole behind the last record, if there is one. */
  close(): Delivery[] {
    return this.seq > this.#told ? [this.#gap(this.seq)] : []
  }

  get backlog(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.records.length - lane.read, 0)
  }

  #gap(to: number): Delivery {
    const from = this.#told + 1
    this.#told = to
    return { kind: 'gap', from, to, reason: this.#options.strategy === 'overwrite' ? 'overwritten' : 'full' }
  }

  #keep(length: number): { length: number; position: number } {
    const isFull = this.#arenaHead + ROOM > this.#arenaTail + this.#options.arenaBytes
    if (this.#options.strategy === 'drop' && isFull) return { length: -1, position: 0 }
    const position = this.#arenaHead
    this.#arenaClaim = position + ROOM
    this.#arenaHead += length
    return { length, position }
  }

  #next(): Held | undefined {
    if (this.#options.strategy === 'overwrite') this.#skipLapped()
    const [first, second] = this.#lanes.map((lane) => lane.records[lane.read])
    const isSecond = first === undefined || (second !== undefined && second.seq < first.seq)
    const record = isSecond ? second : first
    if (record !== undefined) this.#lanes[isSecond ? 1 : 0]!.read++
    return record
  }

  #skipLapped(): void {
    this.#lanes.forEach((lane, index) => {
      const capacity = index === 0 ? this.#options.records : this.#options.records / 4
      const oldest = Math.max(lane.read, lane.records.length - capacity)
      this.overwritten += oldest - lane.read
      lane.read = oldest
    })
  }

  #read({ value }: Held): number | 'lost' | undefined {
    if (value === undefined) return undefined
    if (value.length < 0) return 'lost'
    if (value.length === 0) return undefined
    if (this.#options.strategy === 'overwrite') {
      return this.#arenaClaim - value.position > this.#options.arenaBytes ? 'lost' : value.length
    }
    this.#arenaTail = value.position + value.length
    return value.length
  }
}
