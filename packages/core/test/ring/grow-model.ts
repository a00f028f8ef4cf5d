/** A ring that grows as plain arrays: when a further ring is made, used again and given back, what is refused, what comes out. */

import { FIRST_RING, type RingOptions } from '../../src/ring/memory.ts'
import { type Delivery, ROOM } from './ring-fixture.ts'

interface Held {
  readonly seq: number
  readonly word: number
  /** Undefined: none; -1: refused by the arena. */
  readonly length: number | undefined
}

/** One ring between its first unread record and its last. */
interface Ring {
  readonly number: number
  readonly records: Held[]
  arenaUsed: number
  /** Given back: it is read, but costs nothing any more. */
  isGone: boolean
  /** A quarter of it is kept back: no other ring was there when it was last asked for one. */
  keeps: boolean
}

/** Follows a ring of at most `most` rings that begins after record `first`. */
export class GrowModel {
  seq: number
  refused = 0
  valuesLost = 0
  consumed = 0
  /** Rings made so far. */
  made = 1
  readonly refusedByKind = new Map<number, number>()
  readonly #options: RingOptions
  readonly #most: number
  /** From the one that is read to the one that is written. */
  readonly #chain: Ring[] = [ringOf(FIRST_RING)]
  /** Numbers of rings in which nobody is. */
  #free: number[] = []
  #wasNeeded = false
  #told: number

  constructor(options: RingOptions, most: number, first: number) {
    this.#options = options
    this.#most = most
    this.seq = first
    this.#told = first
  }

  offer(kind: number, priority: boolean, length: number | undefined): boolean {
    this.#makeRoom(priority, length !== undefined)
    this.seq++
    const capacity = this.#options.records
    const kept = priority || !this.#here.keeps ? 0 : capacity / 4
    if (this.#here.records.length >= capacity - kept) {
      this.refused++
      this.refusedByKind.set(kind, (this.refusedByKind.get(kind) ?? 0) + 1)
      return false
    }
    this.#here.records.push({
      seq: this.seq,
      word: kind,
      length: length === undefined ? undefined : this.#keep(length),
    })
    return true
  }

  drain(limit: number): Delivery[] {
    const deliveries: Delivery[] = []
    for (let taken = 0; taken < limit;) {
      const ring = this.#chain[0]!
      const record = ring.records.shift()
      if (record === undefined && this.#chain.length === 1) break
      if (record === undefined) this.#leave(ring)
      else {
        taken++
        this.#deliver(record, ring, deliveries)
      }
    }
    return deliveries
  }

  /** The hole behind the last record, if there is one. */
  close(): Delivery[] {
    return this.seq > this.#told ? [this.#gap(this.seq)] : []
  }

  giveBack(): void {
    const wasNeeded = this.#wasNeeded
    this.#wasNeeded = false
    const isBehind = this.#counted > 1
    if (wasNeeded || isBehind || this.rings === 1 || this.#here.records.length >= this.#options.records / 2) return
    this.#free = []
    this.#here.keeps = true
    if (this.#here.number === FIRST_RING) return
    this.#here.isGone = true
    this.#chain.push(ringOf(FIRST_RING))
  }

  /** Rings that there are. */
  get rings(): number {
    return this.#counted + this.#free.length
  }

  get backlog(): number {
    return this.#chain.reduce((sum, { records }) => sum + records.length, 0)
  }

  get #here(): Ring {
    return this.#chain.at(-1)!
  }

  get #counted(): number {
    return this.#chain.filter(({ isGone }) => !isGone).length
  }

  #leave({ isGone, number }: Ring): void {
    this.#chain.shift()
    if (!isGone) this.#free.push(number)
  }

  #makeRoom(priority: boolean, hasValue: boolean): void {
    const capacity = this.#options.records
    const kept = priority || !this.#here.keeps ? 0 : capacity / 4
    const hasArena = !hasValue || this.#here.arenaUsed + ROOM <= this.#options.arenaBytes
    if (hasArena && this.#here.records.length < capacity - kept) return
    this.#wasNeeded = true
    if (this.#free.length === 0 && this.rings < this.#most) this.#free.push(FIRST_RING + this.made++)
    this.#here.keeps = this.#free.length === 0
    if (this.#here.keeps || (hasArena && this.#here.records.length < capacity)) return
    this.#chain.push(ringOf(this.#free.shift()!))
  }

  #keep(length: number): number {
    if (this.#here.arenaUsed + ROOM > this.#options.arenaBytes) {
      this.valuesLost++
      return -1
    }
    this.#here.arenaUsed += length
    return length
  }

  #deliver({ seq, word, length }: Held, ring: Ring, deliveries: Delivery[]): void {
    if (seq > this.#told + 1) deliveries.push(this.#gap(seq - 1))
    this.#told = seq
    this.consumed++
    if (length !== undefined && length > 0) ring.arenaUsed -= length
    deliveries.push({ kind: 'record', seq, word, value: length === -1 ? 'lost' : length })
  }

  #gap(to: number): Delivery {
    const from = this.#told + 1
    this.#told = to
    return { kind: 'gap', from, to, reason: 'full' }
  }
}

function ringOf(number: number): Ring {
  return { number, records: [], arenaUsed: 0, isGone: false, keeps: true }
}
