/** Queries for films: lists of summaries, and one film with its events. */

import {
  CinescopeError,
  type Film,
  type FilmId,
  type FilmPage,
  type FilmQuery,
  type FilmSummary,
  placeOf,
  type TraceId,
} from '@cinescope/protocol'
import { filmNumber, type FilmRow } from '../store/event-store.ts'
import { filmKey } from '../store/film-scan.ts'
import { buildSummary } from '../store/read/event-builder.ts'
import { formatCursor } from './cursor.ts'
import { filmScan } from './film-filter.ts'
import { resolveFilm, rootOfTrace } from './film-id.ts'
import { readFilm } from './film-reader.ts'
import { checkLimit } from './limit.ts'
import type { QueryParts, Reading } from './reading.ts'

/** See `Recording.films`. */
export async function films(reading: Reading, query: FilmQuery = {}): Promise<FilmPage> {
  const order = query.order ?? '-time'
  const limit = checkLimit(query.limit)
  return reading.view((parts) => {
    const { view, cost } = parts
    const rows = view.films(filmScan(query, order, limit, parts))
    const last = rows.at(-1)
    cost.rowsMatched = rows.length
    return {
      items: rows.map((row) => summaryOf(parts, row)),
      cursor:
        last === undefined || rows.length < limit
          ? undefined
          : formatCursor(order, { key: filmKey(last, order), id: filmNumber(last.thread, last.seq) }),
      explain: cost.explain(`catalogue of films, ordered by ${order}`),
    }
  })
}

/** See `Recording.film`. */
export function film(reading: Reading, id: string): Promise<Film> {
  return reading.view(async (parts) => {
    const { view, cost, node } = parts
    const row = await resolveFilm(id, node, view, cost)
    const events = await readFilm(row, parts)
    return {
      summary: summaryOf(parts, row),
      events,
      explain: cost.explain(`the film's segments by seq range and bloom`),
    }
  })
}

/** See `Recording.filmSummaries`. */
export function filmSummaries(reading: Reading, ids: readonly FilmId[]): Promise<readonly FilmSummary[]> {
  if (ids.length > MAX_IDS) {
    const message = `summaries of ${ids.length} films are asked for; it must be at most ${MAX_IDS} at a time`
    return Promise.reject(new CinescopeError('CSC_ERR_QUERY', message))
  }
  return reading.view((parts) =>
    ids.flatMap((id) => {
      const { thread, seq } = placeOf(parts.node, id)
      const row = parts.view.film(thread, seq)
      return row === undefined ? [] : [summaryOf(parts, row)]
    }),
  )
}

/** Films in one answer. */
const MAX_IDS = 10_000

/** See `Recording.filmsOfTrace`. */
export function filmsOfTrace(reading: Reading, trace: TraceId): Promise<readonly FilmSummary[]> {
  return reading.view((parts) => {
    const rows = [...parts.view.filmsOfTrace(trace), ...rootOfTrace(trace, parts.node, parts.view)]
    return rows.toSorted((a, b) => a.time - b.time).map((row) => summaryOf(parts, row))
  })
}

/** What a list says of a film. */
export function summaryOf({ node, view, anchors }: QueryParts, row: FilmRow): FilmSummary {
  return buildSummary(node, view, row, anchors)
}
