/** Branded time: process-monotonic nanoseconds, wall milliseconds, and the anchors that tie them. */

declare const unit: unique symbol

/** Nanoseconds since the process's anchor (its `performance.timeOrigin`), monotonic, an integer below 2^53. */
export type TimeNs = number & { readonly [unit]: 'ns since anchor' }

/** A length of time in nanoseconds. */
export type DurationNs = number & { readonly [unit]: 'ns' }

/** Milliseconds since the Unix epoch as the wall clock of the recorded process told them; may be fractional. */
export type WallMs = number & { readonly [unit]: 'ms since 1970' }

/** One simultaneous reading of both clocks. */
export interface Anchor {
  readonly atNs: TimeNs
  readonly wallMs: WallMs
}

/** Brands a number as monotonic nanoseconds. */
export function timeNs(ns: number): TimeNs {
  return ns as TimeNs
}

/** Brands a number as a duration in nanoseconds. */
export function durationNs(ns: number): DurationNs {
  return ns as DurationNs
}

/** Brands a number as wall-clock milliseconds. */
export function wallMs(ms: number): WallMs {
  return ms as WallMs
}

/**
 * Wall time of a monotonic instant, by the last anchor at or before it (the first one for earlier instants).
 * `anchors` is sorted by `atNs` and not empty. O(log n).
 */
export function wallAt(anchors: readonly Anchor[], at: TimeNs): WallMs {
  const anchor = anchorAt(anchors, at)
  return (anchor.wallMs + (at - anchor.atNs) / 1e6) as WallMs
}

/** Monotonic instant at which the wall clock showed `wall`, by the same anchors. O(n), n = anchors. */
export function timeAt(anchors: readonly Anchor[], wall: WallMs): TimeNs {
  let best = firstOf(anchors)
  for (const anchor of anchors) if (anchor.wallMs <= wall) best = anchor
  return Math.round(best.atNs + (wall - best.wallMs) * 1e6) as TimeNs
}

function anchorAt(anchors: readonly Anchor[], at: TimeNs): Anchor {
  let low = 0
  let high = anchors.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    // middle is within [0, length)
    if (anchors[middle]!.atNs <= at) low = middle
    else high = middle - 1
  }
  return anchors[low] ?? firstOf(anchors)
}

function firstOf(anchors: readonly Anchor[]): Anchor {
  return anchors[0] ?? { atNs: 0 as TimeNs, wallMs: 0 as WallMs }
}
