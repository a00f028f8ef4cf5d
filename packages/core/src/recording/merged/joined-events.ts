/** Events of a merged recording: those of a film that went through several processes are its own, wherever they happened. */

import type { CinescopeEvent, EventPage, EventQuery, FilmId, NodeId } from '@cinescope/protocol'
import { checkLimit } from '../../query/limit.ts'
import type { QueryControl } from '../../query/reading.ts'
import { mergeExplains } from '../../query/merge-explains.ts'
import { eventOrder } from '../directory/event-order.ts'
import { formatCursors, limitOfEach, mergePages, parseCursors, type SourcePage } from '../directory/merge-pages.ts'
import type { Merged } from './merged.ts'

/** See `Recording.events`. */
export async function joinedEvents(merged: Merged, query: EventQuery = {}, control?: QueryControl): Promise<EventPage> {
  const film = query.where?.film
  if (film !== undefined && merged.joins.innerOf(film).length > 0) return eventsOfFilm(merged, query, film, control)
  const page = await merged.parts.events(query, control)
  return { ...page, items: page.items.map((event) => merged.joins.told(event)) }
}

/** The films that belong to it, each in its own order, as one. */
async function eventsOfFilm(
  { parts, joins, instantOf }: Merged,
  query: EventQuery,
  film: FilmId,
  control?: QueryControl,
): Promise<EventPage> {
  const { cursor, ...rest } = query
  const limit = checkLimit(query.limit)
  const before = cursor === undefined ? undefined : parseCursors(cursor, 'films')
  const links = joins.innerOf(film)
  const outer = links.map(({ outerNode }): [FilmId, NodeId] => [film, outerNode]).slice(0, 1)
  const nodes = new Map([...outer, ...links.map((link): [FilmId, NodeId] => [link.film, link.node])])
  const pages: SourcePage<FilmId, CinescopeEvent>[] = []
  for (const [source, node] of nodes) {
    const place = before?.[source]
    if (before !== undefined && place === undefined) continue
    const own = place === undefined || place === '' ? {} : { cursor: formatCursors([[node, place]], 'recordings') }
    const where = { ...query.where, film: source }
    const page = await parts.events({ ...rest, ...own, where, limit: limitOfEach(limit, nodes.size) }, control)
    pages.push({ source, answer: { ...page, cursor: page.cursor && parseCursors(page.cursor, 'recordings')[node] } })
  }
  const by = eventOrder<FilmId>(query.order ?? 'time', (event, source) => {
    const node = nodes.get(source)
    return node === undefined ? event.at : instantOf(node, event)
  })
  const merged = mergePages(pages, before, { by, limit, of: 'films' })
  const plan = `${pages[0]?.answer.explain.plan ?? ''}, joined of ${pages.length} films`
  return {
    items: merged.items.map((event) => joins.told(event)),
    cursor: merged.cursor,
    explain: mergeExplains(
      pages.map(({ answer }) => answer.explain),
      plan,
    ),
  }
}
