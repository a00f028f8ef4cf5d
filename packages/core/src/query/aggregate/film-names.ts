/** Sites and statuses of films by their root. */

import { endsFilm, type Rows, statusOf } from '@cinescope/protocol'
import { filmNumber, type StoreView } from '../../store/event-store.ts'

/** Films looked up and kept. */
const MAX_FILMS = 100_000

/** What figures need of a film. */
export interface FilmName {
  readonly site: number
  /** 0 for none. */
  readonly status: number
}

const NAMELESS: FilmName = { site: 0, status: 0 }

/** See above. Looked up where they are not known yet; the oldest are forgotten. */
export class FilmNames {
  readonly #view: StoreView
  readonly #known = new Map<number, FilmName>()

  constructor(view: StoreView) {
    this.#view = view
  }

  of(thread: number, root: number): FilmName {
    if (root === 0) return NAMELESS
    const id = filmNumber(thread, root)
    return this.#known.get(id) ?? this.#keep(id, this.#view.film(thread, root) ?? NAMELESS)
  }

  /** Learns the films that rows end: it saves the look-up of those to which rows of earlier segments belong. */
  learn(thread: number, rows: Rows): void {
    for (let row = 0; row < rows.length; row++) {
      if (!endsFilm(rows, row)) continue
      // row is below rows.length
      const name = { site: rows.site[row]!, status: statusOf(rows.number[row]!) }
      this.#keep(filmNumber(thread, rows.seq[row]!), name)
    }
  }

  #keep(id: number, name: FilmName): FilmName {
    this.#known.set(id, name)
    if (this.#known.size > MAX_FILMS) {
      const oldest = this.#known.keys().next()
      if (oldest.done !== true) this.#known.delete(oldest.value)
    }
    return name
  }
}
