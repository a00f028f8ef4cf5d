/**
 * The shared memory of one thread's ring: control words, record lanes, value arena.
 *
 * | control word | written by | meaning |
 * |---|---|---|
 * | 0 committedSeq | producer | low 32 bits of the last committed record's seq |
 * | 1 arenaTail | consumer | arena bytes released, low 32 bits of a monotone count |
 * | 2 arenaClaim | producer | arena bytes claimed, low 32 bits of a monotone count |
 * | 3 next | producer, then consumer | under `grow`: number of the ring in which the records go on; 0 while it is this one, and again once the consumer has followed |
 * | 4 + 4n head | producer | records committed to lane n, low 32 bits of a monotone count |
 * | 5 + 4n tail | consumer | records consumed of lane n |
 * | 6 + 4n claim | producer | records claimed in lane n |
 * | 12 givenBack | producer | under `grow`, in the first ring: rings up to this number are given back |
 * | 13 lapped | consumer | under `overwrite`: records and values found overwritten, low 32 bits of a monotone count |
 * | 16 + kind | producer | events of that kind refused for want of room |
 *
 * Lane 0 takes every record under `drop` and `grow`. Under `overwrite` lane 1 takes ends, errors and state, lane 0 the rest.
 */

import { KIND_LIMIT, MAX_VALUE_BYTES, RECORD_BYTES } from '@cinescope/protocol'
import { allocateWake } from './wake.ts'

/**
 * `drop`: the newest go, with a reserve for ends, errors and state. `overwrite`: the oldest go (flight recorder). `grow`: further
 * rings are added, and at the limit of bytes the newest go as under `drop`.
 */
export type RingStrategy = 'drop' | 'overwrite' | 'grow'

/** Sizes of a ring; `records` and `arenaBytes` are powers of two. */
export interface RingOptions {
  readonly strategy: RingStrategy
  readonly records: number
  readonly arenaBytes: number
  /** Under `grow`: most bytes of all rings together. */
  readonly maxBytes?: number
}

/** What crosses to the writer thread. */
export interface RingMemory {
  readonly options: RingOptions
  readonly control: SharedArrayBuffer
  /** One buffer of records per lane. */
  readonly lanes: readonly SharedArrayBuffer[]
  /** `arenaBytes` and a slack of one largest value behind it, so that no value wraps. */
  readonly arena: SharedArrayBuffer
  /** See `wake.ts`. */
  readonly wake: SharedArrayBuffer
}

/** A ring that was added to another, as it crosses to the writer thread. */
export interface GrownRing {
  /** Above `FIRST_RING`, and above those of all that were added before. */
  readonly number: number
  readonly memory: RingMemory
}

/** Number of the ring that a thread begins with. */
export const FIRST_RING = 1

/** Indexes of the control words. */
export const CONTROL = {
  committedSeq: 0,
  arenaTail: 1,
  arenaClaim: 2,
  next: 3,
  head: 4,
  tail: 5,
  claim: 6,
  lane: 4,
  givenBack: 12,
  lapped: 13,
  refused: 16,
} as const

/** Bytes of one ring: `records * 64 + arenaBytes + 64 KiB`, a quarter of its records more under `overwrite`; control words aside. */
export function ringBytes(options: RingOptions): number {
  return laneBytes(options).reduce((sum, bytes) => sum + bytes, 0) + options.arenaBytes + MAX_VALUE_BYTES
}

/** Allocates a ring of `ringBytes(options)`. */
export function allocateRing(options: RingOptions, wake: SharedArrayBuffer = allocateWake()): RingMemory {
  return {
    options,
    control: new SharedArrayBuffer((CONTROL.refused + KIND_LIMIT) * 4),
    lanes: laneBytes(options).map((bytes) => new SharedArrayBuffer(bytes)),
    arena: new SharedArrayBuffer(options.arenaBytes + MAX_VALUE_BYTES),
    wake,
  }
}

function laneBytes({ strategy, records }: RingOptions): number[] {
  return [records, ...(strategy === 'overwrite' ? [records >> 2] : [])].map((count) => count * RECORD_BYTES)
}
