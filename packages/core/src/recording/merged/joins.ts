/** Which films of a merged recording are one, and how what is inside of them is told then. */

import type { CinescopeEvent, EventFilter, FilmId, NodeId, SpanId } from '@cinescope/protocol'
import type { FilmLink } from './links.ts'

/** Films told with one, at most. */
const MAX_INNER = 1000

/** See above. */
export class Joins {
  readonly #byFilm: ReadonlyMap<FilmId, FilmLink>
  readonly #bySender: ReadonlyMap<SpanId, readonly FilmLink[]>
  readonly #inner: ReadonlyMap<FilmId, readonly FilmLink[]>

  constructor(links: readonly FilmLink[]) {
    this.#byFilm = new Map(links.map((link) => [link.film, link]))
    const joined = links.filter(({ film, outer }) => film !== outer)
    this.#bySender = Map.groupBy(joined, ({ from }) => from)
    this.#inner = Map.groupBy(joined, ({ outer }) => outer)
  }

  /** What caused a film, whether or not the two are one. */
  linkOf(film: FilmId): FilmLink | undefined {
    return this.#byFilm.get(film)
  }

  /** The film that a film is told with: its own where it stands alone. */
  outerOf(film: FilmId): FilmId {
    return this.#byFilm.get(film)?.outer ?? film
  }

  /** Films that are told with one, beside itself. */
  innerOf(film: FilmId): readonly FilmLink[] {
    return this.#inner.get(film)?.slice(0, MAX_INNER) ?? []
  }

  /** What a filter means in a process: that of a film which others are told with, those of them that happened there. */
  filtersOf(node: NodeId, where: EventFilter | undefined): readonly (EventFilter | undefined)[] {
    const film = where?.film
    const inner = film === undefined ? [] : this.innerOf(film)
    const [first] = inner
    if (film === undefined || first === undefined) return [where]
    const own = first.outerNode === node ? [film] : []
    const entered = inner.filter((link) => link.node === node).map((link) => link.film)
    return Array.from(new Set([...own, ...entered]), (each) => ({ ...where, film: each }))
  }

  /** Films that a span caused and that are told with its own. */
  childrenOf(span: SpanId): readonly FilmLink[] {
    return this.#bySender.get(span)?.slice(0, MAX_INNER) ?? []
  }

  /** The event as it is in the one film: a root that another process caused is inside of what caused it. */
  told(event: CinescopeEvent): CinescopeEvent {
    const link = event.film === undefined ? undefined : this.#byFilm.get(event.film)
    if (link === undefined || link.outer === link.film) return event
    const inside = { ...event, film: link.outer }
    return event.id === link.film ? { ...inside, parent: link.from, parentCertainty: 'known' } : inside
  }
}
