/** Figures of routes: of all films that end on one thread, kept or not. One per ring. */

import { encodeSketch, KIND_LIMIT, QuantileSketch } from '@cinescope/protocol'
import type { RouteRow } from '../base/route-row.ts'
import type { RouteLimits } from './route-limits.ts'

/** Routes that are told apart. */
const MAX_ROUTES = 4096
/** Between two times that changed figures are handed out. */
const TAKE_EVERY_MS = 1000

/** One route: site and kind of roots. */
export class Route {
  readonly site: number
  readonly kind: number
  films = 0
  failed = 0
  kept = 0
  readonly sketch: QuantileSketch = new QuantileSketch()
  /** Something has changed since it was handed out. */
  isFresh = false
  /** By what films of it are kept; made when it is needed. */
  limits: RouteLimits | undefined

  constructor(site: number, kind: number) {
    this.site = site
    this.kind = kind
  }
}

/** See the file's first line. */
export class RouteTable {
  readonly #thread: number
  readonly #now: () => number
  readonly #routes = new Map<number, Route>()
  readonly #fresh: Route[] = []
  #takenAt = -Infinity

  /** `now` gives ms. */
  constructor(thread: number, now: () => number) {
    this.#thread = thread
    this.#now = now
  }

  /** The route of roots of this site and kind; one for all that are too many. */
  of(site: number, kind: number): Route {
    const key = site * KIND_LIMIT + kind
    const known = this.#routes.get(key)
    if (known !== undefined) return known
    if (key !== 0 && this.#routes.size >= MAX_ROUTES) return this.of(0, 0)
    const route = new Route(site, kind)
    this.#routes.set(key, route)
    return route
  }

  /** A film has ended. */
  ended(site: number, kind: number, durationNs: number, isFailed: boolean, isKept: boolean): void {
    this.count(this.of(site, kind), durationNs, isFailed, isKept)
  }

  /** A film of the route has ended. */
  count(route: Route, durationNs: number, isFailed: boolean, isKept: boolean): void {
    route.films++
    if (isFailed) route.failed++
    if (isKept) route.kept++
    route.sketch.add(durationNs)
    this.#hasChanged(route)
  }

  /** A film that was counted as not kept is kept after all. */
  keep(site: number, kind: number): void {
    const route = this.of(site, kind)
    route.kept++
    this.#hasChanged(route)
  }

  /** There is something to hand out, and it is time. */
  get isDue(): boolean {
    return this.#fresh.length > 0 && this.#now() - this.#takenAt >= TAKE_EVERY_MS
  }

  /** Hands out what has changed, if it is time or the `last` time. */
  take(isLast: boolean): RouteRow[] {
    if (!isLast && !this.isDue) return []
    this.#takenAt = this.#now()
    return this.#fresh.splice(0).map((route) => {
      const { site, kind, films, failed, kept, sketch } = route
      route.isFresh = false
      return { thread: this.#thread, site, kind, films, failed, kept, sketch: encodeSketch(sketch) }
    })
  }

  #hasChanged(route: Route): void {
    if (route.isFresh) return
    route.isFresh = true
    this.#fresh.push(route)
  }
}
