/** One film by its root: which segments may hold its events, and the events in order. */

import { BLOOM_SALT, bloomMayHold, type CinescopeEvent, Omitted, type Rows } from '@cinescope/protocol'
import type { FilmRow, SegmentEntry } from '../store/event-store.ts'
import type { Cost } from '../store/read/cost.ts'
import { buildEvent } from '../store/read/event-builder.ts'
import type { QueryParts } from './reading.ts'

/** Most events of a film that are read at once. */
export const MAX_FILM_EVENTS = 100_000

/**
 * The events of a film in order of their begin; values that would make the answer too large are omitted for their size.
 * Reads only segments between the film's first and last event.
 */
export async function readFilm(film: FilmRow, context: QueryParts): Promise<CinescopeEvent[]> {
  const { node, view, reader, cost, anchors } = context
  const segments = reader.segments()
  const bySeq = new Map<number, CinescopeEvent>()
  for (const entry of candidates(film, segments, cost)) {
    await cost.breathe()
    const rows = reader.rows(entry)
    if (rows === undefined) continue
    for (const row of rowsOfFilm(rows, film.seq)) {
      const event = buildEvent(
        node,
        view,
        { thread: entry.summary.thread, rows, row, anchors },
        reader.valuesIfLight(entry, rows, row),
      )
      const known = bySeq.get(event.seq)
      bySeq.set(event.seq, known === undefined ? event : joined(known, event))
      cost.rowsMatched++
      if (bySeq.size >= MAX_FILM_EVENTS) return sorted(bySeq)
    }
  }
  return sorted(bySeq)
}

function candidates(film: FilmRow, segments: readonly SegmentEntry[], cost: Cost): SegmentEntry[] {
  cost.segments += segments.length
  return segments.filter(({ summary, bloom }) => {
    if (summary.thread !== film.thread || summary.seqLow > film.lastSeq || summary.seqHigh < film.seq) {
      cost.skip('seq range')
      return false
    }
    if (bloomMayHold(bloom, BLOOM_SALT.root, film.seq)) return true
    cost.skip('film bloom')
    return false
  })
}

function* rowsOfFilm(rows: Rows, root: number): Generator<number> {
  for (let row = 0; row < rows.length; row++) if (rows.root[row] === root) yield row
}

/** A span seen open in one segment and ended in another: the one that has ended, with the begin's value wherever it was kept. */
function joined(a: CinescopeEvent, b: CinescopeEvent): CinescopeEvent {
  const [ended, open] = a.open ? [b, a] : [a, b]
  return ended.value instanceof Omitted && !(open.value instanceof Omitted) ? { ...ended, value: open.value } : ended
}

function sorted(events: ReadonlyMap<number, CinescopeEvent>): CinescopeEvent[] {
  return Array.from(events.values()).sort((a, b) => a.atNs - b.atNs || a.seq - b.seq)
}
