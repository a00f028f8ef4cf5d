/** Tiles against a walk over the rows they were made of. */

import { allocateRows, decodeTile, EXTENT, FLAG, KINDS, type Rows, type Tile } from '@cinescope/protocol'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ownPart } from '../../src/correlate/own-part.ts'
import { TileBuilder } from '../../src/correlate/tiles/tile-builder.ts'

const row = fc.record({
  extent: fc.constantFrom(EXTENT.point, EXTENT.open, EXTENT.whole, EXTENT.resumed),
  flags: fc.constantFrom(0, FLAG.error, FLAG.async, FLAG.beginLost),
  kind: fc.constantFrom(KINDS.request, KINDS.query, KINDS.log),
  site: fc.nat(3),
  // a long way back, as spans that end here may begin, or among the others
  time: fc.oneof(fc.integer({ min: 9e8, max: 1e9 }), fc.integer({ min: 9.9e8, max: 1e9 }), fc.nat(1e9)),
  duration: fc.oneof(fc.constant(-1), fc.nat(1e7)),
})
const rowsOf = (list: readonly (typeof row extends fc.Arbitrary<infer T> ? T : never)[]): Rows => {
  const rows = allocateRows(list.length)
  rows.length = list.length
  list.forEach(({ extent, flags, kind, site, time, duration }, i) => {
    rows.seq[i] = i + 1
    rows.time[i] = time
    rows.duration[i] = extent === EXTENT.open || extent === EXTENT.point ? -1 : duration
    rows.word[i] = kind | flags | (extent << 8)
    rows.site[i] = site
  })
  return rows
}
const few = fc.array(row, { maxLength: 300, size: 'max' }).map(rowsOf)
const many = fc.array(row, { minLength: 200, maxLength: 200 }).map(rowsOf)

/** Count and longest by lane and slice. */
type Cells = ReadonlyMap<string, readonly [count: number, longest: number]>

function cellsOf({ word, site, ends, slice, count, longest }: Tile): Cells {
  const cells = new Map<string, [number, number]>()
  let lane = 0
  slice.forEach((at, cell) => {
    while (cell >= ends[lane]!) lane++
    const key = `${word[lane]} ${site[lane]} ${at}`
    // a lane may have several cells of a slice that is far from the others
    const [many, most] = cells.get(key) ?? [0, -1]
    cells.set(key, [many + count[cell]!, Math.max(most, longest[cell]!)])
  })
  return cells
}

function expectedOf(rows: Rows, bits: number): Cells {
  const cells = new Map<string, [number, number]>()
  for (let i = 0; i < rows.length; i++) {
    if (((rows.word[i]! >> 8) & 3) === EXTENT.open) continue
    const key = `${rows.word[i]! & (0x3f | FLAG.error)} ${rows.site[i]} ${Math.floor(rows.time[i]! / 2 ** bits)}`
    const [count, longest] = cells.get(key) ?? [0, -1]
    cells.set(key, [count + 1, Math.max(longest, rows.duration[i]!)])
  }
  return cells
}

it('counts all rows but open ones in each tile, whatever their slices', () => {
  const builder = new TileBuilder()
  let levels = 0
  fc.assert(
    fc.property(few, (rows) => {
      const tiles = builder.build(rows, ownPart(rows), Infinity).map(decodeTile)
      levels = Math.max(levels, tiles.length)
      for (const [i, tile] of tiles.entries()) {
        expect(cellsOf(tile)).toEqual(expectedOf(rows, tile.bits))
        if (i > 0) expect(tile.bits).toBeLessThan(tiles[i - 1]!.bits)
      }
      expect(tiles.length > 0).toBe(expectedOf(rows, 0).size > 0)
    }),
    { numRuns: 200 },
  )
  expect(levels).toBe(4)
})

it('leaves out what would take more room than it may', () => {
  const [rows] = fc.sample(many, { numRuns: 1, seed: 1 }) as [Rows]
  const sizes = new TileBuilder().build(rows, ownPart(rows), Infinity).map(({ length }) => length)
  const most = sizes.at(-1)! - 1
  expect(new TileBuilder().build(rows, ownPart(rows), most).map(({ length }) => length)).toEqual(
    sizes.filter((size) => size <= most),
  )
})
