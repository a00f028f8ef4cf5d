import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { SealedSegment } from '../../src/base/sealed-segment.ts'
import { Correlator } from '../../src/correlate/correlator.ts'
import { createSegmentIndexes, type SegmentIndexes } from '../../src/correlate/row-builder.ts'
import { arbitraryStream, type Offered, play } from '../recording/stream.ts'

/** What two rings seal in turn, every so many records. */
function sealedOf(streams: readonly (readonly Offered[])[], every: number, indexes?: SegmentIndexes): SealedSegment[] {
  const rings = streams.map((stream, thread) => {
    const shared = indexes === undefined ? {} : { indexes }
    return { stream, fold: new Correlator({ thread, maxRows: 4096, maxValueBytes: 100_000, ...shared }) }
  })
  const sealed: SealedSegment[] = []
  for (let from = 0; streams.some(({ length }) => length > from); from += every) {
    for (const { stream, fold } of rings) {
      play(stream.slice(from, from + every), fold, () => undefined)
      sealed.push(...fold.cut(true, 4096).sealed)
    }
  }
  return sealed
}

it('rings that share the makers of indexes have the segments that each would have of its own', () => {
  fc.assert(
    fc.property(
      arbitraryStream(),
      arbitraryStream({ minRecords: 20, maxRecords: 200 }),
      fc.nat({ max: 60 }),
      (a, b, n) => {
        const own = sealedOf([a, b], n + 1)
        expect(sealedOf([a, b], n + 1, createSegmentIndexes())).toEqual(own)
        expect(own.some(({ rollup }) => rollup !== undefined)).toBe(own.length > 0)
      },
    ),
    { numRuns: 100 },
  )
})
