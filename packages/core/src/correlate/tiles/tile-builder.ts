/** Makes the tiles of a segment when it is sealed. */

import { encodeTile, EXTENT, MAX_SLICE_BITS, phaseOf, type Rows, sliceAt, type Tile } from '@cinescope/protocol'
import type { OwnPart } from '../own-part.ts'
import { CELL_BITS, CellTable } from '../rollup/cell-table.ts'
import { coarser } from './coarser.ts'
import { LaneCells } from './lane-cells.ts'

/** Slices of the finest tile, over the segment's own rows. */
const SLICES = 256

/** Each is 4 times as coarse as the one before. */
const LEVELS = 4

/** See above. One for all rings of a writer: it holds nothing between two segments. */
export class TileBuilder {
  readonly #lanes = new CellTable()
  readonly #cells = new LaneCells()
  #laneOf = new Uint32Array(0)

  /** The bytes of each, the coarsest first. Finer ones of more than `maxBytes` are left out: reading the rows would hardly cost more. */
  build(rows: Rows, own: OwnPart, maxBytes: number): Uint8Array[] {
    const tiles: Uint8Array[] = []
    let tile = this.#finest(rows, own)
    let cells = Infinity
    for (let level = 0; level < LEVELS && tile !== undefined && tile.bits <= MAX_SLICE_BITS; level++) {
      // one that counts nothing together is no quicker to read
      const bytes = tile.slice.length < cells ? encodeTile(tile) : undefined
      if (bytes !== undefined && bytes.length <= maxBytes) tiles.unshift(bytes)
      cells = tile.slice.length
      tile = coarser(tile)
    }
    return tiles
  }

  #finest(rows: Rows, { since }: OwnPart): Tile | undefined {
    const { low, high } = extentOf(rows, since)
    if (low > high) return undefined
    this.#findLanes(rows)
    const bits = this.#bitsFor(low, high)
    const cells = this.#cells
    cells.reset(this.#lanes.length, sliceAt(low, bits), sliceAt(high, bits))
    for (let row = 0; row < rows.length; row++) {
      if (isOpen(rows, row)) continue
      // row is below rows.length, and lanes are found for as many
      cells.add(this.#laneOf[row]!, sliceAt(rows.time[row]!, bits), rows.duration[row]!)
    }
    const tile = cells.take(this.#lanes, bits)
    this.#lanes.clear()
    return tile
  }

  #findLanes(rows: Rows): void {
    if (this.#laneOf.length < rows.length) this.#laneOf = new Uint32Array(rows.length)
    for (let row = 0; row < rows.length; row++)
      if (!isOpen(rows, row)) this.#laneOf[row] = this.#lanes.of(rows.word[row]! & CELL_BITS, rows.site[row]!, 0)
  }

  #bitsFor(low: number, high: number): number {
    let bits = 0
    const most = Math.min(SLICES, LaneCells.mostSlices(this.#lanes.length))
    while (bits < MAX_SLICE_BITS && sliceAt(high, bits) - sliceAt(low, bits) >= most) bits++
    return bits
  }
}

/** Earliest and latest begin: of the rows that began at `since` or later, if there are any. */
function extentOf(rows: Rows, since: number): { readonly low: number; readonly high: number } {
  let [low, earliest] = [Infinity, Infinity]
  let high = -Infinity
  for (let row = 0; row < rows.length; row++) {
    const time = rows.time[row]!
    if (isOpen(rows, row)) continue
    if (time < low && time >= since) low = time
    if (time < earliest) earliest = time
    if (time > high) high = time
  }
  return { low: low === Infinity ? earliest : low, high }
}

function isOpen(rows: Rows, row: number): boolean {
  return phaseOf(rows.word[row]!) === EXTENT.open
}
