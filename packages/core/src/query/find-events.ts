/** Events by their ids. */

import {
  CinescopeError,
  type CinescopeEvent,
  kindOf,
  KINDS,
  placeOf,
  type Rows,
  type SpanId,
} from '@cinescope/protocol'
import { buildEvent, NO_VALUES } from '../store/read/event-builder.ts'
import type { QueryParts } from './reading.ts'

/** The id, checked. @throws CSC_ERR_ID */
export function eventId(id: string): SpanId {
  if (!/^[0-9a-f]{16}$/.test(id))
    throw new CinescopeError('CSC_ERR_ID', `an event id is 16 hex digits, got '${id.slice(0, 40)}'`)
  return id as SpanId
}

/** Those of the events that the recording has; values that would make the answer too large are omitted for their size. */
export async function findEvents(
  parts: QueryParts,
  ids: readonly SpanId[],
  values: boolean,
): Promise<Map<SpanId, CinescopeEvent>> {
  const { node, view, reader, cost, anchors } = parts
  const found = new Map<SpanId, CinescopeEvent>()
  const wanted = ids.map((id) => ({ id, place: placeOf(node, id) }))
  for (const entry of reader.segments()) {
    const { thread, seqLow, seqHigh } = entry.summary
    const here = wanted.filter(
      ({ id, place }) =>
        place.thread === thread && place.seq >= seqLow && place.seq <= seqHigh && !isFinal(found.get(id)),
    )
    if (here.length === 0) continue
    await cost.breathe()
    const rows = reader.rows(entry)
    if (rows === undefined) continue
    for (const { id, place } of here) {
      const row = rowOfSeq(rows, place.seq)
      if (row < 0) continue
      const known = found.get(id)
      const decoded = values ? reader.valuesIfLight(entry, rows, row) : NO_VALUES
      const event = buildEvent(node, view, { thread, rows, row, anchors }, decoded)
      // an open span may have ended in a later segment, and a hole may begin where a rebuilt span did
      if (known === undefined || isFinal(event) || known.kind === 'gap') found.set(id, event)
    }
  }
  return found
}

function isFinal(event: CinescopeEvent | undefined): boolean {
  return event !== undefined && !event.open && event.kind !== 'gap'
}

/** Row of an event; a hole is named by its first seq, which may also be that of a span rebuilt from its end: the span it is. */
function rowOfSeq(rows: Rows, seq: number): number {
  const first = rows.seq.indexOf(seq)
  if (first < 0 || kindOf(rows.word[first]!) !== KINDS.gap) return first
  const other = rows.seq.indexOf(seq, first + 1)
  return other < 0 ? first : other
}
