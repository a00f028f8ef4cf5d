/** The policy `tail`: a film's records are held until it is known whether it is kept. */

import {
  F64,
  FLAG,
  isSpanKind,
  kindOf,
  KINDS,
  type LedgerRow,
  PHASE,
  phaseOf,
  seqBefore,
  U32,
} from '@cinescope/protocol'
import type { KeepSettings } from '../base/keep-settings.ts'
import type { GapReason, RecordView } from '../ring/consumer.ts'
import { Decisions } from './decisions.ts'
import { Chain, HeldRecords } from './held-records.ts'
import type { Ending, KeepStage, KeptFold } from './kept-fold.ts'
import { NotKept } from './not-kept.ts'

/** A film that is not decided. */
class HeldFilm extends Chain {
  readonly root: number
  /** When its first record was written, in ns. */
  readonly time: number
  /** Records handed on already: states, and what was asked for. */
  apart = 0
  lastApart = 0

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
  readonly #slowNs: number
  readonly #held: HeldRecords
  readonly #notKept = new NotKept()
  readonly #decisions = new Decisions()
  /** Undecided, in the order of their first records. */
  readonly #films = new Map<number, HeldFilm>()
  #last: HeldFilm | undefined
  #now = 0

  constructor(fold: KeptFold, settings: KeepSettings) {
    this.#fold = fold
    this.#settings = settings
    this.#slowNs = settings.slowMs * 1e6
    this.#held = new HeldRecords(settings.maxBytes)
  }

  get isHolding(): boolean {
    return this.#films.size > 0
  }

  record(view: RecordView): void {
    const { u32, u32Base: u, seq } = view
    this.#now = view.f64[view.f64Base + F64.time]!
    const low = u32[u + U32.root]!
    if (low === 0) return this.#fold.record(view)
    const root = seqBefore(seq, low)
    const film = this.#filmOf(root)
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

  settle(ending: Ending): void {
    for (const film of this.#films.values()) {
      if (ending === 'keep') this.#keep(film, FLAG.decidedEarly, false)
      else this.#decideEarly(film)
    }
  }

  lost(): LedgerRow[] {
    return this.#notKept.rows()
  }

  /** The undecided film of a root, begun if nothing has been decided; undefined when something has. */
  #filmOf(root: number): HeldFilm | undefined {
    if (this.#last?.root === root) return this.#last
    let film = this.#films.get(root)
    if (film === undefined && this.#decisions.of(root) === undefined) {
      film = new HeldFilm(root, this.#now)
      this.#films.set(root, film)
      if (this.#now < this.#fold.heldSince) this.#fold.heldSince = this.#now
    }
    if (film !== undefined) this.#last = film
    return film
  }

  /** Holds a record, and decides on its film as soon as that can be. */
  #take(view: RecordView, film: HeldFilm): void {
    const word = view.u32[view.u32Base + U32.word]!
    if (isApart(kindOf(word))) this.#passApart(view, film)
    else if (!this.#hold(view, film)) return this.#follow(view, film.root)
    if (isFailure(word) || (word & FLAG.marked) !== 0) return this.#keep(film, 0, isEndOfRoot(view, word))
    if (isEndOfRoot(view, word)) return this.#end(view, word, film)
    if (this.#now - film.time > this.#slowNs) this.#keep(film, 0, false)
    else if (film.records >= this.#settings.maxEvents) this.#decideEarly(film)
  }

  #passApart(view: RecordView, film: HeldFilm): void {
    film.apart++
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
    const duration = this.#now - view.f64[view.f64Base + F64.since]!
    if ((word & FLAG.error) !== 0 || this.#isKept(duration)) this.#keep(film, 0, true)
    else this.#drop(film, true)
  }

  #decideEarly(film: HeldFilm): void {
    if (this.#isKept(this.#now - film.time)) this.#keep(film, FLAG.decidedEarly, false)
    else this.#drop(film, false)
  }

  #isKept(durationNs: number): boolean {
    return durationNs > this.#slowNs
  }

  #keep(film: HeldFilm, flags: number, hasEnded: boolean): void {
    this.#decided(film, true, hasEnded)
    const { root, time, apart, lastApart } = film
    if (apart > 0 || flags !== 0) this.#fold.credit(root, time, { events: apart, lastSeq: lastApart, flags })
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
    if (this.#decisions.of(root) === true) this.#fold.record(view)
    else if (isApart(kindOf(word))) this.#fold.recordApart(view)
    else this.#notKept.count(view)
    if (isEndOfRoot(view, word)) this.#decisions.end(root)
  }
}

/** State belongs to entities, and what was asked of the recorder to nobody: both are there whatever becomes of a film. */
function isApart(kind: number): boolean {
  return (kind >= KINDS['state.snapshot'] && kind <= KINDS['entity.died']) || kind === KINDS.control
}

/** Something inside of the film failed: what a film's row counts as an error. */
function isFailure(word: number): boolean {
  return (word & FLAG.error) !== 0 && !isSpanKind(kindOf(word))
}

function isEndOfRoot({ u32, u32Base: u }: RecordView, word: number): boolean {
  return phaseOf(word) === PHASE.end && u32[u + U32.span] === u32[u + U32.root]
}

function oldest(films: ReadonlyMap<number, HeldFilm>): HeldFilm | undefined {
  const first = films.values().next()
  return first.done === true ? undefined : first.value
}
