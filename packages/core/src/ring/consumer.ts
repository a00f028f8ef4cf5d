/** The consuming end of a ring: reads committed records in order of seq, tells every hole, releases what it has read. */

import { MAX_VALUE_BYTES, OMISSION, RECORD_BYTES, U32, VALUE_ABSENT } from '@cinescope/protocol'
import { type FindRing, RingChain } from './chain.ts'
import type { ConsumerLane, ConsumerLink } from './link.ts'
import { CONTROL, type RingMemory } from './memory.ts'

/** One record as handed to a sink; the arrays are valid during the call only. */
export interface RecordView {
  /** Whole sequence number. */
  seq: number
  /** The record's numbers: index with `f64Base + F64.x` and `u32Base + U32.x`. */
  f64: Float64Array
  u32: Uint32Array
  f64Base: number
  u32Base: number
  /** The value's bytes are `bytes[valueAt, valueAt + valueLength)`; `valueLength` may be `VALUE_ABSENT | reason`. */
  bytes: Uint8Array
  valueAt: number
  valueLength: number
}

/** Why records are missing. */
export type GapReason = 'full' | 'overwritten'

/** Takes records and holes in order. */
export interface RecordSink {
  record(view: RecordView): void
  /** Records `from` to `to`, both included, are missing. */
  gap(from: number, to: number, reason: GapReason): void
}

const WORDS = RECORD_BYTES / 4
const DOUBLES = RECORD_BYTES / 8

/** Reads one ring, going on from the counts in the control words; one thread only. */
export class RingConsumer {
  /** Seq of the last record seen or known to be missing. */
  lastSeq = 0
  /** Records handed on. */
  consumed = 0
  /** Records found overwritten. */
  overwritten = 0
  #lappedValues = 0
  readonly #refused: Uint32Array
  readonly #chain: RingChain
  /** The ring that is read now. */
  #here: ConsumerLink
  readonly #arenaBytes: number
  readonly #overwrites: boolean
  readonly #scratch = new ArrayBuffer(RECORD_BYTES)
  readonly #view: RecordView
  readonly #valueScratch: Uint8Array

