/** Figures of segments from their roll-ups. */

import {
  type Anchor,
  endsFilm,
  FLAG,
  type Rollup,
  standsAlone,
  timeNs,
  UNSETTLED_FILM,
  wallAt,
  type WallMs,
} from '@cinescope/protocol'
import type { SegmentEntry } from '../../store/event-store.ts'
import type { Predicate } from '../predicate.ts'
import type { QueryParts } from '../reading.ts'
import type { ScanTarget } from '../scan.ts'
import type { Groups } from './groups.ts'
import type { Grouping } from './key-of.ts'
import type { Measuring } from './measure.ts'

/** What figures are asked for, compiled. */
export interface Figures {
  readonly target: ScanTarget<Predicate>
  readonly grouping: Grouping
  readonly measuring: Measuring
  readonly groups: Groups
  /** When the recording began, in ns after the first that is counted. */
  readonly sinceNs: number
  /** The bucket of an instant, or undefined where there are none. */
  bucketOf(atNs: number): WallMs | undefined
  /** Counts a row in its group. */
  count(entry: SegmentEntry, rows: Rollup['rest'], row: number): void
}

/** Counts a segment's rows by its roll-up; says why when that cannot be. */
export function countRolledUp(entry: SegmentEntry, figures: Figures, parts: QueryParts): string | undefined {
  const { predicate } = figures.target
  const { keyOfCell, films } = figures.grouping
  if (predicate.keepsCell === undefined) return 'the filter'
  if (keyOfCell === undefined) return 'the grouping'
  if (entry.isTail) return 'tails'
  const rollup = parts.reader.figures.rollup(entry)
  if (typeof rollup === 'string') return rollup
  if (films !== undefined && !rollup.hasUnsettled) return 'films under way'
  const refusal = straddles(rollup, figures, parts.anchors)
  if (refusal !== undefined) return refusal
  films?.learn(entry.summary.thread, rollup.rest)
  countCells(rollup, figures, parts)
  countRest(entry, rollup, figures, parts)
  return undefined
}

/** Cells are counted as a whole, so their instants must be kept as a whole and stand in one bucket. */
function straddles(
  { timeLow, timeHigh, cells }: Rollup,
  figures: Figures,
  anchors: readonly Anchor[],
): string | undefined {
  if (cells.length === 0) return undefined
  const { during } = figures.target.predicate
  if (!during.some(({ from, to }) => timeLow >= from && timeHigh < to)) return 'the ends of the range'
  const isStepped = anchors.some(({ atNs }) => atNs > timeLow && atNs <= timeHigh)
  const at = figures.bucketOf(timeLow)
  if (at !== undefined && (isStepped || figures.bucketOf(timeHigh) !== at)) return 'borders of buckets'
  return undefined
}

function countCells(rollup: Rollup, figures: Figures, { cost }: QueryParts): void {
  const { cells } = rollup
  const { grouping, groups, measuring, sinceNs, target } = figures
  const at = cells.length === 0 ? undefined : figures.bucketOf(rollup.timeLow)
  const measured = measuring.ofCells(cells)
  for (let cell = 0; cell < cells.length; cell++) {
    // a cell is below the length of each column
    const word = cells.word[cell]!
    if (target.predicate.keepsCell?.(word, cells.site[cell]!) !== true) continue
    // those are in the rest, one by one
    if (grouping.films !== undefined && cells.film[cell] === UNSETTLED_FILM) continue
    cost.rowsMatched += cells.count[cell]!
    groups.of(grouping.keyOfCell?.(rollup, cell), at)?.addCell(cells, cell, {
      sinceNs,
      isError: (word & FLAG.error) !== 0,
      measured,
    })
  }
}

function countRest(
  entry: SegmentEntry,
  { rest, timeLow }: Rollup,
  figures: Figures,
  { cost, reader }: QueryParts,
): void {
  const { segments, predicate } = figures.target
  const isByFilm = figures.grouping.films !== undefined
  for (let row = 0; row < rest.length; row++) {
    const isInCell = !standsAlone(rest, row, timeLow)
    if (isInCell && (!isByFilm || endsFilm(rest, row))) continue
    if (!predicate.keeps(rest, row) || reader.isSuperseded(entry, rest, row, segments)) continue
    cost.rowsMatched++
    figures.count(entry, rest, row)
  }
}

/** The bucket of an instant by the recording's wall clock. */
export function bucketing(anchors: readonly Anchor[], perMs: number | undefined): Figures['bucketOf'] {
  if (perMs === undefined) return () => undefined
  return (atNs) => (Math.floor(wallAt(anchors, timeNs(atNs)) / perMs) * perMs) as WallMs
}
