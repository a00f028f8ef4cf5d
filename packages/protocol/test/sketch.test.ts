import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { QuantileSketch, RELATIVE_ERROR } from '../src/index.ts'

const value = fc.oneof(
  fc.double({ min: 1e-6, max: 1e12, noNaN: true }),
  fc.double({ min: -1e9, max: -1e-6, noNaN: true }),
  fc.constantFrom(0, 1, 1.0000001, 100, -1),
)
const values = fc.array(value, { minLength: 1, maxLength: 300 })
const PARTS = [0, 0.01, 0.25, 0.5, 0.75, 0.9, 0.99, 1]

function sketchOf(list: readonly number[]): QuantileSketch {
  const sketch = new QuantileSketch()
  for (const each of list) sketch.add(each)
  return sketch
}

function quantilesOf(sketch: QuantileSketch): (number | undefined)[] {
  return PARTS.map((part) => sketch.quantile(part))
}

describe('a sketch of quantiles', () => {
  it('is within its bound of the exact ones', () => {
    fc.assert(
      fc.property(values, (list) => {
        const sketch = sketchOf(list)
        const sorted = list.toSorted((a, b) => a - b)
        for (const part of PARTS) {
          const exact = sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)]!
          const found = sketch.quantile(part)!
          expect(Math.abs(found - exact)).toBeLessThanOrEqual(Math.abs(exact) * RELATIVE_ERROR * (1 + 1e-9))
        }
        expect(sketch.isCollapsed).toBe(false)
      }),
    )
  })

  it('counts by size in bins that are the same in every sketch, none wider than it was told', () => {
    const ratios = fc.constantFrom(1.03, 1.1, 1.5, 2, 10, 100)
    fc.assert(
      fc.property(values, values, ratios, (list, others, ratio) => {
        const bins = sketchOf(list).histogram(ratio)
        expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(list.length)
        for (const [i, { from, to, count }] of bins.entries()) {
          if (i > 0) expect(from).toBeGreaterThanOrEqual(bins[i - 1]!.to)
          const [low, high] = [Math.min(Math.abs(from), Math.abs(to)), Math.max(Math.abs(from), Math.abs(to))]
          expect(high).toBeLessThanOrEqual(low * ratio * (1 + 1e-9))
          // what lies at an end may be counted on either side
          if (high === 0) expect(count).toBe(list.filter((each) => each === 0).length)
          if (high === 0) continue
          const slack = high * 1e-9
          const within = (by: number): number => list.filter((each) => each > from - by && each <= to + by).length
          expect(count).toBeLessThanOrEqual(within(slack))
          expect(count).toBeGreaterThanOrEqual(within(-slack))
        }
        const whole = sketchOf([...list, ...others]).histogram(ratio)
        for (const { from, to } of bins) expect(whole.some((bin) => bin.from === from && bin.to === to)).toBe(true)
      }),
    )
  })

  it('is the same however its parts were counted', () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        const whole = sketchOf([...a, ...b, ...c])
        const left = sketchOf(a)
        left.merge(sketchOf(b))
        left.merge(sketchOf(c))
        const rest = sketchOf(c)
        rest.merge(sketchOf(b))
        const right = sketchOf(a)
        right.merge(rest)
        expect(quantilesOf(left)).toEqual(quantilesOf(whole))
        expect(quantilesOf(right)).toEqual(quantilesOf(whole))
        expect([left.count, right.count]).toEqual([whole.count, whole.count])
      }),
    )
  })

  it('stays bounded, says so, and keeps its bound where values are large', () => {
    const sketch = new QuantileSketch()
    for (let exponent = -300; exponent < 300; exponent += 0.05) sketch.add(10 ** exponent)
    expect(sketch.isCollapsed).toBe(true)
    const largest = 10 ** 299.95
    expect(Math.abs(sketch.quantile(1)! - largest)).toBeLessThanOrEqual(largest * RELATIVE_ERROR * (1 + 1e-9))
  })

  it('makes room seldom, whatever is counted: a hostile recording must not buy a sort with each event', () => {
    const sketch = new QuantileSketch()
    const sort = vi.spyOn(Array.prototype, 'sort')
    // each half of a step away from the one before, the smallest last
    for (let i = 0; i < 20_000; i++) sketch.add(10 ** (((i * 7919) % 20_000) / 34 - 294))
    const sorts = sort.mock.calls.length
    sort.mockRestore()
    expect(sketch.isCollapsed).toBe(true)
    expect(sorts).toBeLessThan(200)
  })

  it('takes only finite numbers, and has nothing to say of none', () => {
    const sketch = sketchOf([Number.NaN, Infinity, -Infinity])
    expect([sketch.count, sketch.quantile(0.5)]).toEqual([0, undefined])
  })
})
