import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Anchor, timeAt, timeNs, wallAt, wallMs } from '../src/index.ts'

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

  it('lead from the wall back to the instant, while the wall clock goes forward', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 0, max: 5000 })), {
      maxLength: 10,
    })
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 20_000 }), (list, at) => {
        const sorted = [anchor(0, 1_700_000_000_000)]
        for (const [elapsed, jump] of list) {
          const last = sorted.at(-1)!
          sorted.push({ atNs: timeNs(last.atNs + elapsed * 1e6), wallMs: wallMs(last.wallMs + elapsed + jump) })
        }
        expect(timeAt(sorted, wallAt(sorted, timeNs(at * 1e6)))).toBe(at * 1e6)
      }),
    )
  })

  it('fall back to the epoch when there are none', () => {
    expect(wallAt([], timeNs(5e6))).toBe(5)
    expect(timeAt([], wallMs(5))).toBe(5e6)
  })
})
