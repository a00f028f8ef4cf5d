import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Anchor, lastTimeAt, rangesAt, timeNs, wallAt, wallMs } from '../src/index.ts'

const anchor = (atMs: number, wall: number): Anchor => ({ atNs: timeNs(atMs * 1e6), wallMs: wallMs(wall) })

describe('anchors', () => {
  const anchors = [anchor(0, 1000), anchor(1000, 2000), anchor(2000, 7000)]

  it.each([
    ['before the first anchor', -500, 500],
    ['at an anchor', 1000, 2000],
    ['between anchors', 1500, 2500],
    ['just before a step of the wall clock', 1999.999999, 2999.999999],
    ['at a step', 2000, 7000],
    ['after the last', 5000, 10_000],
  ])('date an instant %s', (_where, atMs, wall) => {
    expect(wallAt(anchors, timeNs(atMs * 1e6))).toBeCloseTo(wall, 6)
  })

  it('date every instant by the last anchor at or before it, like a walk over the list', () => {
    const list = fc
      .uniqueArray(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 20 })
      .chain((times) =>
        fc.tuple(
          fc.constant(times.toSorted((a, b) => a - b)),
          fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: times.length, maxLength: times.length }),
        ),
      )
    fc.assert(
      fc.property(list, fc.integer({ min: -100, max: 11_000 }), ([times, walls], at) => {
        const sorted = times.map((time, i) => anchor(time, walls[i] ?? 0))
        const expected = sorted.findLast((each) => each.atNs <= at * 1e6) ?? sorted[0]!
        expect(wallAt(sorted, timeNs(at * 1e6))).toBeCloseTo(expected.wallMs + at - expected.atNs / 1e6, 6)
      }),
    )
  })

  /** Readings of a wall clock that was set forwards and backwards. */
  const stepped = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: -100, max: 100 })), { maxLength: 6 })
    .map((list) => {
      const sorted = [anchor(0, 1_700_000_000_000)]
      for (const [elapsed, jump] of list) {
        const last = sorted.at(-1)!
        sorted.push({ atNs: timeNs(last.atNs + elapsed * 1e6), wallMs: wallMs(last.wallMs + elapsed + jump) })
      }
      return sorted
    })
  /** Instants of interest: whole milliseconds, and the nanoseconds around them. */
  const instant = fc
    .tuple(fc.integer({ min: -20, max: 400 }), fc.integer({ min: -300, max: 300 }))
    .map(([ms, ns]) => timeNs(ms * 1e6 + ns))
  const wall = fc.oneof(
    fc.constant(undefined),
    fc.integer({ min: -150, max: 500 }).map((ms) => wallMs(1_700_000_000_000 + ms)),
  )

  it('lead from the wall to exactly the instants that they date within', () => {
    fc.assert(
      fc.property(stepped, wall, wall, fc.array(instant, { minLength: 1 }), (list, from, to, instants) => {
        const ranges = rangesAt(list, from, to)
        for (const at of instants) {
          const shown = wallAt(list, at)
          const isMeant = (from === undefined || shown >= from) && (to === undefined || shown < to)
          expect(ranges.some((range) => at >= range.from && at < range.to)).toBe(isMeant)
        }
        ranges.slice(1).forEach((range, i) => expect(range.from).toBeGreaterThan(ranges[i]!.to))
        for (const { from: low, to: high } of ranges) expect(low).toBeLessThan(high)
      }),
      { numRuns: 500 },
    )
  })

  it('lead from what an instant is dated to a range that begins no later, however finely it is told', () => {
    fc.assert(
      fc.property(stepped, instant, (list, at) => {
        const shown = wallAt(list, at)
        expect(rangesAt(list, shown, undefined).some(({ from, to }) => at >= from && at < to)).toBe(true)
        expect(rangesAt(list, undefined, shown).some(({ from, to }) => at >= from && at < to)).toBe(false)
        expect(lastTimeAt(list, shown)).toBeGreaterThanOrEqual(at)
      }),
    )
  })

  it('know the last instant at which the wall clock showed a time or an earlier one', () => {
    const list = [anchor(0, 1000), anchor(1000, 1500), anchor(2000, 9000)]
    const lastMs = (ms: number): number => Math.floor(lastTimeAt(list, wallMs(ms)) / 1e6)
    expect([999, 1000, 1499, 1500, 1600, 2000].map(lastMs)).toEqual([-1, 0, 499, 1000, 1100, 1500])
    // 2500 to 9000 was never shown
    expect([2499, 2500, 8999, 9000, 9001].map(lastMs)).toEqual([1999, 1999, 1999, 2000, 2001])
  })

  it('fall back to the epoch when there are none', () => {
    expect(wallAt([], timeNs(5e6))).toBe(5)
    expect(rangesAt([], wallMs(5), wallMs(6))).toEqual([{ from: 5e6, to: 6e6 }])
    expect(lastTimeAt([], wallMs(5))).toBe(5e6)
  })

  it('lead to everything when neither end is told, and to nothing when the end is before the beginning', () => {
    expect(rangesAt(anchors, undefined, undefined)).toEqual([{ from: -Infinity, to: Infinity }])
    expect(rangesAt(anchors, wallMs(5000), wallMs(5000))).toEqual([])
    expect(rangesAt(anchors, wallMs(9000), wallMs(8000))).toEqual([])
  })
})
