/** Films that ended in a segment, by the site and status that they ended with. */

import { endsFilm, NO_FILM, type RollupFilms, type Rows, statusOf, UNSETTLED_FILM } from '@cinescope/protocol'

/** Statuses beyond it are no classes but counts of something; their films are looked up. */
const MAX_STATUS = 2 ** 20

/** Roots whose seq is this far above the segment's first at most are found by it, others in a map. */
const NEAR = 32_768

/** See above. One for many segments. */
export class FilmClasses {
  /** By seq, from `#base` on: the index of the film, and 1; 0 for none. */
  readonly #near = new Uint32Array(NEAR)
  readonly #used: number[] = []
  readonly #far = new Map<number, number>()
  readonly #classes = new Map<number, number>()
  #sites: number[] = []
  #statuses: number[] = []
  #base = 0

  /** Takes the films that end in these rows, of which those that no earlier segment began have seqs from `base` on. */
  reset(rows: Rows, base: number): void {
    for (const place of this.#used) this.#near[place] = 0
    this.#used.length = 0
    this.#base = base
    this.#far.clear()
    this.#classes.clear()
    this.#sites = [0, 0]
    this.#statuses = [0, 0]
    for (let row = 0; row < rows.length; row++) if (endsFilm(rows, row)) this.#add(rows, row)
  }

  /** Index in `films()` of the film that has this root. */
  of(root: number): number {
    if (root === 0) return NO_FILM
    const place = root - this.#base
    // within the array, as tested
    if (place >= 0 && place < NEAR) return this.#near[place] === 0 ? UNSETTLED_FILM : this.#near[place]! - 1
    return this.#far.get(root) ?? UNSETTLED_FILM
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
    const place = rows.seq[row]! - this.#base
    if (place >= 0 && place < NEAR) {
      this.#near[place] = index + 1
      this.#used.push(place)
    } else this.#far.set(rows.seq[row]!, index)
  }
}
