/** The policy `tail`: a film's records are held until it is known whether it is kept. */

import { F64, FLAG, kindOf, type LedgerRow, seqBefore, U32 } from '@cinescope/protocol'
import { isApart } from '../base/apart.ts'
import type { KeepSettings } from '../options/keep-settings.ts'
import type { GapReason, RecordView } from '../ring/consumer.ts'
import { Decisions } from './decisions.ts'
import { controlCode, durationOf, isEndOfRoot, isFailure } from './film-records.ts'
import { Chain, HeldRecords } from './held-records.ts'
import { KeepAll } from './keep-all.ts'
import type { Ending, KeepStage, KeptFold } from './kept-fold.ts'
import { NotKept } from './not-kept.ts'
import { RouteLimits } from './route-limits.ts'
import type { Route, RouteTable } from './route-table.ts'

/** A film that is not decided. */
class HeldFilm extends Chain {
  readonly root: number
  /** When its first record was written, in ns. */
  readonly time: number
  /** Of the root's begin; 0 where that is lost. */
  site = 0
  kind = 0
  /** Records handed on already: states, and what was asked for. */
  apart = 0
  lastApart = 0
  /** FLAG bits of these. */
  flagsApart = 0

  constructor(root: number, time: number) {
    super()
    this.root = root
    this.time = time
  }
}

/** See the file's first line. One per ring. */
export class TailStage implements KeepStage {
  readonly #fold: KeptFold
  readonly #settings: KeepSettings
  readonly #routes: RouteTable
  readonly #held: HeldRecords
  readonly #notKept = new NotKept()
  readonly #decisions = new Decisions()
  /** Undecided, in the order of their first records. */
  readonly #films = new Map<number, HeldFilm>()
  readonly #keepAll: KeepAll
  #last: HeldFilm | undefined
  #now = 0

  /** Of the settings those that change at run time may do so between two records. */
  constructor(fold: KeptFold, settings: KeepSettings, routes: RouteTable) {
    this.#fold = fold
    this.#settings = settings
    this.#routes = routes
    this.#held = new HeldRecords(settings.maxBytes)
    this.#keepAll = new KeepAll(settings.maxSeconds * 1e9)
  }

