/** What memory grows by for as long as a program runs, told from the level that allocators reach in a few steps. */

import { median, medianInterval } from '../../bench/src/statistics.ts'

const PARTS = 20
/** Fewer have no interval. */
const LEAST_PARTS = 7

/**
 * Bytes by which the second half of the samples grew from part to part: the low end of the 95 % interval of the median growth between
 * two neighbours of its 20 parts, 19 times. What stays behind at each event makes every part larger, and counts whole. Memory that an
 * allocator keeps after its largest demand so far makes a few parts larger and the others not, and counts for nothing; the slope
 * of a straight line would be as steep for one such step as for a leak, and its interval as far from 0. NaN for too few samples.
 */
export function steadyGrowth(samples: readonly number[]): number {
  const late = samples.slice(samples.length >> 1)
  const parts = Math.min(PARTS, late.length >> 1)
  if (parts < LEAST_PARTS) return Number.NaN
  const levels = Array.from({ length: parts }, (_, i) =>
    median(late.slice(Math.floor((i * late.length) / parts), Math.floor(((i + 1) * late.length) / parts))),
  )
  const steps = levels.slice(1).map((level, i) => level - levels[i]!)
  return medianInterval(steps).low * steps.length
}
