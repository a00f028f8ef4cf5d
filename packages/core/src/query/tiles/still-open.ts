/** Spans that have not ended, of segments whose rows are not read. */

import { EXTENT, phaseOf, type Rows } from '@cinescope/protocol'
import type { SegmentEntry } from '../../store/event-store.ts'
import { isExtract } from '../account.ts'
import type { QueryParts } from '../reading.ts'

/** A row of a segment. */
export interface OpenRow {
  readonly entry: SegmentEntry
  readonly rows: Rows
  readonly row: number
}

/** The spans of finished segments that no segment ends. */
export async function* stillOpen(parts: QueryParts): AsyncGenerator<OpenRow> {
  const { reader, view } = parts
  const threads = Map.groupBy(reader.segments(), ({ summary }) => summary.thread)
  const find = isExtract(view) ? openInAll : openInLast
  for (const segments of threads.values()) yield* find(segments, parts)
}

/** Reads every segment. */
async function* openInAll(segments: readonly SegmentEntry[], parts: QueryParts): AsyncGenerator<OpenRow> {
  for (const entry of segments.filter(({ isTail }) => !isTail)) {
    await parts.cost.breathe()
    for (const found of openRows(entry, parts))
      if (!parts.reader.isSuperseded(entry, found.rows, found.row, segments)) yield found
  }
}

/** The last segment of a thread knows the spans that were open before it: only where these begin is read. */
async function* openInLast(segments: readonly SegmentEntry[], parts: QueryParts): AsyncGenerator<OpenRow> {
  const seqs = new Set(knownOpen(segments, parts))
  let ascending = Array.from(seqs).toSorted((a, b) => a - b)
  for (const entry of segments.filter(({ isTail }) => !isTail)) {
    if (!isOneWithin(ascending, entry.summary)) continue
    await parts.cost.breathe()
    // a film that was held back begins in a later segment than others of its time
    for (const found of openRows(entry, parts)) if (seqs.delete(found.rows.seq[found.row]!)) yield found
    if (seqs.size < ascending.length) ascending = ascending.filter((seq) => seqs.has(seq))
  }
}

/** True when one of the seqs lies in the segment's range. O(log seqs). */
function isOneWithin(ascending: readonly number[], { seqLow, seqHigh }: SegmentEntry['summary']): boolean {
  let [from, to] = [0, ascending.length]
  while (from < to) {
    const middle = (from + to) >>> 1
    // below `to`
    if (ascending[middle]! < seqLow) from = middle + 1
    else to = middle
  }
  return (ascending[from] ?? Infinity) <= seqHigh
}

/** What was open when the last finished segment ended, but for what tails end. */
function knownOpen(segments: readonly SegmentEntry[], parts: QueryParts): ReadonlySet<number> {
  const last = segments.findLast(({ isTail }) => !isTail)
  if (last === undefined) return new Set()
  const seqs = new Set(parts.reader.meta(last)?.open)
  for (const { rows, row } of openRows(last, parts)) seqs.add(rows.seq[row]!)
  for (const entry of segments) {
    if (entry === last || entry.isTail) for (const seq of parts.reader.meta(entry)?.closes ?? []) seqs.delete(seq)
  }
  return seqs
}

function* openRows(entry: SegmentEntry, { reader, cost }: QueryParts): Generator<OpenRow> {
  cost.readBecause('open spans')
  const rows = reader.rows(entry)
  for (let row = 0; rows !== undefined && row < rows.length; row++)
    if (phaseOf(rows.word[row]!) === EXTENT.open) yield { entry, rows, row }
}
