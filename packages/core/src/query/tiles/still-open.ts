/** Spans that have not ended, of segments whose rows are not read. */

import { EXTENT, phaseOf, type Rows } from '@cinescope/protocol'
import type { SegmentEntry } from '../../store/event-store.ts'
import type { QueryParts } from '../reading.ts'

/** A row of a segment. */
export interface OpenRow {
  readonly entry: SegmentEntry
  readonly rows: Rows
  readonly row: number
}

/** The spans that no segment ends: the last one of each thread knows those that were open before it. */
export async function* stillOpen(parts: QueryParts): AsyncGenerator<OpenRow> {
  const threads = Map.groupBy(parts.reader.segments(), ({ summary }) => summary.thread)
  for (const segments of threads.values()) yield* openOf(segments, parts)
}

async function* openOf(segments: readonly SegmentEntry[], { reader, cost }: QueryParts): AsyncGenerator<OpenRow> {
  const finished = segments.filter(({ isTail }) => !isTail)
  const last = finished.at(-1)
  if (last === undefined) return
  const seqs = new Set(reader.meta(last)?.open)
  const rows = reader.rows(last)
  for (let row = 0; rows !== undefined && row < rows.length; row++) if (isOpen(rows, row)) seqs.add(rows.seq[row]!)
  for (const entry of segments) {
    if (entry === last || entry.isTail) for (const seq of reader.meta(entry)?.closes ?? []) seqs.delete(seq)
  }
  const ascending = Array.from(seqs).toSorted((a, b) => a - b)
  let next = 0
  for (const entry of finished) {
    const here = new Set<number>()
    // a span begins in the first segment that goes as far
    while (next < ascending.length && ascending[next]! <= entry.summary.seqHigh) here.add(ascending[next++]!)
    if (here.size === 0) continue
    await cost.breathe()
    yield* rowsOf(entry, reader.rows(entry), here)
  }
}

function* rowsOf(entry: SegmentEntry, rows: Rows | undefined, seqs: ReadonlySet<number>): Generator<OpenRow> {
  if (rows === undefined) return
  for (let row = 0; row < rows.length; row++)
    if (isOpen(rows, row) && seqs.has(rows.seq[row]!)) yield { entry, rows, row }
}

function isOpen(rows: Rows, row: number): boolean {
  return phaseOf(rows.word[row]!) === EXTENT.open
}
