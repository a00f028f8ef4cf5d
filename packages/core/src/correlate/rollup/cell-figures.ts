/** What is measured of the rows of each cell while they are added. */

import { binOf, type RollupFigures, ZERO_BIN } from '@cinescope/protocol'
import { BinCounts } from './bin-counts.ts'

/** Places of a cell's figures, beside each other so that a row touches one line of the cache. */
const AT = { measured: 0, sum: 1, min: 2, max: 3 } as const
const STRIDE = 4

/** See above. One for many segments; a row is added once at most. */
export class CellFigures {
  readonly #cells: Float64Array
  readonly #bins: BinCounts
  /** What a value is divided by before its bin is found. */
  readonly #unit: number

  /** Room for so many rows, and as many cells. */
  constructor(capacity: number, unit: number) {
    this.#cells = new Float64Array(capacity * STRIDE)
    this.#bins = new BinCounts(capacity)
    this.#unit = unit
  }

  add(cell: number, value: number): void {
    if (!Number.isFinite(value)) return
    const cells = this.#cells
    const at = cell * STRIDE
    // a cell is below the capacity, since it has a row
    const measured = cells[at]!
    cells[at] = measured + 1
    cells[at + AT.sum] = cells[at + AT.sum]! + value
    if (measured === 0 || value < cells[at + AT.min]!) cells[at + AT.min] = value
    if (measured === 0 || value > cells[at + AT.max]!) cells[at + AT.max] = value
    if (value === 0) return
    const bin = binOf(value / this.#unit)
    if (bin !== ZERO_BIN) this.#bins.add(cell, bin)
  }

  /** Counts so many zeros. */
  addZeros(cell: number, count: number): void {
    if (count === 0) return
    const cells = this.#cells
    const at = cell * STRIDE
    const measured = cells[at]!
    cells[at] = measured + count
    if (measured === 0 || cells[at + AT.min]! > 0) cells[at + AT.min] = 0
    if (measured === 0 || cells[at + AT.max]! < 0) cells[at + AT.max] = 0
  }

  /** The figures of all cells, `order` of which gives each place its cell, and `ranks` each cell its place; then it starts over. */
  take(order: Uint32Array, ranks: Uint32Array): RollupFigures {
    const { length } = order
    const figures = {
      measured: this.#column(order, AT.measured),
      sum: this.#column(order, AT.sum),
      min: this.#column(order, AT.min),
      max: this.#column(order, AT.max),
      ...this.#bins.take(ranks, length),
    }
    this.#cells.fill(0, 0, length * STRIDE)
    return figures
  }

  #column(order: Uint32Array, place: number): Float64Array {
    const column = new Float64Array(order.length)
    // an order has cells only
    for (let i = 0; i < order.length; i++) column[i] = this.#cells[order[i]! * STRIDE + place]!
    return column
  }
}
