/** A merged file as one recording, in which a film that went through several processes is one film. */

import type { NodeId, SpanId } from '@cinescope/protocol'
import type { StoredLink } from '../../store/sqlite/part-writer.ts'
import { directoryRecording } from '../directory/directory-recording.ts'
import type { Shelf } from '../directory/open-files.ts'
import type { OpenRecording, Recording } from '../recording.ts'
import { surfaceOver } from '../surface.ts'
import { clockSkewOf } from './clock-skew.ts'
import { hybridOrder } from './hybrid-order.ts'
import { joinedArrivals } from './joined-arrivals.ts'
import { joinedEvents } from './joined-events.ts'
import { joinedFilm, joinedFilms } from './joined-films.ts'
import { Joins } from './joins.ts'
import { linksOf } from './links.ts'
import type { Merged } from './merged.ts'

/** Questions that are answered otherwise than of recordings that happen to lie together. */
type Joined = Pick<
  Recording,
  'films' | 'film' | 'filmsOfTrace' | 'events' | 'event' | 'arrivals' | 'parentsOf' | 'childrenOf' | 'clockSkew'
>

/** The surface over the parts of a merged file, of which the shelf holds nothing else; `nodes` are theirs. */
export function mergedRecording(shelf: Shelf, nodes: readonly NodeId[], stored: readonly StoredLink[]): OpenRecording {
  const links = linksOf(stored, nodes)
  const instantOf = hybridOrder(links)
  const joins = new Joins(links)
  const parts = directoryRecording(shelf, { instantOf, filtersOf: (node, where) => joins.filtersOf(node, where) })
  const merged: Merged = { parts, joins, instantOf, skews: clockSkewOf(links) }
  const joined = joinedOver(merged)
  return surfaceOver(
    async (method, args, control) => {
      const answer = (Object.hasOwn(joined, method) ? joined[method as keyof Joined] : parts[method]) as Ask
      return answer(...args, control)
    },
    () => parts.close(),
  )
}

type Ask = (...args: readonly unknown[]) => Promise<unknown>

function joinedOver(merged: Merged): Joined {
  const { parts, joins } = merged
  return {
    films: (query, control) => joinedFilms(merged, query, control),
    film: (id, control) => joinedFilm(merged, id, control),
    filmsOfTrace: async (trace, control) =>
      (await parts.filmsOfTrace(trace, control)).filter(({ id }) => joins.outerOf(id) === id),
    events: (query, control) => joinedEvents(merged, query, control),
    arrivals: (query, control) => joinedArrivals(merged, query, control),
    event: async (id, control) => joins.told(await parts.event(id, control)),
    async parentsOf(id, control) {
      const all = []
      const seen = new Set<string>()
      for (let next: SpanId | undefined = id as SpanId; next !== undefined && !seen.has(next);) {
        seen.add(next)
        const above = await parts.parentsOf(next, control)
        all.push(...above)
        const link = joins.linkOf(above.at(-1)?.id ?? next)
        next = link === undefined || link.outer === link.film ? undefined : link.from
        if (next !== undefined) all.push(await parts.event(next, control))
      }
      return all.map((event) => joins.told(event))
    },
    async childrenOf(id, control) {
      const own = await parts.childrenOf(id, control)
      const entered = await Promise.all(joins.childrenOf(id as SpanId).map(({ film }) => parts.event(film, control)))
      return [...own, ...entered].map((event) => joins.told(event))
    },
    clockSkew: async () => merged.skews,
  }
}
