/** Counts how often each cell has each bin but that of zero: one sort instead of a sketch for each cell. */

import { MAX_BIN } from '@cinescope/protocol'

/** A cell and a bin in one number of 32 bits. */
const BINS = 2 ** 17
const MOST_CELLS = 2 ** 15

/** What `RollupFigures` has of bins. */
export interface CountedBins {
  readonly ends: Float64Array
  readonly bins: Float64Array
  readonly counts: Float64Array
}

/** See above. One for many segments. */
export class BinCounts {
  #pairs: Uint32Array
  #length = 0

  /** Room for so many values. */
  constructor(capacity: number) {
    this.#pairs = new Uint32Array(capacity)
  }

  /** Cells that can be told apart. */
  static readonly mostCells: number = MOST_CELLS

  add(cell: number, bin: number): void {
    this.#pairs[this.#length++] = cell * BINS + Math.min(bin, MAX_BIN)
  }

  /** The counts by cell, in the order that `ranks` gives each; then it starts over. */
  take(ranks: Uint32Array, cells: number): CountedBins {
    const pairs = this.#pairs.subarray(0, this.#length)
    this.#length = 0
    for (let i = 0; i < pairs.length; i++) {
      const pair = pairs[i]!
      pairs[i] = ranks[Math.floor(pair / BINS)]! * BINS + (pair % BINS)
    }
    pairs.sort()
    const ends = new Float64Array(cells)
    const bins = new Float64Array(pairs.length)
    const counts = new Float64Array(pairs.length)
    let length = 0
    for (let i = 0; i < pairs.length; i++) {
      const pair = pairs[i]!
      if (i === 0 || pair !== pairs[i - 1]) bins[length++] = pair % BINS
      counts[length - 1] = counts[length - 1]! + 1
      ends[Math.floor(pair / BINS)] = length
    }
    for (let cell = 1; cell < cells; cell++) if (ends[cell] === 0) ends[cell] = ends[cell - 1]!
    return { ends, bins: bins.subarray(0, length), counts: counts.subarray(0, length) }
  }
}
