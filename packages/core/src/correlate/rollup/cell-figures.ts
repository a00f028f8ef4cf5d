/** What is measured of the rows of each cell while they are added. */

import { binOf, type RollupFigures, ZERO_BIN } from '@cinescope/protocol'
import { BinCounts } from './bin-counts.ts'
import { inOrder } from './in-order.ts'

/** See above. One for many segments; a row at most is added once. */
export class CellFigures {
  readonly #measured: Float64Array
  readonly #sum: Float64Array
  readonly #min: Float64Array
  readonly #max: Float64Array
  readonly #bins: BinCounts
  /** What a value is divided by before its bin is found. */
  readonly #unit: number

  /** Room for so many rows, and as many cells. */
  constructor(capacity: number, unit: number) {
    this.#measured = new Float64Array(capacity)
    this.#sum = new Float64Array(capacity)
    this.#min = new Float64Array(capacity)
    this.#max = new Float64Array(capacity)
    this.#bins = new BinCounts(capacity)
    this.#unit = unit
  }

  add(cell: number, value: number): void {
    if (!Number.isFinite(value)) return
    // a cell is below the capacity, since it has a row
    const measured = this.#measured[cell]!
    this.#measured[cell] = measured + 1
    this.#sum[cell] = this.#sum[cell]! + value
    if (measured === 0 || value < this.#min[cell]!) this.#min[cell] = value
    if (measured === 0 || value > this.#max[cell]!) this.#max[cell] = value
    if (value === 0) return
    const bin = binOf(value / this.#unit)
    if (bin !== ZERO_BIN) this.#bins.add(cell, bin)
  }

  /** The figures of all cells, `order` of which gives each place its cell, and `ranks` each cell its place; then it starts over. */
  take(order: Uint32Array, ranks: Uint32Array): RollupFigures {
    const { length } = order
    const figures = {
      measured: inOrder(this.#measured, order),
      sum: inOrder(this.#sum, order),
      min: inOrder(this.#min, order),
      max: inOrder(this.#max, order),
      ...this.#bins.take(ranks, length),
    }
    this.#measured.fill(0, 0, length)
    this.#sum.fill(0, 0, length)
    return figures
  }
}
