/** HOT: the producing end of a ring; one thread only. claim, write, commit: no allocation, two atomic stores at most. */

import { CONTROL, type RingMemory, wakeWriter } from './memory.ts'
import { LaneProducer } from './lane.ts'

/** Writes records and values of one thread, going on from the counts in the control words. Cost: bench row `event`. */
export class RingProducer {
  /** Number of the last record offered. */
  seq = 0
  /** Records refused. */
  refused = 0
  /** Values left out because the arena was full. */
  valuesLost = 0
  readonly arena: Uint8Array
  /** Lane of the record being written. */
  lane: LaneProducer
  /** The lane of every record under `drop`, of most under `overwrite`. */
  readonly main: LaneProducer
  readonly #priority: LaneProducer | undefined
  readonly #control: Int32Array
  readonly #sleeper: Int32Array
  readonly #refusedByKind: Uint32Array
  readonly #arenaMask: number
  readonly #arenaSize: number
  readonly #overwrites: boolean
  #arenaHead: number
  #arenaLimit: number
  #wokenAt = -1

  constructor(memory: RingMemory) {
    const control = new Int32Array(memory.control)
    this.#overwrites = memory.options.strategy === 'overwrite'
    this.#control = control
    this.#refusedByKind = new Uint32Array(memory.control, CONTROL.refused * 4)
    // allocateRing gives one lane at least
    this.main = new LaneProducer(memory, 0)
    this.#priority = memory.lanes.length > 1 ? new LaneProducer(memory, 1) : undefined
    this.#sleeper = new Int32Array(memory.wake)
    this.lane = this.main
    this.arena = new Uint8Array(memory.arena)
    this.#arenaSize = memory.options.arenaBytes
    this.#arenaMask = memory.options.arenaBytes - 1
    this.#arenaHead = Atomics.load(control, CONTROL.arenaTail) >>> 0
    this.#arenaLimit = this.#arenaHead + this.#arenaSize
  }

  /** Numbers the next record and claims its slot: index of the slot in `lane`, or -1 when it was refused and counted. */
  claim(kind: number, priority: boolean): number {
    this.seq++
    if (this.#priority !== undefined) this.lane = priority ? this.#priority : this.main
    const slot = this.lane.claim(priority)
    if (slot < 0) this.#countRefused(kind)
    return slot
  }

  /** Numbers a record that cannot be written now, and counts it; always -1. */
  refuse(kind: number): number {
    this.seq++
    this.#countRefused(kind)
    return -1
  }

  /** Counts records, of that kind as far as is known, whose writing was broken off between claim and commit. */
  countAbandoned(kind: number): void {
    const committed = this.main.committed + (this.#priority?.committed ?? 0)
    for (let missing = this.seq - this.refused - committed; missing > 0; missing--) this.#countRefused(kind)
  }

  #countRefused(kind: number): void {
    this.refused++
    // kind is a KindCode, below KIND_LIMIT
    this.#refusedByKind[kind] = this.#refusedByKind[kind]! + 1
  }

  /** Publishes the record claimed last. */
  commit(): void {
    this.lane.commit()
    if (this.#priority !== undefined) Atomics.store(this.#control, CONTROL.committedSeq, this.seq | 0)
  }

  /** Place in `arena` with room for `bytes`, or -1 when there is none; follow with `keepValue`. */
  claimValue(bytes: number): number {
    if (this.#arenaHead + bytes > this.#arenaLimit && !this.#findArena(bytes)) {
      this.valuesLost++
      return -1
    }
    if (this.#overwrites) Atomics.store(this.#control, CONTROL.arenaClaim, (this.#arenaHead + bytes) | 0)
    return this.#arenaHead & this.#arenaMask
  }

  /** Keeps the first `length` bytes of the place claimed last; gives their position for the record. */
  keepValue(length: number): number {
    const position = this.#arenaHead >>> 0
    this.#arenaHead += length
    return position
  }

  #findArena(bytes: number): boolean {
    if (this.#overwrites) {
      this.#arenaLimit = Number.MAX_SAFE_INTEGER
      return true
    }
    const used = (this.#arenaHead - Atomics.load(this.#control, CONTROL.arenaTail)) >>> 0
    this.#arenaLimit = this.#arenaHead - used + this.#arenaSize
    if (this.#arenaHead + bytes <= this.#arenaLimit) return true
    this.#wake()
    return false
  }

  /** Once an arena head: a full arena must not cost a system call a value. */
  #wake(): void {
    if (this.#wokenAt === this.#arenaHead) return
    this.#wokenAt = this.#arenaHead
    wakeWriter(this.#sleeper)
  }
}
