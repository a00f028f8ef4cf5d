/** What the records of one commit say about films. */

import { FLAG, isSpanKind, kindOf, statusOf } from '@cinescope/protocol'
import type { FilmChange } from '../base/sealed-segment.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Accumulates changes by root until they are taken. */
export class FilmChanges {
  readonly #thread: number
  readonly #changes = new Map<number, Mutable<FilmChange>>()
  #last: Mutable<FilmChange> | undefined

  constructor(thread: number) {
    this.#thread = thread
  }

  /** Counts one record of film `root`. */
  count(root: number, seq: number, time: number, word: number): void {
    const film = this.#of(root, time)
    film.events++
    film.flags |= word & FLAG.marked
    if (seq > film.lastSeq) film.lastSeq = seq
    if ((word & FLAG.error) !== 0 && !isSpanKind(kindOf(word))) film.errors++
  }

  /** Counts records that were taken apart. */
  credit(root: number, time: number, events: number, lastSeq: number, flags: number): void {
    const film = this.#of(root, time)
    if (!film.hasRoot && time < film.time) film.time = time
    film.events += events
    film.flags |= flags
    if (lastSeq > film.lastSeq) film.lastSeq = lastSeq
  }

  /** The root began. */
  begin(root: number, time: number, word: number, site: number): void {
    const film = this.#of(root, time)
    film.hasRoot = true
    film.time = time
    film.kind = kindOf(word)
    film.site = site
  }

  /** The root ended; its end repeats when it began. */
  end(root: number, time: number, duration: number, word: number, site: number, status: number): void {
    this.begin(root, time, word, site)
    const film = this.#of(root, time)
    film.duration = duration
    // what other kinds count or measure stays with the event
    film.status = statusOf(status)
    film.flags |= word & (FLAG.error | FLAG.aborted | FLAG.marked | FLAG.thinned)
  }

  /** The film adopted a trace; `document` says which. */
  adopt(root: number, time: number, document: Uint8Array): void {
    this.#of(root, time).adopted = document
  }

  get size(): number {
    return this.#changes.size
  }

  /** The changes since the last take. */
  take(): FilmChange[] {
    const changes = [...this.#changes.values()]
    this.#changes.clear()
    this.#last = undefined
    return changes
  }

  #of(root: number, time: number): Mutable<FilmChange> {
    if (this.#last !== undefined && this.#last.seq === root) return this.#last
    let film = this.#changes.get(root)
    if (film === undefined) {
      film = {
        seq: root,
        thread: this.#thread,
        time,
        hasRoot: false,
        kind: 0,
        site: 0,
        duration: undefined,
        status: 0,
        flags: 0,
        events: 0,
        errors: 0,
        lastSeq: root,
        adopted: undefined,
      }
      this.#changes.set(root, film)
    }
    this.#last = film
    return film
  }
}
