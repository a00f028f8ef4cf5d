/** Spans whose end is not in a recording that has ended. */

import { EXTENT, phaseOf, type Rows } from '@cinescope/protocol'
import type { SegmentEntry } from '../../store/event-store.ts'
import type { SegmentReader } from '../../store/read/segment-reader.ts'
import { isExtract } from '../account.ts'
import type { QueryParts } from '../reading.ts'

/** A row of a segment. */
export interface PlacedRow {
  readonly entry: SegmentEntry
  readonly rows: Rows
  readonly row: number
}

/** In order of segments, and of begins within each. Reads those only that can hold one, by what the last of each thread says. */
export async function* neverEnded({ reader, view, cost }: QueryParts): AsyncGenerator<PlacedRow> {
  const segments = reader.segments()
  const candidates = isExtract(view) ? segments : candidatesOf(segments, reader)
  for (const entry of candidates) {
    await cost.breathe()
    const rows = reader.rows(entry)
    if (rows === undefined) continue
    for (let row = 0; row < rows.length; row++) {
      if (phaseOf(rows.word[row]!) !== EXTENT.open) continue
      if (!reader.isSuperseded(entry, rows, row, segments)) yield { entry, rows, row }
    }
  }
}

/** Tails, the last sealed segment of each thread, and those with the begin of a span that was open when that began. */
function candidatesOf(segments: readonly SegmentEntry[], reader: SegmentReader): readonly SegmentEntry[] {
  const last = new Map<number, SegmentEntry>()
  const lastSealed = new Map<number, SegmentEntry>()
  for (const entry of segments) {
    last.set(entry.summary.thread, entry)
    if (!entry.isTail) lastSealed.set(entry.summary.thread, entry)
  }
  const open = new Map(Array.from(last, ([thread, entry]) => [thread, reader.meta(entry)?.open ?? []]))
  return segments.filter((entry) => {
    const { thread, seqLow, seqHigh } = entry.summary
    if (entry.isTail || lastSealed.get(thread) === entry) return true
    return open.get(thread)?.some((seq) => seq >= seqLow && seq <= seqHigh) === true
  })
}
