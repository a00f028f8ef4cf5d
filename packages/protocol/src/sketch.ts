/**
 * Quantiles of a stream within a bound, mergeable: DDSketch (Masson, Rim, Lee, VLDB 2019). A value is counted in the bin
 * ceil(log_gamma(value)); a bin's middle is within `RELATIVE_ERROR` of all values in it.
 */

import type { HistogramBin } from './aggregate.ts'
import { SketchBins } from './sketch-bins.ts'

/** A quantile is at most this part of itself away from the exact one, unless the sketch has collapsed. */
export const RELATIVE_ERROR = 0.01

/** The bin of zero. Others are odd for what is above it and even for what is below, the larger the farther from it. */
export const ZERO_BIN = 0

/** The bin of what is so near to zero that it counts as zero, which keeps no bound. */
const TINY_BIN = 1

/** No bin of a finite number is larger. */
export const MAX_BIN = 80_000

const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
const LOG_GAMMA = Math.log(GAMMA)
/** A ratio that is a power of gamma is not to be taken for less. */
const ROUNDING = 1e-9
/** Values nearer to zero than this are zero. */
const SMALLEST = 1e-9
/** Makes exponents of what is not taken for zero positive, so that bins 0 and 1 are free. */
const BIAS = 1037

/** The bin that a finite number is counted in: a whole number from 0 to `MAX_BIN`. */
export function binOf(value: number): number {
  if (Math.abs(value) < SMALLEST) return value === 0 ? ZERO_BIN : TINY_BIN
  const exponent = Math.ceil(Math.log(Math.abs(value)) / LOG_GAMMA) + BIAS
  return value > 0 ? 2 * exponent + 1 : 2 * exponent
}

/** Between which values a bin counts, with so many next to it that have their ends at the same places. */
function joinedBounds(bin: number, joined: number): { readonly from: number; readonly to: number } {
  if (bin === ZERO_BIN) return { from: 0, to: 0 }
  const first = Math.floor(exponentOf(bin) / joined) * joined
  const [near, far] = [GAMMA ** (first - 1), GAMMA ** (first + joined - 1)]
  return isAbove(bin) ? { from: near, to: far } : { from: -far, to: -near }
}

/** Counts of finite numbers by size. Others are not taken. */
export class QuantileSketch {
  /** Values counted. */
  count = 0
  readonly #above = new SketchBins()
  readonly #below = new SketchBins()
  #zeros = 0
  #hasTiny = false

  /** Bins were joined because there were too many, or values taken for zero: small quantiles may be off by more than the bound. */
  get isCollapsed(): boolean {
    return this.#hasTiny || this.#above.isCollapsed || this.#below.isCollapsed
  }

  /** Counts a value. */
  add(value: number): void {
    if (Number.isFinite(value)) this.addBin(binOf(value), 1)
  }

  /** Counts `count` values of a bin. */
  addBin(bin: number, count: number): void {
    this.count += count
    if (bin === ZERO_BIN || bin === TINY_BIN) {
      this.#zeros += count
      this.#hasTiny ||= bin === TINY_BIN
    } else if (isAbove(bin)) this.#above.add(bin >>> 1, count)
    else this.#below.add(bin >>> 1, count)
  }

  /** Counts what another has counted. */
  merge(other: QuantileSketch): void {
    this.count += other.count
    this.#zeros += other.#zeros
    this.#hasTiny ||= other.#hasTiny
    this.#above.merge(other.#above)
    this.#below.merge(other.#below)
  }

  /** The smallest value that the part `quantile` (0 to 1) of all does not exceed (nearest rank); undefined when there are none. */
  quantile(quantile: number): number | undefined {
    let left = Math.max(0, Math.ceil(quantile * this.count) - 1)
    for (const { bin, count } of this.bins()) {
      left -= count
      if (left < 0) return middleOf(bin)
    }
    return undefined
  }

  /**
   * Counts by size, from the smallest values to the largest; bins whose upper end is at most `ratio` times their lower one, with
   * the same ends in every sketch.
   */
  histogram(ratio: number): HistogramBin[] {
    const joined = Math.max(1, Math.floor(Math.log(ratio) / LOG_GAMMA + ROUNDING))
    const bins: HistogramBin[] = []
    for (const { bin, count } of this.bins()) {
      const { from, to } = joinedBounds(bin, joined)
      const last = bins.at(-1)
      if (last?.from === from && last.to === to) bins[bins.length - 1] = { from, to, count: last.count + count }
      else bins.push({ from, to, count })
    }
    return bins
  }

  /** Bins that count something, from the smallest values to the largest. */
  bins(): { readonly bin: number; readonly count: number }[] {
    const below = this.#below.entries().map(({ exponent, count }) => ({ bin: 2 * exponent, count }))
    const above = this.#above.entries().map(({ exponent, count }) => ({ bin: 2 * exponent + 1, count }))
    const zeros = this.#zeros === 0 ? [] : [{ bin: ZERO_BIN, count: this.#zeros }]
    return [...below.toReversed(), ...zeros, ...above]
  }
}

function isAbove(bin: number): boolean {
  return (bin & 1) === 1
}

function exponentOf(bin: number): number {
  return (bin >>> 1) - BIAS
}

/** As far from both ends of the bin, in proportion. */
function middleOf(bin: number): number {
  if (bin === ZERO_BIN) return 0
  const middle = (2 * GAMMA ** exponentOf(bin)) / (GAMMA + 1)
  return isAbove(bin) ? middle : -middle
}
