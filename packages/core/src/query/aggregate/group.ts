/** The figures of one group while they are counted. */

import {
  type AggregateGroup,
  QuantileSketch,
  type RollupCells,
  type RollupFigures,
  type WallMs,
  ZERO_BIN,
} from '@cinescope/protocol'

/** How a cell is counted. */
export interface CellLook {
  /** What is added to its times. */
  readonly sinceNs: number
  readonly isError: boolean
  readonly measured: RollupFigures
}

/** What is to be told of a group. */
export interface FiguresWanted {
  readonly quantiles: readonly number[]
  readonly perMs: number | undefined
  readonly histogram: number | undefined
}

/** See above. Times are ns since the anchor of the process that was counted first. */
export class Group {
  readonly key: string | undefined
  /** Begin of its bucket in ms, or undefined. */
  readonly at: WallMs | undefined
  count = 0
  readonly #sketch = new QuantileSketch()
  /** What is measured is divided by it; sums are not, and stay exact where all that was measured is whole. */
  readonly #unit: number
  #errors = 0
  #measured = 0
  #sum = 0
  #min = Infinity
  #max = -Infinity
  #firstNs = Infinity
  #lastNs = -Infinity

  constructor(key: string | undefined, at: WallMs | undefined, unit: number) {
    this.key = key
    this.at = at
    this.#unit = unit
  }

  /** Its quantiles keep no bound. */
  get isRough(): boolean {
    return this.#sketch.isCollapsed
  }

  /** Counts an event; `measured` is undefined for one that has none. */
  add(timeNs: number, isError: boolean, measured: number | undefined): void {
    this.#count(1, isError, timeNs, timeNs)
    if (measured === undefined || !Number.isFinite(measured)) return
    this.#measure(1, measured, measured, measured)
    this.#sketch.add(measured / this.#unit)
  }

  /** Counts the events of a cell. */
  addCell(cells: RollupCells, cell: number, { sinceNs, isError, measured: figures }: CellLook): void {
    // a cell is below the length of each column
    this.#count(cells.count[cell]!, isError, cells.first[cell]! + sinceNs, cells.last[cell]! + sinceNs)
    const measured = figures.measured[cell]!
    if (measured === 0) return
    this.#measure(measured, figures.sum[cell]!, figures.min[cell]!, figures.max[cell]!)
    let zeros = measured
    for (let at = cell === 0 ? 0 : figures.ends[cell - 1]!; at < figures.ends[cell]!; at++) {
      const count = figures.counts[at]!
      this.#sketch.addBin(figures.bins[at]!, count)
      zeros -= count
    }
    if (zeros > 0) this.#sketch.addBin(ZERO_BIN, zeros)
  }

  /** Adds what was counted of the same group elsewhere. */
  merge(other: Group): void {
    this.count += other.count
    this.#errors += other.#errors
    this.#firstNs = Math.min(this.#firstNs, other.#firstNs)
    this.#lastNs = Math.max(this.#lastNs, other.#lastNs)
    this.#measure(other.#measured, other.#sum, other.#min, other.#max)
    this.#sketch.merge(other.#sketch)
  }

  /** The figures, over buckets of `perMs` or from the first event to the last. */
  figures({ quantiles, perMs, histogram }: FiguresWanted): AggregateGroup {
    const seconds = perMs === undefined ? (this.#lastNs - this.#firstNs) / 1e9 : perMs / 1000
    const hasAny = this.#measured > 0
    const [min, max] = [this.#min / this.#unit, this.#max / this.#unit]
    return {
      key: this.key,
      at: this.at,
      count: this.count,
      errors: this.#errors,
      perSecond: seconds > 0 ? this.count / seconds : undefined,
      measured: this.#measured,
      sum: this.#sum / this.#unit,
      min: hasAny ? min : undefined,
      max: hasAny ? max : undefined,
      // a bin's middle may lie beyond what was measured
      quantiles: quantiles.map((each) => {
        const value = this.#sketch.quantile(each)
        return value === undefined ? undefined : Math.min(max, Math.max(min, value))
      }),
      ...(histogram === undefined ? {} : { histogram: this.#sketch.histogram(histogram) }),
    }
  }

  #count(count: number, isError: boolean, firstNs: number, lastNs: number): void {
    this.count += count
    if (isError) this.#errors += count
    if (firstNs < this.#firstNs) this.#firstNs = firstNs
    if (lastNs > this.#lastNs) this.#lastNs = lastNs
  }

  #measure(count: number, sum: number, min: number, max: number): void {
    this.#measured += count
    this.#sum += sum
    if (min < this.#min) this.#min = min
    if (max > this.#max) this.#max = max
  }
}
