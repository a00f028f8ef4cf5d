/** A timeline that is asked for, compiled, with what has been counted. */

import { EXTENT, FLAG, phaseOf, type Rows, sliceAt } from '@cinescope/protocol'
import type { SegmentEntry } from '../../store/event-store.ts'
import type { Grouping } from '../aggregate/key-of.ts'
import type { Predicate } from '../predicate.ts'
import type { Grid } from './grid.ts'
import type { Lane, Lanes } from './lanes.ts'

/** See above. */
export class Timeline {
  readonly grid: Grid
  readonly lanes: Lanes
  /** Does not ask for the time. */
  readonly predicate: Predicate
  readonly grouping: Grouping
  /** What has not ended has lasted until then, ns. */
  readonly #untilNs: number
  readonly #known = new Map<number, Lane | undefined>()

  constructor(grid: Grid, lanes: Lanes, predicate: Predicate, grouping: Grouping, untilNs: number) {
    this.grid = grid
    this.lanes = lanes
    this.predicate = predicate
    this.grouping = grouping
    this.#untilNs = untilNs
  }

  /** The lane of all rows of a kind and site. */
  readonly laneOf = (word: number, site: number): Lane | undefined => {
    const key = word * 2 ** 32 + site
    const known = this.#known.get(key)
    if (known !== undefined || this.#known.has(key)) return known
    const lane = this.lanes.of(this.grouping.keyOfWord?.(word, site))
    this.#known.set(key, lane)
    return lane
  }

  /** True if a row begins within the columns, or reaches into them. */
  readonly shows = (rows: Rows, row: number): boolean => {
    const column = this.#columnOf(rows.time[row]!)
    return column < this.grid.columns && (column >= 0 || this.#reachOf(rows, row) > 0)
  }

  /** Counts a row that it shows. */
  count(entry: SegmentEntry, rows: Rows, row: number): void {
    const lane = this.lanes.of(this.grouping.keyOf(entry, rows, row))
    if (lane === undefined) return
    const column = this.#columnOf(rows.time[row]!)
    if (column < 0) return lane.carry(this.#reachOf(rows, row))
    lane.add(column, 1, (rows.word[row]! & FLAG.error) !== 0, this.#durationOf(rows, row))
    if (phaseOf(rows.word[row]!) === EXTENT.open) lane.open++
  }

  #columnOf(timeNs: number): number {
    return sliceAt(timeNs, this.grid.bits) - this.grid.first
  }

  /** How many columns a span has reached when it ends. */
  #reachOf(rows: Rows, row: number): number {
    const duration = this.#durationOf(rows, row)
    return duration < 0 ? 0 : this.#columnOf(rows.time[row]! + duration) + 1
  }

  #durationOf(rows: Rows, row: number): number {
    const isOpen = phaseOf(rows.word[row]!) === EXTENT.open
    return isOpen ? this.#untilNs - rows.time[row]! : rows.duration[row]!
  }
}
