/** Hybrid logical time as one float64-safe integer. HLC: Kulkarni, Demirbas et al. 2014, figure 5. */

import type { WallMs } from './time.ts'

declare const hlcBrand: unique symbol

/** `(ms - HLC_EPOCH_MS) * 4096 + counter`, an integer below 2^53 until the year 2093. */
export type Hlc = number & { readonly [hlcBrand]: true }

/** Start of hybrid time, in milliseconds since 1970 (2023-11-14T22:13:20Z). */
export const HLC_EPOCH_MS = 1_700_000_000_000

/** Ticks in one millisecond of hybrid time. */
export const HLC_TICKS_PER_MS = 4096

/** What a receive did with the sender's stamp. */
export interface HlcReceived {
  readonly hlc: Hlc
  /** False when the stamp was further ahead than the allowed drift, so it was not adopted. */
  readonly adopted: boolean
}

/** The stamp of a wall-clock reading with an empty counter; instants before the epoch give 0. */
export function hlcOf(wall: WallMs): Hlc {
  return Math.max(0, Math.floor((wall - HLC_EPOCH_MS) * HLC_TICKS_PER_MS)) as Hlc
}

/** Wall time of a stamp, in milliseconds; the counter reads as a fraction. */
export function hlcWallMs(hlc: Hlc): WallMs {
  return (hlc / HLC_TICKS_PER_MS + HLC_EPOCH_MS) as WallMs
}

/** The stamp of a local or send event that follows `last`. */
export function hlcTick(last: Hlc, wall: WallMs): Hlc {
  const physical = hlcOf(wall)
  return (physical > last ? physical : last + 1) as Hlc
}

/**
 * The stamp of a receive event that follows `last` and the sender's `remote`.
 * A stamp ahead of the wall clock by more than `maxDriftMs` is not adopted.
 */
export function hlcReceive(last: Hlc, remote: Hlc, wall: WallMs, maxDriftMs: number): HlcReceived {
  const physical = hlcOf(wall)
  const adopted = remote <= physical + maxDriftMs * HLC_TICKS_PER_MS
  const floor = adopted && remote > last ? remote : last
  return { hlc: (physical > floor ? physical : floor + 1) as Hlc, adopted }
}

/** Negative, zero or positive as `a` is before, at or after `b`. */
export function hlcCompare(a: Hlc, b: Hlc): number {
  return a - b
}
