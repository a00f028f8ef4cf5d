/** The spans that were under way right after a step. */

import { EXTENT, isSpanKind, kindOf, phaseOf, type Rows } from '@cinescope/protocol'
import { neverEnded } from '../../query/arrivals/never-ended.ts'
import type { QueryParts } from '../../query/reading.ts'
import type { SegmentEntry } from '../../store/event-store.ts'
import type { StepSpace } from './space.ts'
import { compareSteps, endOf, STEP, type StepPlace } from './step.ts'

/** A row of a span. */
export interface SpanRow {
  readonly entry: SegmentEntry
  readonly rows: Rows
  readonly row: number
}

/**
 * By their begin. Those that have ended since stand, with their begin, where they ended: segments are read whose times reach over
 * the place; those that have not, where they began, and segments tell which these are.
 */
export async function openSpans(parts: QueryParts, space: StepSpace, at: StepPlace): Promise<SpanRow[]> {
  const { reader, cost } = parts
  const open: SpanRow[] = []
  for (const entry of reader.segments()) {
    const { timeLow, timeHigh, maxDuration } = entry.summary
    // beyond its last end, or where nothing in it took so long, nothing was under way
    if (timeLow > at.time || timeHigh < at.time || maxDuration < 0 || !space.mayHold(entry)) continue
    await cost.breathe()
    const rows = reader.rows(entry)
    if (rows === undefined) continue
    for (let row = 0; row < rows.length; row++) {
      if (rows.time[row]! > at.time || endOf(rows, row) < at.time) continue
      if (isUnderWay(rows, row, entry, at) && space.keeps(rows, row)) open.push({ entry, rows, row })
    }
  }
  for await (const placed of neverEnded(parts)) {
    const { entry, rows, row } = placed
    if (space.keeps(rows, row) && hasBegun(rows, row, entry, at)) open.push(placed)
  }
  return open.sort((a, b) => a.rows.time[a.row]! - b.rows.time[b.row]! || a.rows.seq[a.row]! - b.rows.seq[b.row]!)
}

/** True for a span that had begun and not ended. */
function isUnderWay(rows: Rows, row: number, entry: SegmentEntry, at: StepPlace): boolean {
  const { thread } = entry.summary
  if (!isSpanKind(kindOf(rows.word[row]!)) || phaseOf(rows.word[row]!) === EXTENT.open) return false
  const end = { time: endOf(rows, row), thread, phase: STEP.end, seq: rows.seq[row]! }
  return hasBegun(rows, row, entry, at) && compareSteps(end, at) > 0
}

function hasBegun(rows: Rows, row: number, { summary: { thread } }: SegmentEntry, at: StepPlace): boolean {
  return compareSteps({ time: rows.time[row]!, thread, phase: STEP.begin, seq: rows.seq[row]! }, at) <= 0
}
