/** Which readings of the clocks a segment repeats from those before it, so that it is dated right when they are gone. */

import type { Anchor } from '@cinescope/protocol'

/** Readers take readings that agree to this for one. */
const SAME_MS = 1
/** Most readings carried; of a clock that is set more often the oldest go. */
const MAX_CARRIED = 1024

/**
 * Of readings in their order: the one in force at `sinceNs`, those later that show a step of the wall clock, and the last,
 * from which the next is told apart. O(readings).
 */
export function carriedAnchors(anchors: readonly Anchor[], sinceNs: number): Anchor[] {
  const inForce = Math.max(
    0,
    anchors.findLastIndex(({ atNs }) => atNs <= sinceNs),
  )
  const carried: Anchor[] = []
  for (const [i, anchor] of anchors.entries()) {
    if (i >= inForce && (isStep(carried.at(-1), anchor) || i === anchors.length - 1)) carried.push(anchor)
  }
  return carried.slice(-MAX_CARRIED)
}

/**
 * Adds a reading, the newest, to those since the last seal: it takes the place of one before it that shows no step. A thread
 * that records little has one a second for days, and each of its tails repeats them all.
 */
export function addAnchor(anchors: Anchor[], anchor: Anchor): void {
  const last = anchors.at(-1)
  if (last !== undefined && anchors.length > 1 && !isStep(anchors.at(-2), last)) anchors.pop()
  anchors.push(anchor)
  if (anchors.length > MAX_CARRIED * 2) anchors.splice(0, MAX_CARRIED)
}

function isStep(last: Anchor | undefined, { atNs, wallMs }: Anchor): boolean {
  if (last === undefined) return true
  return Math.abs(wallMs - last.wallMs - (atNs - last.atNs) / 1e6) > SAME_MS
}
