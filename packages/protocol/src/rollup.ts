/** Figures of a segment's rows, made when it is sealed, so that counts and quantiles need not read the rows. */

import { EXTENT, phaseOf } from './kind.ts'
import type { Rows } from './rows.ts'

/** Index in `RollupFilms` of rows whose film had not ended when the segment was sealed. */
export const UNSETTLED_FILM = 0

/** Index in `RollupFilms` of rows that belong to no film. */
export const NO_FILM = 1

/** What was measured, by cell, and how often in which bin of a sketch. */
export interface RollupFigures {
  /** Rows that have what is measured, and that as a finite number. */
  readonly measured: Float64Array
  /** Exact where all that was measured is whole, as durations in ns are. */
  readonly sum: Float64Array
  /** Meaningless where nothing was measured, as is `max`. */
  readonly min: Float64Array
  readonly max: Float64Array
  /** Where the bins of a cell end; they begin where those of the cell before end. What they do not count is zero. */
  readonly ends: Float64Array
  readonly bins: Float64Array
  readonly counts: Float64Array
}

/** What rows of a cell have in common, and how many they are. */
export interface RollupCells {
  readonly length: number
  /** Kind, and FLAG.error where they failed. */
  readonly word: Float64Array
  readonly site: Float64Array
  /** Index in `RollupFilms`. */
  readonly film: Float64Array
  readonly count: Float64Array
  /** Earliest and latest begin, ns. */
  readonly first: Float64Array
  readonly last: Float64Array
  /** Of durations in ms: bins are those of ms, sums and bounds are in ns. */
  readonly duration: RollupFigures
  readonly number: RollupFigures
}

/** Sites and statuses of the films that ended in the segment, each pair once; the first two are `UNSETTLED_FILM` and `NO_FILM`. */
export interface RollupFilms {
  readonly site: Float64Array
  readonly status: Float64Array
}

/**
 * A segment's rows as figures. Every row is in a cell, but those of `rest` that stand alone: open ones, whose end a later
 * segment may hold, and those that began before `timeLow`, long before the segment's own.
 */
export interface Rollup {
  /** Earliest and latest begin of a row in a cell, ns; `timeLow` is above `timeHigh` when there is none. */
  readonly timeLow: number
  readonly timeHigh: number
  readonly films: RollupFilms
  /** False if `rest` lacks the rows whose film had not ended, because they are too many. */
  readonly hasUnsettled: boolean
  readonly cells: RollupCells
  /**
   * Rows that stand alone; rows in cells whose film had not ended; roots that end a film which an earlier segment began.
   * Only what a figure needs is there: seq, time, duration, word, site, root, number.
   */
  readonly rest: Rows
}

/** True for a row that is in no cell: an open one, or one that began before `since`. */
export function standsAlone(rows: Rows, row: number, since: number): boolean {
  // row is below rows.length
  return phaseOf(rows.word[row]!) === EXTENT.open || rows.time[row]! < since
}

/** True for the row of a root that has ended: it says what its film is called and how it ended. */
export function endsFilm(rows: Rows, row: number): boolean {
  const extent = phaseOf(rows.word[row]!)
  return rows.root[row] === rows.seq[row] && (extent === EXTENT.whole || extent === EXTENT.resumed)
}

/** The status of a film whose root ended with this number: what is no whole number is none. */
export function statusOf(number: number): number {
  return Number.isSafeInteger(number) ? number : 0
}