  /** `find` gives the rings that the producer has added. */
  constructor(memory: RingMemory, find: FindRing = () => undefined) {
    this.#refused = new Uint32Array(memory.control, CONTROL.refused * 4)
    this.#overwrites = memory.options.strategy === 'overwrite'
    this.#chain = new RingChain(memory, find)
    this.#here = this.#chain.here
    this.#arenaBytes = memory.options.arenaBytes
    this.#valueScratch = new Uint8Array(this.#overwrites ? MAX_VALUE_BYTES : 0)
    const first = this.#here.lanes[0]!
    this.#view = {
      seq: 0,
      f64: this.#overwrites ? new Float64Array(this.#scratch) : first.f64,
      u32: this.#overwrites ? new Uint32Array(this.#scratch) : first.u32,
      f64Base: 0,
      u32Base: 0,
      bytes: this.#overwrites ? this.#valueScratch : this.#here.arena,
      valueAt: 0,
      valueLength: 0,
    }
  }

  /** Hands at most `limit` committed records to `sink`, then releases them. Returns how many records left the ring. */
  drain(sink: RecordSink, limit: number): number {
    const taken = this.#overwrites ? this.#drainLapped(sink, limit) : this.#drainChain(sink, limit)
    this.#here.release()
    this.#chain.forget()
    return taken
  }

  /** Committed records not yet consumed. O(rings). */
  backlog(): number {
    return this.#chain.backlog()
  }

  /** Rings that the producer has added and used. */
  get grown(): number {
    return this.#chain.grown
  }

  /** Copies the producer's counts of refused events by kind into `into`; low 32 bits each. */
  readRefused(into: Uint32Array): void {
    into.set(this.#refused.subarray(0, into.length))
  }

  /** Tells the sink of records up to `lastOffered` that never came. Only when the producer has stopped offering. */
  closeGap(sink: RecordSink, lastOffered: number): void {
    if (lastOffered > this.lastSeq) this.#hole(sink, lastOffered + 1)
  }

  #drainChain(sink: RecordSink, limit: number): number {
    let taken = this.#drainOrdered(sink, limit)
    while (taken < limit && this.#chain.follow()) {
      this.#enter()
      taken += this.#drainOrdered(sink, limit - taken)
    }
    return taken
  }

  #enter(): void {
    const { here } = this.#chain
    const lane = here.lanes[0]!
    this.#here = here
    this.#view.f64 = lane.f64
    this.#view.u32 = lane.u32
    this.#view.bytes = here.arena
  }

  #drainOrdered(sink: RecordSink, limit: number): number {
    const lane = this.#here.lanes[0]!
    const count = Math.min(limit, lane.backlog())
    for (let i = 0; i < count; i++) {
      const view = this.#view
      view.f64Base = lane.slot() * DOUBLES
      view.u32Base = lane.slot() * WORDS
      this.#locate(view)
      lane.position++
      this.#deliver(sink)
    }
    return count
  }

  /** Merges the lanes by seq up to a consistent cut, copying each record before it is checked. */
  #drainLapped(sink: RecordSink, limit: number): number {
    const cut = Atomics.load(this.#here.control, CONTROL.committedSeq)
    let taken = 0
    while (taken < limit) {
      const lane = this.#nextLane(cut)
      if (lane === undefined) break
      taken++
      if (!this.#copy(lane)) continue
      this.#deliver(sink)
    }
    Atomics.store(this.#here.control, CONTROL.lapped, (this.overwritten + this.#lappedValues) | 0)
    return taken
  }

  #nextLane(cut: number): ConsumerLane | undefined {
    let best: ConsumerLane | undefined
    let bestSeq = 0
    for (const lane of this.#here.lanes) {
      const low = this.#peek(lane)
      if (low === undefined || ((cut - low) | 0) < 0) continue
      const ahead = (low - this.lastSeq) >>> 0
      if (best === undefined || ahead < bestSeq) {
        best = lane
        bestSeq = ahead
      }
    }
    return best
  }

  /** Low seq of a lane's oldest record, read while it was not yet claimed again: a later lap's would put the lanes out of order. */
  #peek(lane: ConsumerLane): number | undefined {
    for (;;) {
      this.overwritten += lane.skipLapped()
      if (lane.backlog() === 0) return undefined
      const low = lane.u32[lane.slot() * WORDS + U32.seq]!
      if (!lane.isLapped()) return low
    }
  }

  /** Copies the record and its value out of a lane; false if it was overwritten meanwhile. */
  #copy(lane: ConsumerLane): boolean {
    const view = this.#view
    const base = lane.slot() * WORDS
    view.u32.set(lane.u32.subarray(base, base + WORDS))
    const isLapped = lane.isLapped()
    lane.position++
    if (isLapped) {
      this.overwritten++
      return false
    }
    this.#locate(view)
    const length = view.valueLength
    if (length === 0 || length >= VALUE_ABSENT) return true
    const position = view.u32[U32.valuePosition]!
    const at = position & (this.#arenaBytes - 1)
    this.#valueScratch.set(this.#here.arena.subarray(at, at + length))
    view.valueAt = 0
    const claimed = (Atomics.load(this.#here.control, CONTROL.arenaClaim) - position) >>> 0
    if (claimed > this.#arenaBytes) {
      this.#lappedValues++
      view.valueLength = (VALUE_ABSENT | OMISSION.lost) >>> 0
    }
    return true
  }

  #locate(view: RecordView): void {
    const length = view.u32[view.u32Base + U32.valueLength]!
    view.valueLength = length
    if (length === 0 || length >= VALUE_ABSENT) return
    const position = view.u32[view.u32Base + U32.valuePosition]!
    view.valueAt = position & (this.#arenaBytes - 1)
    this.#here.arenaTail = position + length
  }

  #deliver(sink: RecordSink): void {
    const view = this.#view
    const seq = this.lastSeq + ((view.u32[view.u32Base + U32.seq]! - this.lastSeq) >>> 0)
    if (seq !== this.lastSeq + 1) this.#hole(sink, seq)
    this.lastSeq = seq
    this.consumed++
    view.seq = seq
    sink.record(view)
  }

  #hole(sink: RecordSink, before: number): void {
    sink.gap(this.lastSeq + 1, before - 1, this.#overwrites ? 'overwritten' : 'full')
    this.lastSeq = before - 1
  }
}
