/** HOT: the producing end of a ring; one thread only. claim, write, commit: no allocation, two atomic stores at most. */

import { RingGrowth } from './growth.ts'
import { CONTROL, type GrownRing, ringBytes, type RingMemory } from './memory.ts'
import { wakeWriter } from './wake.ts'
import { LaneProducer } from './lane.ts'

/** Writes records and values of one thread, going on from the counts in the control words. Cost: bench row `event`. */
export class RingProducer {
  /** Number of the last record offered. */
  seq = 0
  /** Records refused. */
  refused = 0
  /** Values left out because the arena was full. */
  valuesLost = 0
  arena: Uint8Array
  /** Lane of the record being written. */
  lane: LaneProducer
  /** The lane of every record under `drop` and `grow`, of most under `overwrite`. */
  main: LaneProducer
  readonly #priority: LaneProducer | undefined
  #control: Int32Array
  readonly #sleeper: Int32Array
  readonly #refusedByKind: Uint32Array
  readonly #arenaMask: number
  readonly #arenaSize: number
  readonly #overwrites: boolean
  /** Undefined where nothing is added. */
  readonly #growth: RingGrowth | undefined
  readonly #size: number
  #arenaHead: number
  #arenaLimit: number
  #wokenAt = -1
  /** `lapped` as it was last seen. */
  #lapped = 0
  /** Records published in rings that have been left. */
  #committedBefore = 0

  /** `tell` hands a ring that was added to the consumer; without it, `grow` is `drop`. */
  constructor(memory: RingMemory, tell?: (grown: GrownRing) => void) {
    const control = new Int32Array(memory.control)
    const { strategy } = memory.options
    this.#overwrites = strategy === 'overwrite'
    this.#growth = strategy === 'grow' && tell !== undefined ? new RingGrowth(memory, tell) : undefined
    this.#size = ringBytes(memory.options)
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

  /**
   * Numbers the next record and claims its slot: index of the slot in `lane`, or -1 when it was refused and counted. `valueBytes`
   * is the room that its value will claim: a ring that grows makes it first.
   */
  claim(kind: number, priority: boolean, valueBytes = 0): number {
    if (this.#growth !== undefined) this.#makeRoom(this.#growth, priority, valueBytes)
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
    const committed = this.#committedBefore + this.main.committed + (this.#priority?.committed ?? 0)
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

  /**
   * Under `overwrite`: true if records with first call, or values, may have been overwritten since this was last asked. What goes
   * on from them must be told anew.
   */
  wasLapped(): boolean {
    if (this.#priority === undefined) return false
    const lapped = Atomics.load(this.#control, CONTROL.lapped)
    const wasLapped = lapped !== this.#lapped
    this.#lapped = lapped
    const waiting = (this.#arenaHead - Atomics.load(this.#control, CONTROL.arenaTail)) >>> 0
    return wasLapped || waiting > this.#arenaSize || this.#priority.backlog() > this.#priority.mask
  }

  /** Memory that it has, in bytes. */
  get bytes(): number {
    return this.#growth?.bytes ?? this.#size
  }

  /** Records that the consumer has not released, where rings were added; 0 where not. */
  get waitingInGrown(): number {
    const growth = this.#growth
    return growth === undefined || growth.bytes === this.#size ? 0 : this.main.backlog() + growth.waiting()
  }

  /** True where rings may be added. */
  get grows(): boolean {
    return this.#growth !== undefined
  }

  /**
   * Gives back what was added, if no more of it was asked for since the last call, the consumer has followed to the ring in use,
   * and that is less than half full. Not between a claim and its commit.
   */
  giveBack(): void {
    const growth = this.#growth
    if (growth?.isUnneeded() !== true || this.main.backlog() > this.main.mask >> 1) return
    const first = growth.first()
    if (first === undefined) this.main.keepReserve(true)
    else this.#enter(growth, first)
    growth.forget()
    // it keeps them until it looks
    wakeWriter(this.#sleeper)
  }

  /** Sees to it that such a record finds room, in another ring if need be. At the limit it does not, and all is as under `drop`. */
  #makeRoom(growth: RingGrowth, priority: boolean, valueBytes: number): void {
    const hasArena = valueBytes === 0 || this.#hasArena(valueBytes)
    if (hasArena && this.main.hasRoom(priority)) return
    const next = growth.spare()
    if (next === undefined) return this.main.keepReserve(true)
    // what is kept back here is not needed: it goes on there
    this.main.keepReserve(false)
    if (!hasArena || !this.main.hasRoom(priority)) this.#enter(growth, next)
  }

  #enter(growth: RingGrowth, memory: RingMemory): void {
    const lane = new LaneProducer(memory, 0)
    const arena = new Uint8Array(memory.arena)
    const control = new Int32Array(memory.control)
    const arenaHead = Atomics.load(control, CONTROL.arenaTail) >>> 0
    const committed = this.#committedBefore + this.main.committed
    growth.moveOn()
    // no calls from here on: were the stack to end, records would go where nobody reads
    this.main = this.lane = lane
    this.arena = arena
    this.#control = control
    this.#arenaHead = arenaHead
    this.#arenaLimit = arenaHead + this.#arenaSize
    this.#committedBefore = committed
    this.#wokenAt = -1
  }

  #hasArena(bytes: number): boolean {
    return this.#arenaHead + bytes <= this.#arenaLimit || this.#findArena(bytes)
  }

  /** Place in `arena` with room for `bytes`, or -1 when there is none; follow with `keepValue`. */
  claimValue(bytes: number): number {
    if (!this.#hasArena(bytes)) {
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