  get #slowNs(): number {
    return this.#settings.slowMs * 1e6
  }

  get isHolding(): boolean {
    return this.#films.size > 0
  }

  record(view: RecordView): void {
    const { u32, u32Base: u, seq } = view
    this.#now = view.f64[view.f64Base + F64.time]!
    const code = controlCode(view, u32[u + U32.word]!)
    if (code !== 0 && this.#keepAll.take(code, this.#now)) this.#keepHeld(0)
    const low = u32[u + U32.root]!
    if (low === 0) return this.#fold.record(view)
    const root = seqBefore(seq, low)
    const film = this.#filmOf(view, root)
    if (film === undefined) this.#follow(view, root)
    else this.#take(view, film)
  }

  gap(from: number, to: number, reason: GapReason): void {
    this.#fold.gap(from, to, reason, Math.round(this.#now))
  }

  tick(atNs: number): void {
    this.#now = Math.max(this.#now, atNs)
    const since = this.#now - this.#settings.maxSeconds * 1e9
    for (const film of this.#films.values()) {
      if (film.time > since) break
      this.#decideEarly(film)
    }
    this.#fold.heldSince = oldest(this.#films)?.time ?? Infinity
  }

  /** It holds films, and no window. */
  keep(): void {}

  settle(ending: Ending): void {
    if (ending === 'keep') this.#keepHeld(FLAG.decidedEarly)
    else for (const film of this.#films.values()) this.#decideEarly(film)
  }

  lost(): LedgerRow[] {
    return this.#notKept.rows()
  }

  #keepHeld(flags: number): void {
    for (const film of this.#films.values()) this.#keep(film, flags, false)
  }

  /** The undecided film of a root, begun if nothing has been decided; undefined when something has. */
  #filmOf(view: RecordView, root: number): HeldFilm | undefined {
    if (this.#last?.root === root) return this.#last
    let film = this.#films.get(root)
    if (film === undefined && this.#decisions.of(root) === undefined) {
      film = this.#begin(view, root)
    }
    if (film !== undefined) this.#last = film
    return film
  }

  #begin({ seq, u32, u32Base: u }: RecordView, root: number): HeldFilm {
    const film = new HeldFilm(root, this.#now)
    if (seq === root) {
      film.site = u32[u + U32.site]!
      film.kind = kindOf(u32[u + U32.word]!)
    }
    this.#films.set(root, film)
    if (this.#now < this.#fold.heldSince) this.#fold.heldSince = this.#now
    return film
  }

  /** Holds a record, and decides on its film as soon as that can be. */
  #take(view: RecordView, film: HeldFilm): void {
    const word = view.u32[view.u32Base + U32.word]!
    if (isApart(kindOf(word))) this.#passApart(view, word, film)
    else if (!this.#hold(view, film)) return this.#follow(view, film.root)
    if (isEndOfRoot(view, word)) return this.#end(view, word, film)
    if (isFailure(word) || (word & FLAG.marked) !== 0 || this.#keepAll.isOn(this.#now))
      return this.#keep(film, 0, false)
    if (this.#now - film.time > this.#slowNs) this.#keep(film, 0, false)
    else if (film.records >= this.#settings.maxEvents) this.#decideEarly(film)
  }

  #passApart(view: RecordView, word: number, film: HeldFilm): void {
    film.apart++
    film.flagsApart |= word & FLAG.marked
    film.lastApart = view.seq
    this.#fold.recordApart(view)
  }

  /** False when the film itself had to be decided to make room. */
  #hold(view: RecordView, film: HeldFilm): boolean {
    while (!this.#held.append(film, view)) {
      const first = oldest(this.#films) ?? film
      this.#decideEarly(first)
      if (first === film) return false
    }
    return true
  }

  /** The root has ended: by its outcome. */
  #end(view: RecordView, word: number, film: HeldFilm): void {
    const route = this.#routeOf(view, word, film.site)
    const durationNs = durationOf(view)
    const isKept = (word & (FLAG.error | FLAG.marked)) !== 0 || this.#isKept(route, durationNs)
    this.#count(route, word, durationNs, isKept)
    if (isKept) this.#keep(film, 0, true)
    else this.#drop(film, true)
  }

  #decideEarly(film: HeldFilm): void {
    const isKept = this.#isKept(this.#routes.of(film.site, film.kind), this.#now - film.time)
    if (isKept) this.#keep(film, FLAG.decidedEarly, false)
    else this.#drop(film, false)
  }

  /** Whether a film that is ordinary but for its duration is kept. */
  #isKept(route: Route, durationNs: number): boolean {
    const limits = this.#limitsOf(route)
    return durationNs > this.#slowNs || limits.isSlow(durationNs) || limits.takePlace(this.#now)
  }

  #count(route: Route, word: number, durationNs: number, isKept: boolean): void {
    this.#routes.count(route, durationNs, (word & FLAG.error) !== 0, isKept)
    this.#limitsOf(route).add(durationNs, this.#now)
  }

  /** As the root ends: more of it is known then than when it began. */
  #routeOf({ u32, u32Base: u }: RecordView, word: number, begunAt: number): Route {
    const site = u32[u + U32.site]!
    return this.#routes.of(site === 0 ? begunAt : site, kindOf(word))
  }

  #limitsOf(route: Route): RouteLimits {
    route.limits ??= new RouteLimits(this.#settings)
    return route.limits
  }

  #keep(film: HeldFilm, flags: number, hasEnded: boolean): void {
    this.#decided(film, true, hasEnded)
    const { root, time, apart, lastApart, flagsApart } = film
    const credit = { events: apart, lastSeq: lastApart, flags: flags | flagsApart }
    if (apart > 0 || flags !== 0) this.#fold.credit(root, time, credit)
    this.#held.replay(film, root, this.#fold)
    this.#held.free(film)
  }

  #drop(film: HeldFilm, hasEnded: boolean): void {
    this.#decided(film, false, hasEnded)
    this.#notKept.drop(this.#held, film)
  }

  #decided(film: HeldFilm, isKept: boolean, hasEnded: boolean): void {
    this.#films.delete(film.root)
    if (this.#last === film) this.#last = undefined
    this.#decisions.decide(film.root, isKept, hasEnded)
  }

  /** A record of a film that has been decided. */
  #follow(view: RecordView, root: number): void {
    const word = view.u32[view.u32Base + U32.word]!
    const isKept = this.#decisions.of(root) === true
    if (isKept) this.#fold.record(view)
    else if (isApart(kindOf(word))) this.#fold.recordApart(view)
    else this.#notKept.count(view)
    if (!isEndOfRoot(view, word)) return
    this.#decisions.end(root)
    this.#count(this.#routeOf(view, word, 0), word, durationOf(view), isKept)
  }
}

function oldest(films: ReadonlyMap<number, HeldFilm>): HeldFilm | undefined {
  const first = films.values().next()
  return first.done === true ? undefined : first.value
}
