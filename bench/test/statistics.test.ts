import { describe, expect, test } from 'vitest'
import {
  median,
  medianInterval,
  meanInterval,
  pairedDifferences,
  quantile,
  ratioInterval,
  slopeOf,
  spreadOf,
} from '../src/statistics.ts'

describe('order statistics', () => {
  test('the median of paired differences ignores one bad round, which the difference of medians need not', () => {
    const differences = pairedDifferences([105, 206, 304, 405, 9000], [100, 200, 300, 400, 500])
    expect(differences).toEqual([5, 6, 4, 5, 8500])
    expect(median(differences)).toBe(5)
  })

  test('figures without a partner are refused', () => {
    expect(() => pairedDifferences([1, 2], [1])).toThrow(/pairs, got 2 and 1/)
  })

  test('quantiles lie on the line between neighbours', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5)
    expect(quantile([1, 2, 3, 4, 5], 0.99)).toBeCloseTo(4.96)
    expect(spreadOf([1, 2, 3, 4, 5])).toBe(2)
    expect(quantile([], 0.5)).toBeNaN()
  })

  test('the 95 % interval of the median of 15 figures is the 4th to the 12th, as the sign test has it', () => {
    const figures = Array.from({ length: 15 }, (_, index) => index + 1).toReversed()
    expect(medianInterval(figures)).toEqual({ low: 4, high: 12 })
  })

  test('of six figures the whole range is the interval, and of five too, for want of a better one', () => {
    expect(medianInterval([1, 2, 3, 4, 5, 6])).toEqual({ low: 1, high: 6 })
    expect(medianInterval([1, 2, 3, 4, 5])).toEqual({ low: 1, high: 5 })
  })
})

describe('lines and means', () => {
  test('the slope of points on a line is the line’s', () => {
    expect(slopeOf([0, 1, 2, 3], [5, 7, 9, 11])).toBeCloseTo(2)
  })

  test('the interval of the mean of five figures uses the t of four degrees of freedom', () => {
    const { low, high } = meanInterval([1, 2, 3, 4, 5])
    expect(low).toBeCloseTo(3 - 2.776 * Math.sqrt(0.5))
    expect(high).toBeCloseTo(3 + 2.776 * Math.sqrt(0.5))
    expect(meanInterval([1])).toEqual({ low: -Infinity, high: Infinity })
  })

  test('the interval of a ratio of medians contains it and is the same every time', () => {
    const ours = [10, 11, 9, 10, 12, 8, 10, 11]
    const theirs = [50, 52, 49, 50, 51, 48, 50, 53]
    const interval = ratioInterval(ours, theirs)
    expect(interval.low).toBeLessThan(0.2)
    expect(interval.high).toBeGreaterThan(0.2)
    expect(interval.high - interval.low).toBeLessThan(0.1)
    expect(ratioInterval(ours, theirs)).toEqual(interval)
  })
})
