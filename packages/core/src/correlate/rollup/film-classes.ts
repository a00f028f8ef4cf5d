/** Films that ended in a segment, by the site and status that they ended with. */

import { endsFilm, NO_FILM, type RollupFilms, type Rows, statusOf, UNSETTLED_FILM } from '@cinescope/protocol'

/** Statuses beyond it are no classes but counts of something; their films are looked up. */
const MAX_STATUS = 2 ** 20

/** See above; for one segment. */
export class FilmClasses {
  readonly #classes = new Map<number, number>()
  readonly #byRoot = new Map<number, number>()
  readonly #sites: number[] = [0, 0]
  readonly #statuses: number[] = [0, 0]
  #lastRoot = 0
  #lastClass = NO_FILM

  constructor(rows: Rows) {
    for (let row = 0; row < rows.length; row++) if (endsFilm(rows, row)) this.#add(rows, row)
  }

  /** Index in `films()` of the film that has this root. */
  of(root: number): number {
    if (root === this.#lastRoot) return this.#lastClass
    this.#lastRoot = root
    this.#lastClass = root === 0 ? NO_FILM : (this.#byRoot.get(root) ?? UNSETTLED_FILM)
    return this.#lastClass
  }

  films(): RollupFilms {
    return { site: Float64Array.from(this.#sites), status: Float64Array.from(this.#statuses) }
  }

  #add(rows: Rows, row: number): void {
    const site = rows.site[row]!
    const status = statusOf(rows.number[row]!)
    if (status < 0 || status >= MAX_STATUS) return
    const key = site * MAX_STATUS + status
    let index = this.#classes.get(key)
    if (index === undefined) {
      index = this.#sites.push(site) - 1
      this.#statuses.push(status)
      this.#classes.set(key, index)
    }
    this.#byRoot.set(rows.seq[row]!, index)
  }
}
