/** HOT: what is left out, by site, so that recording stays within its budget. One per thread. */

import { MAX_SITES } from '@cinescope/protocol'
import { LEVEL } from '../base/thinning-level.ts'
import type { Sampling } from './sampling.ts'
import type { Span } from './span.ts'

const SITE = MAX_SITES - 1
/** One film in so many is recorded whole, as an example. */
const EXAMPLE_EVERY = 16
const BEGAN = 1
const HELD = 2

/** See the file's first line. Sites go by their numbers; those that have none are one. */
export class Thinning {
  /** Spans left out so far. */
  spans = 0
  /** Values left out so far. */
  values = 0
  readonly #levels = new Uint8Array(MAX_SITES)
  /** What was seen of sites since that was forgotten: that spans began there, that they had others inside. */
  readonly #seen = new Uint8Array(MAX_SITES)

  readonly #sampling: Sampling
  /** False where there is no budget any more: films that begin are whole. */
  isOn = true

  constructor(sampling: Sampling) {
    this.#sampling = sampling
  }

  /** What holds for a film that begins: undefined for one that is whole. */
  forFilm(): Thinning | undefined {
    const { wholeFilms, chance } = this.#sampling
    if (!this.isOn || wholeFilms > 0) return undefined
    return chance.part() * EXAMPLE_EVERY < 1 ? undefined : this
  }

  /**
   * Whether the span that begins at this site inside of `parent` is left out; counts it, and that `parent` had one inside. None is
   * whose film has ended: it could not tell any more.
   */
  takesSpan(site: number, parent: Span): boolean {
    const at = site & SITE
    const above = parent.site & SITE
    this.#seen[at] = this.#seen[at]! | BEGAN
    this.#seen[above] = this.#seen[above]! | HELD
    if (this.#levels[at] !== LEVEL.spans || !parent.root.isOpen) return false
    this.spans++
    return true
  }

  /** Spans of this site are roots, which are never left out. */
  isRoot(site: number): void {
    this.#seen[site & SITE] = this.#seen[site & SITE]! | HELD
  }

  /** Whether values are left out at this site. */
  leavesValuesOut(site: number): boolean {
    return this.#levels[site & SITE] !== LEVEL.nothing
  }

  /** One was. */
  countValue(): void {
    this.values++
  }

  levelOf(site: number): number {
    return this.#levels[site & SITE]!
  }

  setLevel(site: number, level: number): void {
    this.#levels[site & SITE] = level
  }

  /** Spans began at this site lately, and had none inside. */
  isLeaf(site: number): boolean {
    return this.#seen[site & SITE] === BEGAN
  }

  /** Forgets what was seen of sites. */
  forget(): void {
    this.#seen.fill(0)
  }
}
