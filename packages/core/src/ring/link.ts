/** One ring as its consumer sees it: lanes, arena, and how far they are read. */

import { RECORD_BYTES } from '@cinescope/protocol'
import { CONTROL, type RingMemory } from './memory.ts'

/** A ring of the chain; the records may go on in another. */
export class ConsumerLink {
  readonly control: Int32Array
  readonly lanes: readonly ConsumerLane[]
  readonly arena: Uint8Array
  /** End of the last value read, low 32 bits of a monotone count. */
  arenaTail: number

  constructor(memory: RingMemory) {
    this.control = new Int32Array(memory.control)
    this.lanes = memory.lanes.map((records, index) => new ConsumerLane(this.control, index, records))
    this.arena = new Uint8Array(memory.arena)
    this.arenaTail = Atomics.load(this.control, CONTROL.arenaTail)
  }

  /** Committed records not yet consumed. */
  backlog(): number {
    return this.lanes.reduce((sum, lane) => sum + lane.backlog(), 0)
  }

  /** Number of the ring in which the records go on; 0 while it is this one. */
  next(): number {
    return Atomics.load(this.control, CONTROL.next)
  }

  /** Lets the producer write again what has been read. */
  release(): void {
    for (const lane of this.lanes) lane.release()
    Atomics.store(this.control, CONTROL.arenaTail, this.arenaTail | 0)
  }

  /** Lets the producer come back to this ring; the consumer touches it no more until it does. */
  leave(): void {
    this.release()
    Atomics.store(this.control, CONTROL.next, 0)
  }
}

/** Position of the consumer in one lane. */
export class ConsumerLane {
  readonly f64: Float64Array
  readonly u32: Uint32Array
  /** Records consumed, whole count. */
  position: number
  readonly #control: Int32Array
  readonly #headWord: number
  readonly #capacity: number

  constructor(control: Int32Array, index: number, records: SharedArrayBuffer) {
    this.f64 = new Float64Array(records)
    this.u32 = new Uint32Array(records)
    this.#control = control
    this.#headWord = CONTROL.head + index * CONTROL.lane
    this.#capacity = records.byteLength / RECORD_BYTES
    this.position = Atomics.load(control, this.#headWord + 1) >>> 0
  }

  slot(): number {
    return this.position & (this.#capacity - 1)
  }

  backlog(): number {
    return (Atomics.load(this.#control, this.#headWord) - this.position) >>> 0
  }

  release(): void {
    Atomics.store(this.#control, this.#headWord + 1, this.position | 0)
  }

  /** Moves to the oldest record that cannot be under the producer's pen; returns how many were passed over. */
  skipLapped(): number {
    const claimed = (Atomics.load(this.#control, this.#headWord + 2) - this.position) >>> 0
    const skipped = Math.max(0, claimed - this.#capacity)
    this.position += skipped
    return skipped
  }

  /** True if the producer has claimed the oldest record's slot again, so that what was read of it may be another's. */
  isLapped(): boolean {
    return (Atomics.load(this.#control, this.#headWord + 2) - this.position) >>> 0 > this.#capacity
  }
}
