/** HOT: the producing end of one lane of records. */

import { RECORD_BYTES } from '@cinescope/protocol'
import { CONTROL, type RingMemory } from './memory.ts'
import { endLongSleep, isAsleep, wakeWriter } from './wake.ts'

/** Slots of a lane held back for ends, errors and state: one in four. */
const RESERVE_SHIFT = 2

/**
 * On these processors stores are seen in the order in which they were made, so that a plain one publishes what was written
 * before it. `Atomics.store` is a call in V8: a sixth of a record. docs/decisions/0003 has the figures.
 */
const KEEPS_STORE_ORDER = process.arch === 'x64' || process.arch === 'ia32'

/** Hands out slots of one lane and publishes them. */
export class LaneProducer {
  readonly f64: Float64Array
  /** The same memory; what is read unsigned is written signed, which costs no conversion. */
  readonly i32: Int32Array
  readonly mask: number
  /** Records published, whole count; the next slot is `head & mask`. */
  head: number
  /** Below it the slot at `head` may be written and published without a claim, by any record. 0 where a claim is always due. */
  freeUntil: number
  readonly #control: Int32Array
  readonly #sleeper: Int32Array
  readonly #headWord: number
  readonly #capacity: number
  readonly #overwrites: boolean
  readonly #first: number
  /** Slots that only ends, errors and state may take. */
  #reserve: number
  /** Head at which an ordinary claim looks again: the next wake mark, then the reserve. */
  #limit: number
  /** Head at which any claim looks again. */
  #hardLimit: number
  #wokenAt = -1

  /** `lane` is the number of one in `memory`. */
  constructor(memory: RingMemory, lane: number) {
    const control = new Int32Array(memory.control)
    // the caller knows that there is such a lane
    const records = memory.lanes[lane]!
    const overwrites = memory.options.strategy === 'overwrite'
    this.#sleeper = new Int32Array(memory.wake)
    this.f64 = new Float64Array(records)
    this.i32 = new Int32Array(records)
    this.#control = control
    this.#headWord = CONTROL.head + lane * CONTROL.lane
    this.#capacity = records.byteLength / RECORD_BYTES
    this.mask = this.#capacity - 1
    this.#reserve = this.#capacity >> RESERVE_SHIFT
    this.#overwrites = overwrites
    this.head = Atomics.load(control, this.#headWord) >>> 0
    this.#first = this.head
    this.#limit = this.head + (this.#capacity >> 1)
    this.#hardLimit = this.head + this.#capacity
    this.freeUntil = overwrites ? 0 : this.#limit
  }

  /** Index of the next slot, or -1 when there is no room for such a record. */
  claim(priority: boolean): number {
    const { head } = this
    if (!this.hasRoom(priority)) return -1
    if (this.#overwrites) Atomics.store(this.#control, this.#headWord + 2, (head + 1) | 0)
    return head & this.mask
  }

  /** True when there is room for such a record. */
  hasRoom(priority: boolean): boolean {
    return this.head < (priority ? this.#hardLimit : this.#limit) || this.#findRoom(priority)
  }

  /** Keeps slots back for ends, errors and state, or not: none are needed where records can go on elsewhere. Not under `overwrite`. */
  keepReserve(keeps: boolean): void {
    const reserve = keeps ? this.#capacity >> RESERVE_SHIFT : 0
    if (reserve === this.#reserve) return
    this.#reserve = reserve
    // so that the next claim looks
    this.#limit = this.freeUntil = this.head
  }

  /** Publishes the slot at `head`. */
  commit(): void {
    const head = this.head + 1
    // headWord is an index of control
    if (KEEPS_STORE_ORDER) this.#control[this.#headWord] = head | 0
    else Atomics.store(this.#control, this.#headWord, head | 0)
    this.head = head
    if (isAsleep(this.#sleeper)) endLongSleep(this.#sleeper)
  }

  /** Records published by this end. */
  get committed(): number {
    return this.head - this.#first
  }

  /** Records that the consumer has not released. */
  backlog(): number {
    return (this.head - Atomics.load(this.#control, this.#headWord + 1)) >>> 0
  }

  #findRoom(priority: boolean): boolean {
    const backlog = this.backlog()
    const half = this.#capacity >> 1
    if (backlog >= half) this.#wake()
    if (this.#overwrites) {
      this.#limit = this.#hardLimit = this.head + half
      return true
    }
    const tail = this.head - backlog
    this.#hardLimit = tail + this.#capacity
    this.#limit = backlog < half ? tail + half : tail + this.#capacity - this.#reserve
    this.freeUntil = this.#limit
    return this.head < (priority ? this.#hardLimit : this.#limit)
  }

  /** Once a head: a full ring must not cost a system call a record. */
  #wake(): void {
    if (this.#wokenAt === this.head) return
    this.#wokenAt = this.head
    wakeWriter(this.#sleeper)
  }
}
