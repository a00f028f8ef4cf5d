/** Events of a merged recording: those of a film that went through several processes are its own, wherever they happened. */

import { CinescopeError, type CinescopeEvent, type EventPage, type EventQuery, type FilmId } from '@cinescope/protocol'
import { checkLimit } from '../../query/limit.ts'
import type { QueryControl } from '../../query/reading.ts'
import { mergeExplains } from '../../query/merge-explains.ts'
import type { Merged } from './merged.ts'

/** Most events of one of the films that are put in order together. */
const MAX_OF_FILM = 10_000
const CURSOR = /^film:(\d{1,9})$/

/** See `Recording.events`. */
export async function joinedEvents(merged: Merged, query: EventQuery = {}, control?: QueryControl): Promise<EventPage> {
  const film = query.where?.film
  if (film !== undefined && merged.joins.innerOf(film).length > 0) return eventsOfFilm(merged, query, film, control)
  const page = await merged.parts.events(query, control)
  return { ...page, items: page.items.map((event) => merged.joins.told(event)) }
}

/** All that match, of each film that belongs to it, in one order: a page is a part of that. */
async function eventsOfFilm(
  { parts, joins, instantOf }: Merged,
  query: EventQuery,
  film: FilmId,
  control?: QueryControl,
): Promise<EventPage> {
  const { cursor, limit, ...rest } = query
  const from = offsetOf(cursor)
  const most = checkLimit(limit)
  const links = joins.innerOf(film)
  const pages = []
  for (const id of [film, ...links.map((link) => link.film)]) {
    const where = { ...query.where, film: id }
    pages.push({ id, page: await parts.events({ ...rest, where, limit: MAX_OF_FILM }, control) })
  }
  const nodes = new Map(links.map((link) => [link.film, link.node]))
  const outerNode = links[0]?.outerNode
  const order = query.order ?? 'time'
  const keyOf = (event: CinescopeEvent, id: FilmId): number => {
    if (order.endsWith('duration')) return event.durationNs ?? -1
    const node = nodes.get(id) ?? outerNode
    return node === undefined ? event.at : instantOf(node, event)
  }
  const sign = order.startsWith('-') ? -1 : 1
  const all = pages
    .flatMap(({ id, page }) => page.items.map((event) => ({ event, key: keyOf(event, id) })))
    .toSorted((a, b) => (a.key - b.key) * sign)
  const items = all.slice(from, from + most).map(({ event }) => joins.told(event))
  const plan = `${pages[0]?.page.explain.plan ?? ''}, joined of ${pages.length} films`
  return {
    items,
    cursor: from + most < all.length ? `film:${from + most}` : undefined,
    explain: mergeExplains(
      pages.map(({ page }) => page.explain),
      plan,
    ),
  }
}

function offsetOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  const match = CURSOR.exec(cursor)
  if (match === null)
    throw new CinescopeError('CSC_ERR_QUERY', `'${cursor.slice(0, 60)}' is no cursor of a joined film`)
  return Number(match[1])
}
