import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CinescopeError, decodeTile, encodeTile, type Tile, tileBits } from '../src/index.ts'

const cell = fc.record({
  slice: fc.integer({ min: -5, max: 2 ** 40 }),
  count: fc.integer({ min: 1, max: 9 }),
  longest: fc.oneof(fc.constant(-1), fc.nat(2 ** 31)),
})
const lane = fc.record({ word: fc.nat(63), site: fc.nat(2 ** 31), cells: fc.array(cell, { maxLength: 9 }) })
const tiles: fc.Arbitrary<Tile> = fc
  .record({ bits: fc.nat(53), lanes: fc.array(lane, { maxLength: 9 }) })
  .map(({ bits, lanes }) => {
    const cells = lanes.flatMap((each) => each.cells)
    let end = 0
    return {
      bits,
      word: Float64Array.from(lanes, ({ word }) => word),
      site: Float64Array.from(lanes, ({ site }) => site),
      ends: Float64Array.from(lanes, (each) => (end += each.cells.length)),
      slice: Float64Array.from(cells, ({ slice }) => slice),
      count: Float64Array.from(cells, ({ count }) => count),
      longest: Float64Array.from(cells, ({ longest }) => longest),
    }
  })

describe('the codec of tiles', () => {
  it('gives back what it was given', () => {
    fc.assert(
      fc.property(tiles, (tile) => {
        const bytes = encodeTile(tile)
        expect(decodeTile(bytes)).toEqual(tile)
        expect(tileBits(bytes)).toBe(tile.bits)
      }),
    )
  })

  it('refuses what no encoder writes, and reads nothing beyond its end', () => {
    fc.assert(
      fc.property(tiles, fc.nat(), fc.nat(255), (tile, at, byte) => {
        const bytes = encodeTile(tile)
        bytes[at % bytes.length] = byte
        for (const hurt of [bytes, bytes.subarray(0, at % bytes.length)]) {
          try {
            const { ends, slice, count } = decodeTile(hurt)
            expect(ends.at(-1) ?? 0).toBe(slice.length)
            expect(count.every((each) => each > 0)).toBe(true)
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(CinescopeError)
          }
        }
      }),
      { numRuns: 1000 },
    )
  })
})
