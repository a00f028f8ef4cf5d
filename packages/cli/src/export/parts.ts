/** From open recordings to what a format is given. */

import type { CinescopeEvent, EventQuery, Kind, OpenRecording } from '@cinescope/core'
import { derivedTraceId, type FilmId, placeOf, type TraceId } from '@cinescope/protocol'
import type { ExportPart } from './format.ts'

/** Events a page. Small enough that a page of large values takes little memory. */
const PAGE = 1000

/** Bytes that a damaged recording lost are told once. */
export interface PartWatch {
  /** The largest number of segments that a page had to leave out because they are damaged. */
  corrupt: number
  /** Events that were handed over. */
  events: number
}

/** The part of a recording. */
export async function partOf(recording: OpenRecording, query: EventQuery, watch: PartWatch): Promise<ExportPart> {
  const status = await recording.status()
  const { node } = status.process
  return {
    status,
    ledger: await recording.ledger(),
    pages: (kinds) => pagesOf(recording, narrowed(query, kinds), watch),
    traces: (films) => tracesOf(recording, films),
    derivedTrace: (id) => derivedTraceId(node, placeOf(node, id)),
  }
}

async function* pagesOf(
  recording: OpenRecording,
  query: EventQuery,
  watch: PartWatch,
): AsyncGenerator<readonly CinescopeEvent[]> {
  let cursor: string | undefined
  do {
    const page = await recording.events({ ...query, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) })
    watch.corrupt = Math.max(watch.corrupt, page.explain.corrupt)
    watch.events += page.items.length
    yield page.items
    cursor = page.cursor
  } while (cursor !== undefined)
}

function narrowed(query: EventQuery, kinds: readonly Kind[] | undefined): EventQuery {
  if (kinds === undefined) return query
  const asked = query.where?.kinds
  return { ...query, where: { ...query.where, kinds: kinds.filter((kind) => asked?.includes(kind) ?? true) } }
}

async function tracesOf(recording: OpenRecording, films: readonly FilmId[]): Promise<ReadonlyMap<FilmId, TraceId>> {
  const summaries = await recording.filmSummaries(films)
  return new Map(summaries.map(({ id, traceId }) => [id, traceId]))
}
