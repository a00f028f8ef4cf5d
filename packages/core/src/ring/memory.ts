/**
 * The shared memory of one thread's ring: control words, record lanes, value arena.
 *
 * | control word | written by | meaning |
 * |---|---|---|
 * | 0 committedSeq | producer | low 32 bits of the last committed record's seq |
 * | 1 arenaTail | consumer | arena bytes released, low 32 bits of a monotone count |
 * | 2 arenaClaim | producer | arena bytes claimed, low 32 bits of a monotone count |
 * | 3 | nobody | free |
 * | 4 + 4n head | producer | records committed to lane n, low 32 bits of a monotone count |
 * | 5 + 4n tail | consumer | records consumed of lane n |
 * | 6 + 4n claim | producer | records claimed in lane n |
 * | 16 + kind | producer | events of that kind refused for want of room |
 *
 * Lane 0 takes every record under `drop`. Under `overwrite` lane 1 takes ends, errors and state, lane 0 the rest.
 *
 * The writer sleeps on a futex of its own, which all rings of a process share.
 */

import { KIND_LIMIT, MAX_VALUE_BYTES, RECORD_BYTES } from '@cinescope/protocol'

/** `drop`: the newest go, with a reserve for ends, errors and state. `overwrite`: the oldest go (flight recorder). */
export type RingStrategy = 'drop' | 'overwrite'

/** Sizes of a ring; `records` and `arenaBytes` are powers of two. */
export interface RingOptions {
  readonly strategy: RingStrategy
  readonly records: number
  readonly arenaBytes: number
}

/** What crosses to the writer thread. */
export interface RingMemory {
  readonly options: RingOptions
  readonly control: SharedArrayBuffer
  /** One buffer of records per lane. */
  readonly lanes: readonly SharedArrayBuffer[]
  /** `arenaBytes` and a slack of one largest value behind it, so that no value wraps. */
  readonly arena: SharedArrayBuffer
  /** The futex its writer sleeps on: one int32. */
  readonly wake: SharedArrayBuffer
}

/** Indexes of the control words. */
export const CONTROL = {
  committedSeq: 0,
  arenaTail: 1,
  arenaClaim: 2,
  head: 4,
  tail: 5,
  claim: 6,
  lane: 4,
  refused: 16,
} as const

/** Wakes the writer that sleeps on it. */
export function wakeWriter(wake: Int32Array): void {
  Atomics.add(wake, 0, 1)
  Atomics.notify(wake, 0)
}

/** Allocates a ring: `records * 64 + arenaBytes + 64 KiB` bytes, a quarter more under `overwrite`. */
export function allocateRing(options: RingOptions, wake: SharedArrayBuffer = new SharedArrayBuffer(4)): RingMemory {
  const lanes = [new SharedArrayBuffer(options.records * RECORD_BYTES)]
  if (options.strategy === 'overwrite') lanes.push(new SharedArrayBuffer((options.records >> 2) * RECORD_BYTES))
  return {
    options,
    control: new SharedArrayBuffer((CONTROL.refused + KIND_LIMIT) * 4),
    lanes,
    arena: new SharedArrayBuffer(options.arenaBytes + MAX_VALUE_BYTES),
    wake,
  }
}
