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
  return shownAt(anchorAt(anchors, at), at)
}

/** Monotonic instants from `from` on and before `to`, in ns. */
export interface TimeRange {
  readonly from: number
  readonly to: number
}

/**
 * The instants that `wallAt` dates at or after `from` and before `to`, exactly; undefined is no bound. Ascending, with room
 * between them; more than one where the wall clock was set back. O(n), n = anchors.
 */
export function rangesAt(
  anchors: readonly Anchor[],
  from: WallMs | undefined,
  to: WallMs | undefined,
): readonly TimeRange[] {
  const ranges: TimeRange[] = []
  for (const piece of piecesOf(anchors)) {
    const low = from === undefined ? piece.from : firstThat(piece, (shown) => shown >= from)
    const high = to === undefined ? piece.to : firstThat(piece, (shown) => shown >= to)
    if (low >= high) continue
    const last = ranges.at(-1)
    if (last?.to === low) ranges[ranges.length - 1] = { from: last.from, to: high }
    else ranges.push({ from: low, to: high })
  }
  return ranges
}

/** The last instant that `wallAt` dates at `wall` or earlier: where the wall clock was set back, the last of several. O(n). */
export function lastTimeAt(anchors: readonly Anchor[], wall: WallMs): number {
  for (const piece of piecesOf(anchors).toReversed()) {
    const past = firstThat(piece, (shown) => shown > wall)
    if (past > piece.from) return past - 1
  }
  return -Infinity
}

/** A stretch during which the wall clock went on without a step. */
interface Piece extends TimeRange {
  readonly anchor: Anchor
}

function piecesOf(anchors: readonly Anchor[]): Piece[] {
  const list = anchors.length === 0 ? [firstOf(anchors)] : anchors
  return list.map((anchor, i) => ({
    anchor,
    from: i === 0 ? -Infinity : anchor.atNs,
    to: list[i + 1]?.atNs ?? Infinity,
  }))
}

/** The piece's first instant at which what the clock showed passes `test`, or its end. Searched, not computed: only so is it what `wallAt` says. */
function firstThat({ anchor, from, to }: Piece, test: (shown: WallMs) => boolean): number {
  let low = Math.max(from, -Number.MAX_SAFE_INTEGER)
  let high = Math.min(to, Number.MAX_SAFE_INTEGER)
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2)
    if (test(shownAt(anchor, middle))) high = middle
    else low = middle + 1
  }
  return low
}

function shownAt(anchor: Anchor, at: number): WallMs {
  return (anchor.wallMs + (at - anchor.atNs) / 1e6) as WallMs
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
