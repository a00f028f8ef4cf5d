/** Films of a merged recording: one that went through several processes is one. */

import {
  type CinescopeEvent,
  CinescopeError,
  type Film,
  type FilmId,
  type FilmPage,
  type FilmProcess,
  type FilmQuery,
  type FilmSummary,
  type NodeId,
  timeNs,
} from '@cinescope/protocol'
import type { QueryControl } from '../../query/reading.ts'
import { mergeExplains } from '../../query/merge-explains.ts'
import { skewFrom } from './clock-skew.ts'
import type { FilmLink } from './links.ts'
import type { Merged } from './merged.ts'

const DEFAULT_LIMIT = 100

/** See `Recording.films`. Films that are told with another are not listed; their events count with that one's. */
export async function joinedFilms(merged: Merged, query: FilmQuery = {}, control?: QueryControl): Promise<FilmPage> {
  const limit = query.limit ?? DEFAULT_LIMIT
  const items: FilmSummary[] = []
  const pages: FilmPage[] = []
  let cursor = query.cursor
  do {
    const page = await merged.parts.films(
      { ...query, limit: limit - items.length, ...(cursor === undefined ? {} : { cursor }) },
      control,
    )
    pages.push(page)
    items.push(...page.items.filter(({ id }) => merged.joins.outerOf(id) === id))
    cursor = page.cursor
  } while (cursor !== undefined && items.length < limit)
  const plan = `${pages[0]?.explain.plan ?? ''}, joined`
  return {
    items: await Promise.all(items.map((film) => whole(merged, film, control))),
    cursor,
    explain: mergeExplains(
      pages.map(({ explain }) => explain),
      plan,
    ),
  }
}

/** The summary with what is counted in other processes. */
async function whole(merged: Merged, film: FilmSummary, control?: QueryControl): Promise<FilmSummary> {
  const inner = merged.joins.innerOf(film.id).map((link) => link.film)
  if (inner.length === 0) return film
  const others = await merged.parts.filmSummaries(inner, control)
  return summed(
    film,
    others.filter(({ id }) => inner.includes(id)),
  )
}

function summed(film: FilmSummary, others: readonly FilmSummary[]): FilmSummary {
  return {
    ...film,
    events: others.reduce((sum, { events }) => sum + events, film.events),
    errors: others.reduce((sum, { errors }) => sum + errors, film.errors),
  }
}

/** See `Recording.film`; an id of a film that is told with another leads to that one. */
export async function joinedFilm(merged: Merged, id: string, control?: QueryControl): Promise<Film> {
  const { parts, joins, instantOf } = merged
  const named = await parts.film(await nameOf(merged, id, control), control)
  const outerId = joins.outerOf(named.summary.id)
  const outer = outerId === named.summary.id ? named : await parts.film(outerId, control)
  const links = joins.innerOf(outerId)
  const [first] = links
  if (first === undefined) return outer
  const inner: { readonly link: FilmLink; readonly film: Film }[] = []
  for (const link of links) inner.push({ link, film: await parts.film(link.film, control) })
  const events = [
    ...outer.events.map((event) => ({ event, node: first.outerNode })),
    ...inner.flatMap(({ link, film }) => film.events.map((event) => ({ event, node: link.node }))),
  ].toSorted(
    (a, b) =>
      instantOf(a.node, a.event) - instantOf(b.node, b.event) || byNode(a.node, b.node) || a.event.seq - b.event.seq,
  )
  return {
    summary: summed(
      outer.summary,
      inner.map(({ film }) => film.summary),
    ),
    events: events.map(({ event, node }) =>
      joins.told(node === first.outerNode ? event : onAxisOf(outer.summary, event)),
    ),
    processes: await processesOf(merged, first.outerNode, links, control),
    explain: mergeExplains(
      [outer, ...inner.map(({ film }) => film)].map(({ explain }) => explain),
      `${outer.explain.plan}, joined`,
    ),
  }
}

/** Of a trace that is one film there is one name. @throws CSC_ERR_NOT_FOUND, CSC_ERR_AMBIGUOUS */
async function nameOf({ parts, joins }: Merged, id: string, control?: QueryControl): Promise<string> {
  if (!/^[0-9a-f]{32}$/.test(id)) return id
  // a trace id, as its digits say
  const films = await parts.filmsOfTrace(id as FilmSummary['traceId'], control)
  const names = new Set(films.map((film) => joins.outerOf(film.id)))
  if (names.size > 1)
    throw new CinescopeError(
      'CSC_ERR_AMBIGUOUS',
      `${id} fits ${names.size} films: ${Array.from(names).slice(0, 5).join(', ')}`,
    )
  return Array.from(names)[0] ?? id
}

/** By the wall clocks as they were: what they are apart is told, not taken away. */
function onAxisOf({ at, atNs }: FilmSummary, event: CinescopeEvent): CinescopeEvent {
  return { ...event, atNs: timeNs(atNs + Math.round((event.at - at) * 1e6)) }
}

async function processesOf(
  { parts, skews }: Merged,
  outerNode: NodeId,
  links: readonly FilmLink[],
  control?: QueryControl,
): Promise<readonly FilmProcess[]> {
  const { parts: all = [] } = await parts.status(control)
  const processes = new Map(all.map(({ status }) => [status.process.node, status.process]))
  return links.flatMap(({ film, node, fromNode }) => {
    const process = processes.get(node)
    if (process === undefined || node === fromNode) return []
    const found = skews.find(
      ({ from, to }) => (from === node && to === outerNode) || (from === outerNode && to === node),
    )
    const { service, pid } = process
    const root: FilmId = film
    return [{ root, node, service, pid, skew: found === undefined ? undefined : skewFrom(outerNode, found) }]
  })
}

function byNode(a: NodeId, b: NodeId): number {
  return a < b ? -1 : a > b ? 1 : 0
}
