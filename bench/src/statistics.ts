/** The statistics of the bench: order statistics, so that one bad round changes nothing. */

/** A two-sided interval. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** Quantile `q` in [0, 1] by linear interpolation between order statistics (Hyndman and Fan 1996, type 7); NaN for no values. */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) return Number.NaN
  const sorted = values.toSorted((a, b) => a - b)
  const place = (sorted.length - 1) * q
  const low = sorted[Math.floor(place)]!
  const high = sorted[Math.ceil(place)]!
  return low + (high - low) * (place - Math.floor(place))
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** Distance of the quartiles. */
export function spreadOf(values: readonly number[]): number {
  return quantile(values, 0.75) - quantile(values, 0.25)
}

/** `a[i] - b[i]`: figures of the same round. */
export function pairedDifferences(a: readonly number[], b: readonly number[]): number[] {
  if (a.length !== b.length) throw new RangeError(`paired figures come in pairs, got ${a.length} and ${b.length}`)
  return a.map((value, index) => value - b[index]!)
}

/**
 * Interval that covers the median of whatever the values are drawn from with at least 95 %: two order statistics by the
 * binomial distribution. Below six values no such pair exists, and the interval is the range.
 */
export function medianInterval(values: readonly number[]): Interval {
  const sorted = values.toSorted((a, b) => a - b)
  const n = sorted.length
  let below = 0
  let tail = 0.5 ** n
  // the largest rank whose two tails together stay within 5 %
  while (below + 1 < n / 2 && 2 * (tail + binomial(n, below + 1) * 0.5 ** n) <= 0.05)
    tail += binomial(n, ++below) * 0.5 ** n
  return { low: sorted[below] ?? Number.NaN, high: sorted[n - 1 - below] ?? Number.NaN }
}

/** Slope of the least-squares line through (x, y). */
export function slopeOf(xs: readonly number[], ys: readonly number[]): number {
  const meanX = meanOf(xs)
  const meanY = meanOf(ys)
  let covariance = 0
  let variance = 0
  for (let i = 0; i < xs.length; i++) {
    covariance += (xs[i]! - meanX) * (ys[i]! - meanY)
    variance += (xs[i]! - meanX) ** 2
  }
  return covariance / variance
}

/** 95 % confidence interval of the mean by Student's t, for a handful of long rounds. */
export function meanInterval(values: readonly number[]): Interval {
  const mean = meanOf(values)
  const n = values.length
  if (n < 2) return { low: -Infinity, high: Infinity }
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)
  const half = (STUDENT_T[n - 1] ?? 1.96) * Math.sqrt(variance / n)
  return { low: mean - half, high: mean + half }
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** 97.5 % quantile of Student's t by degrees of freedom. */
const STUDENT_T: readonly number[] = [
  Number.POSITIVE_INFINITY,
  12.706,
  4.303,
  3.182,
  2.776,
  2.571,
  2.447,
  2.365,
  2.306,
  2.262,
  2.228,
  2.201,
  2.179,
  2.16,
  2.145,
  2.131,
  2.12,
  2.11,
  2.101,
  2.093,
  2.086,
]

function binomial(n: number, k: number): number {
  let result = 1
  for (let i = 1; i <= k; i++) result = (result * (n - k + i)) / i
  return result
}

/** 95 % interval of the ratio of two medians of paired figures: bootstrap over the pairs, always with the same draws. */
export function ratioInterval(numerators: readonly number[], denominators: readonly number[]): Interval {
  const n = numerators.length
  const ratios: number[] = []
  let state = 1
  const draw = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 4_294_967_296) * n)
  }
  for (let i = 0; i < 2000; i++) {
    const picked = Array.from({ length: n }, draw)
    ratios.push(median(picked.map((index) => numerators[index]!)) / median(picked.map((index) => denominators[index]!)))
  }
  return { low: quantile(ratios, 0.025), high: quantile(ratios, 0.975) }
}
