import type { SpanId } from '@cinescope/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Bar, Lanes } from '../../src/export/chrome/lanes.ts'

const id = (number: number): SpanId => number.toString(16).padStart(16, '0') as SpanId

/** Spans in the order of their beginning, each perhaps a child of one before; some never end. */
const bars: fc.Arbitrary<readonly Bar[]> = fc
  .array(fc.tuple(fc.nat(5), fc.option(fc.nat(30)), fc.option(fc.nat(40))), { maxLength: 40 })
  .map((drawn) => {
    let startNs = 0
    return drawn.map(([wait, length, parent], index): Bar => {
      startNs += wait
      return {
        id: id(index + 1),
        parent: parent === null || index === 0 ? undefined : id((parent % index) + 1),
        startNs,
        endNs: length === null ? Infinity : startNs + length,
      }
    })
  })

test('two spans of a lane are apart, or the one that is directly inside the other is its child', () => {
  fc.assert(
    fc.property(bars, (drawn) => {
      const lanes = new Lanes()
      const open = new Map<number, Bar[]>()
      let most = 0
      for (const bar of drawn) {
        const { lane } = lanes.place(bar)
        most = Math.max(most, lane)
        const inside = (open.get(lane) ?? []).filter(({ endNs }) => endNs > bar.startNs)
        const outer = inside.at(-1)
        if (outer !== undefined) {
          expect(bar.parent).toBe(outer.id)
          expect(bar.endNs).toBeLessThanOrEqual(outer.endNs)
        }
        open.set(lane, [...inside, bar])
      }
      const overlap = drawn.map(({ startNs }, index) =>
        drawn.slice(0, index + 1).filter((other) => other.endNs > startNs || other.startNs === startNs),
      )
      expect(most).toBeLessThan(Math.max(1, ...overlap.map(({ length }) => length)))
    }),
    { numRuns: 500 },
  )
})

test('a child that overlaps its sibling has a lane of its own, and is tied to its parent', () => {
  const lanes = new Lanes()
  const parent = { id: id(1), parent: undefined, startNs: 0, endNs: 10 }
  expect(lanes.place(parent)).toEqual({ lane: 0, isNew: true, parentLane: undefined })
  expect(lanes.place({ id: id(2), parent: id(1), startNs: 1, endNs: 5 })).toMatchObject({ lane: 0 })
  expect(lanes.place({ id: id(3), parent: id(1), startNs: 2, endNs: 6 })).toEqual({
    lane: 1,
    isNew: true,
    parentLane: 0,
  })
  expect(lanes.place({ id: id(4), parent: id(1), startNs: 7, endNs: 8 })).toMatchObject({ lane: 0 })
})
