/** The lanes of a timeline while their events are counted. */

import type { TileLane } from '@cinescope/protocol'

/** Columns of all lanes together: more lanes have no room. */
const MAX_CELLS = 4_194_304

/** One lane. Columns outside of the timeline are the caller's business. */
export class Lane {
  readonly key: string | undefined
  count = 0
  errors = 0
  open = 0
  carried = 0
  readonly #counts: Uint32Array
  readonly #errors: Uint32Array
  readonly #longest: Float64Array

  constructor(key: string | undefined, columns: number) {
    this.key = key
    this.#counts = new Uint32Array(columns)
    this.#errors = new Uint32Array(columns)
    this.#longest = new Float64Array(columns)
  }

  /** Counts events that began in a column, of which the longest took so many ns. */
  add(column: number, count: number, isError: boolean, longest: number): void {
    this.count += count
    this.#counts[column] = this.#counts[column]! + count
    if (isError) {
      this.errors += count
      this.#errors[column] = this.#errors[column]! + count
    }
    if (longest > this.#longest[column]!) this.#longest[column] = longest
  }

  /** Spans that began before reach into so many columns. */
  carry(columns: number): void {
    this.carried = Math.max(this.carried, Math.min(columns, this.#counts.length))
  }

  /** Adds what another recording has of the lane; `columnOf` tells where a column of it is here, or undefined. */
  addLane(other: TileLane, columnOf: (column: number) => number | undefined): void {
    other.column.forEach((each, i) => {
      const column = columnOf(each)
      if (column === undefined) return
      // lists of a lane are equally long
      const errors = other.errorCounts[i]!
      const longest = other.longestMs[i]! * 1e6
      this.add(column, other.counts[i]! - errors, false, longest)
      this.add(column, errors, true, longest)
    })
    this.open += other.open
  }

  told(): TileLane {
    const used = this.#counts.reduce((sum, count) => sum + (count === 0 ? 0 : 1), 0)
    const { key, count, errors, open, carried } = this
    const lane = {
      column: new Uint32Array(used),
      counts: new Uint32Array(used),
      errorCounts: new Uint32Array(used),
      longestMs: new Float64Array(used),
    }
    let to = 0
    for (let column = 0; column < this.#counts.length; column++) {
      if (this.#counts[column] === 0) continue
      lane.column[to] = column
      lane.counts[to] = this.#counts[column]!
      lane.errorCounts[to] = this.#errors[column]!
      lane.longestMs[to++] = this.#longest[column]! / 1e6
    }
    return { key, count, errors, open, carried, ...lane }
  }
}

/** All lanes. */
export class Lanes {
  /** There are more, which are not counted. */
  isFull = false
  readonly columns: number
  readonly #lanes = new Map<string | undefined, Lane>()

  constructor(columns: number) {
    this.columns = columns
  }

  /** The lane of a key; undefined when there is no room for one more. */
  of(key: string | undefined): Lane | undefined {
    let lane = this.#lanes.get(key)
    if (lane === undefined) {
      if ((this.#lanes.size + 1) * this.columns > MAX_CELLS) {
        this.isFull = true
        return undefined
      }
      lane = new Lane(key, this.columns)
      this.#lanes.set(key, lane)
    }
    return lane
  }

  /** Those in which something is to be seen, of most events first. */
  sorted(): Lane[] {
    return Array.from(this.#lanes.values())
      .filter(({ count, carried }) => count + carried > 0)
      .sort((a, b) => b.count - a.count || ((a.key ?? '') < (b.key ?? '') ? -1 : 1))
  }
}
