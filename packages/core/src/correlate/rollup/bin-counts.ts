/** Counts how often each cell has each bin but that of zero, without a sketch for each cell. */

import { MAX_BIN } from '@cinescope/protocol'

/** What `RollupFigures` has of bins. */
export interface CountedBins {
  readonly ends: Float64Array
  readonly bins: Float64Array
  readonly counts: Float64Array
}

/** So few bins are sorted as they are. */
const FEW = 16

/** Counting goes over the bins between the smallest and the largest: so many for each value at most, else sorting is quicker. */
const SPREAD = 24

/** See above. One for many segments. */
export class BinCounts {
  readonly #cells: Uint32Array
  readonly #bins: Uint32Array
  readonly #sorted: Uint32Array
  /** How often a cell has each bin, for one cell after the other; zeros in between. */
  readonly #tally: Uint32Array
  #length = 0

  /** Room for so many values. */
  constructor(capacity: number) {
    this.#cells = new Uint32Array(capacity)
    this.#bins = new Uint32Array(capacity)
    this.#sorted = new Uint32Array(capacity)
    this.#tally = new Uint32Array(capacity === 0 ? 0 : MAX_BIN + 1)
  }

  /** A bin is at most `MAX_BIN`. */
  add(cell: number, bin: number): void {
    this.#cells[this.#length] = cell
    this.#bins[this.#length++] = bin
  }

  /** The counts by cell, in the order that `ranks` gives each; then it starts over. */
  take(ranks: Uint32Array, cells: number): CountedBins {
    const starts = this.#byCell(ranks, cells)
    const into = {
      ends: new Float64Array(cells),
      bins: new Float64Array(this.#length),
      counts: new Float64Array(this.#length),
    }
    let length = 0
    for (let cell = 0; cell < cells; cell++) {
      length = this.#countCell(starts[cell]!, starts[cell + 1]!, into, length)
      into.ends[cell] = length
    }
    this.#length = 0
    return { ends: into.ends, bins: into.bins.subarray(0, length), counts: into.counts.subarray(0, length) }
  }

  /** Lays the bins out by cell; gives where those of each begin. */
  #byCell(ranks: Uint32Array, cells: number): Uint32Array {
    const starts = new Uint32Array(cells + 1)
    // a cell has a rank, and its rank a start
    for (let i = 0; i < this.#length; i++) {
      const rank = ranks[this.#cells[i]!]!
      starts[rank + 1] = starts[rank + 1]! + 1
    }
    for (let cell = 0; cell < cells; cell++) starts[cell + 1] = starts[cell + 1]! + starts[cell]!
    const next = starts.slice()
    for (let i = 0; i < this.#length; i++) {
      const rank = ranks[this.#cells[i]!]!
      const to = next[rank]!
      this.#sorted[to] = this.#bins[i]!
      next[rank] = to + 1
    }
    return starts
  }

  /** Adds the bins of one cell, ascending; gives the new length. */
  #countCell(from: number, to: number, into: CountedBins, length: number): number {
    const sorted = this.#sorted
    let low = MAX_BIN
    let high = 0
    for (let i = from; i < to; i++) {
      const bin = sorted[i]!
      if (bin < low) low = bin
      if (bin > high) high = bin
    }
    if (to - from > FEW && high - low < (to - from) * SPREAD) return this.#tallied(from, to, low, high, into, length)
    if (to - from > FEW) sorted.subarray(from, to).sort()
    else sortFew(sorted, from, to)
    for (let i = from; i < to; i++) {
      const bin = sorted[i]!
      if (i === from || bin !== sorted[i - 1]) into.bins[length++] = bin
      into.counts[length - 1] = into.counts[length - 1]! + 1
    }
    return length
  }

  #tallied(from: number, to: number, low: number, high: number, into: CountedBins, length: number): number {
    const tally = this.#tally
    for (let i = from; i < to; i++) tally[this.#sorted[i]!] = tally[this.#sorted[i]!]! + 1
    for (let bin = low; bin <= high; bin++) {
      const count = tally[bin]!
      if (count === 0) continue
      into.bins[length] = bin
      into.counts[length++] = count
      tally[bin] = 0
    }
    return length
  }
}

function sortFew(values: Uint32Array, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    const value = values[i]!
    let at = i
    while (at > from && values[at - 1]! > value) {
      values[at] = values[at - 1]!
      at--
    }
    values[at] = value
  }
}
