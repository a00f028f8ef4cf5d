/** From what a person types to a film: its id, a prefix of it, or a trace id. */

import {
  CinescopeError,
  derivedTraceId,
  type NodeId,
  placeOf,
  seq as seqOf,
  type SpanId,
  spanIdOf,
  type TraceId,
} from '@cinescope/protocol'
import type { FilmRow, StoreView } from '../store/event-store.ts'
import type { Cost } from '../store/read/cost.ts'

const SCAN_PAGE = 10_000

/** The one film that `id` names. @throws CSC_ERR_ID, CSC_ERR_NOT_FOUND, CSC_ERR_AMBIGUOUS */
export async function resolveFilm(id: string, node: NodeId, view: StoreView, cost: Cost): Promise<FilmRow> {
  if (!/^[0-9a-f]{4,32}$/.test(id)) {
    throw new CinescopeError(
      'CSC_ERR_ID',
      `a film id is 16 hex digits, or 4 or more of its first, or a trace id of 32; got '${id.slice(0, 40)}'`,
    )
  }
  const films =
    id.length === 16
      ? whole(id as SpanId, node, view)
      : id.length === 32
        ? ofTrace(id as TraceId, node, view)
        : await byPrefix(id, node, view, cost)
  const film = films[0]
  if (film === undefined)
    throw new CinescopeError('CSC_ERR_NOT_FOUND', `no film ${id} in this recording; list films to see what there is`)
  if (films.length > 1) {
    const ids = films.slice(0, 5).map((other) => spanIdOf(node, { thread: other.thread, seq: seqOf(other.seq) }))
    throw new CinescopeError(
      'CSC_ERR_AMBIGUOUS',
      `${id} fits ${films.length === SCAN_PAGE ? 'many' : films.length} films: ${ids.join(', ')}`,
    )
  }
  return film
}

function whole(id: SpanId, node: NodeId, view: StoreView): FilmRow[] {
  const { thread, seq } = placeOf(node, id)
  const film = view.film(thread, seq)
  return film === undefined ? [] : [film]
}

/** Films that adopted the trace, or the one it was derived from. */
function ofTrace(id: TraceId, node: NodeId, view: StoreView): FilmRow[] {
  const adopted = view.filmsOfTrace(id)
  return adopted.length > 0 ? [...adopted] : rootOfTrace(id, node, view)
}

/** The film that a trace began with, when it began in this process and its id was derived from it. */
export function rootOfTrace(id: TraceId, node: NodeId, view: StoreView): FilmRow[] {
  const root = id.slice(16) as unknown as SpanId
  return derivedTraceId(node, placeOf(node, root)) === id ? whole(root, node, view) : []
}

/** O(films): ids are a permutation, so a prefix is no range of anything stored. */
async function byPrefix(prefix: string, node: NodeId, view: StoreView, cost: Cost): Promise<FilmRow[]> {
  const found: FilmRow[] = []
  let after: { key: number; id: number } | undefined
  for (;;) {
    await cost.breathe()
    const page = view.films({ order: 'time', limit: SCAN_PAGE, ...(after === undefined ? {} : { after }) })
    for (const film of page) {
      if (spanIdOf(node, { thread: film.thread, seq: seqOf(film.seq) }).startsWith(prefix)) found.push(film)
    }
    const last = page.at(-1)
    if (last === undefined || page.length < SCAN_PAGE || found.length > 5) return found
    after = { key: last.time, id: last.thread * 2 ** 40 + last.seq }
  }
}
