/**
 * Quantiles of a stream within a bound, mergeable: DDSketch (Masson, Rim, Lee, VLDB 2019). A value is counted in the bin
 * ceil(log_gamma(value)); a bin's middle is within `RELATIVE_ERROR` of all values in it.
 */

/** A quantile is at most this part of itself away from the exact one, unless the sketch has collapsed. */
export const RELATIVE_ERROR = 0.01

const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
const LOG_GAMMA = Math.log(GAMMA)
/** Values nearer to zero than this are zero. */
const SMALLEST = 1e-9
/** Enough for values from 1e-9 to 1e26 on one side. */
const MAX_BINS = 4096
/** So many are joined at once, since it takes a sort. */
const JOINED_BINS = 512

/** Counts of finite numbers by size. Others are not taken. */
export class QuantileSketch {
  /** Values counted. */
  count = 0
  /** Bins were joined because there were too many, or values taken for zero: small quantiles may be off by more than the bound. */
  isCollapsed = false
  readonly #above = new Map<number, number>()
  readonly #below = new Map<number, number>()
  #zeros = 0

  /** Counts a value. */
  add(value: number): void {
    if (!Number.isFinite(value)) return
    this.count++
    if (Math.abs(value) < SMALLEST) {
      this.#zeros++
      this.isCollapsed ||= value !== 0
    } else if (value > 0) this.#put(this.#above, binOf(value), 1)
    else this.#put(this.#below, binOf(-value), 1)
  }

  /** Counts what another has counted. */
  merge(other: QuantileSketch): void {
    this.count += other.count
    this.#zeros += other.#zeros
    this.isCollapsed ||= other.isCollapsed
    for (const [bin, count] of other.#above) this.#put(this.#above, bin, count)
    for (const [bin, count] of other.#below) this.#put(this.#below, bin, count)
  }

  /** The smallest value that the part `quantile` (0 to 1) of all does not exceed (nearest rank); undefined when there are none. */
  quantile(quantile: number): number | undefined {
    if (this.count === 0) return undefined
    let left = rankOf(quantile, this.count)
    for (const bin of sorted(this.#below).toReversed()) {
      left -= this.#below.get(bin)!
      if (left < 0) return -middleOf(bin)
    }
    left -= this.#zeros
    if (left < 0) return 0
    const bins = sorted(this.#above)
    for (const bin of bins) {
      left -= this.#above.get(bin)!
      if (left < 0) return middleOf(bin)
    }
    return undefined
  }

  #put(bins: Map<number, number>, bin: number, count: number): void {
    bins.set(bin, (bins.get(bin) ?? 0) + count)
    if (bins.size <= MAX_BINS) return
    // the smallest in size become one
    const smallest = sorted(bins).slice(0, JOINED_BINS)
    const last = smallest.at(-1)!
    const joined = smallest.reduce((sum, each) => sum + bins.get(each)!, 0)
    this.isCollapsed = true
    for (const each of smallest) bins.delete(each)
    bins.set(last, joined)
  }
}

/** Place in the order of values, from 0. */
function rankOf(quantile: number, count: number): number {
  return Math.max(0, Math.ceil(quantile * count) - 1)
}

function binOf(size: number): number {
  return Math.ceil(Math.log(size) / LOG_GAMMA)
}

/** As far from both ends of the bin, in proportion. */
function middleOf(bin: number): number {
  return (2 * GAMMA ** bin) / (GAMMA + 1)
}

function sorted(bins: ReadonlyMap<number, number>): number[] {
  return [...bins.keys()].sort((a, b) => a - b)
}
