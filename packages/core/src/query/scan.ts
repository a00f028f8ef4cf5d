/** Scans segments for events: filter, order, position, limit, in that order; reads no segment that statistics rule out. */

import type { EventOrder, Rows } from '@cinescope/protocol'
import { filmNumber, type SegmentEntry } from '../store/event-store.ts'
import type { Cost } from '../store/read/cost.ts'
import type { Position } from './cursor.ts'
import type { RowPredicate } from './predicate.ts'
import type { SegmentReader } from '../store/read/segment-reader.ts'

/** A row that matched. */
export interface Match {
  readonly entry: SegmentEntry
  readonly rows: Rows
  readonly row: number
  /** What the order sorts by. */
  readonly key: number
  /** Tells it from all others of the recording: those of two threads may have the same seq. */
  readonly id: number
}

/** What is looked through, and for what. */
export interface ScanTarget<P extends RowPredicate = RowPredicate> {
  readonly segments: readonly SegmentEntry[]
  readonly predicate: P
}

/** One scan. */
export interface ScanRequest extends ScanTarget {
  readonly order: EventOrder
  readonly after: Position | undefined
  readonly limit: number
}

/** The first `limit` matches after the position. Stops as soon as no unread segment can hold an earlier one. */
export async function scanEvents(request: ScanRequest, reader: SegmentReader, cost: Cost): Promise<Match[]> {
  const order = orderOf(request.order)
  const candidates = candidatesOf(request, cost)
    .filter((entry) => !isBefore(entry, request, order, cost))
    .toSorted((a, b) => order.compare(order.bound(a), order.bound(b)))
  let matches: Match[] = []
  for (const [index, entry] of candidates.entries()) {
    await cost.breathe()
    const last = matches[request.limit - 1]
    if (last !== undefined && order.compare(last.key, order.bound(entry)) < 0) {
      for (let i = index; i < candidates.length; i++) cost.skip('order')
      break
    }
    const found = matchesIn(entry, request, order, reader, cost)
    if (found.length === 0) continue
    matches = matches.concat(found).sort((a, b) => order.compare(a.key, b.key) || order.compare(a.id, b.id))
    matches.length = Math.min(matches.length, request.limit)
  }
  return matches
}

/** All that the segment may hold was on pages before: following cursors reads each segment about once. */
function isBefore(entry: SegmentEntry, { after }: ScanRequest, order: Order, cost: Cost): boolean {
  if (after === undefined || order.compare(order.end(entry), after.key) >= 0) return false
  cost.skip('position')
  return true
}

interface Order {
  /** Negative if `a` comes before `b`. */
  compare(a: number, b: number): number
  /** What a row is ordered by. */
  key(rows: Rows, row: number): number
  /** The first key that a segment may hold. */
  bound(entry: SegmentEntry): number
  /** The last key that a segment may hold. */
  end(entry: SegmentEntry): number
}

function orderOf(order: EventOrder): Order {
  const ascending = (a: number, b: number): number => a - b
  const descending = (a: number, b: number): number => b - a
  const time = (rows: Rows, row: number): number => rows.time[row]!
  // a recording may claim less than that of an open span
  const duration = (rows: Rows, row: number): number => Math.max(-1, rows.duration[row]!)
  switch (order) {
    case 'time':
      return {
        compare: ascending,
        key: time,
        bound: ({ summary }) => summary.timeLow,
        end: ({ summary }) => summary.timeHigh,
      }
    case '-time':
      return {
        compare: descending,
        key: time,
        bound: ({ summary }) => summary.timeHigh,
        end: ({ summary }) => summary.timeLow,
      }
    case 'duration':
      return { compare: ascending, key: duration, bound: () => -1, end: ({ summary }) => summary.maxDuration }
    case '-duration':
      return { compare: descending, key: duration, bound: ({ summary }) => summary.maxDuration, end: () => -1 }
  }
}

/** Segments that statistics do not rule out; the others are counted. */
export function candidatesOf({ segments, predicate }: ScanTarget, cost: Cost): SegmentEntry[] {
  cost.segments += segments.length
  return segments.filter((entry) => {
    const statistic = predicate.rulesOut(entry)
    if (statistic !== undefined) cost.skip(statistic)
    return statistic === undefined
  })
}

function matchesIn(
  entry: SegmentEntry,
  request: ScanRequest,
  order: Order,
  reader: SegmentReader,
  cost: Cost,
): Match[] {
  const { after } = request
  const found: Match[] = []
  const idOf = (rows: Rows, row: number): number => filmNumber(entry.summary.thread, rows.seq[row]!)
  const isAfter = (rows: Rows, row: number): boolean =>
    after === undefined ||
    (order.compare(order.key(rows, row), after.key) || order.compare(idOf(rows, row), after.id)) > 0
  visitMatches(entry, request, { reader, cost, isWanted: isAfter }, (rows, row) => {
    found.push({ entry, rows, row, key: order.key(rows, row), id: idOf(rows, row) })
  })
  return found
}

/** How rows are visited. */
export interface Visit {
  readonly reader: SegmentReader
  readonly cost: Cost
  /** Asked before anything that costs more. */
  isWanted(rows: Rows, row: number): boolean
}

/** Calls `visit` for each row of a segment that matches: an event once, though its begin may stand in an earlier segment. */
export function visitMatches(
  entry: SegmentEntry,
  { segments, predicate }: ScanTarget,
  { reader, cost, isWanted }: Visit,
  visit: (rows: Rows, row: number) => void,
): void {
  const needles = predicate.values?.needles ?? []
  const pages = needles.length === 0 ? undefined : reader.pagesHolding(entry, needles)
  if (pages?.length === 0) return cost.skip('text')
  const rows = reader.rows(entry)
  if (rows === undefined) return
  const marks = pages === undefined ? undefined : reader.rowsHolding(entry, rows, pages, needles)
  for (let row = 0; row < rows.length; row++) {
    if (marks !== undefined && marks[row] === 0) continue
    if (!predicate.keeps(rows, row) || !isWanted(rows, row)) continue
    if (reader.isSuperseded(entry, rows, row, segments)) continue
    if (!passesValues(entry, rows, row, predicate, reader)) continue
    cost.rowsMatched++
    visit(rows, row)
  }
}

/** What needs the values of a row. */
export function passesValues(
  entry: SegmentEntry,
  rows: Rows,
  row: number,
  { values }: RowPredicate,
  reader: SegmentReader,
): boolean {
  if (values === undefined) return true
  const { value, result } = reader.values(entry, rows, row)
  return values.passes(value, result, rows.site[row]!)
}
