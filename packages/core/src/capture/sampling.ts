/** Which roots are recorded. One per thread. */

import { FLAG } from '@cinescope/protocol'
import type { Chance } from './chance.ts'

/** What is wanted of it. */
interface SamplingSettings {
  /** The part of roots that is recorded, 0 to 1. */
  readonly sample: number
}

/** See the file's first line. */
export class Sampling {
  /** The part of roots that the budget allows of those that are wanted, 0 to 1. */
  share = 1
  /** While this is more than 0, the budget leaves out nothing of films that begin, nor any of them: somebody waits for one. */
  wholeFilms = 0
  readonly chance: Chance
  readonly #settings: SamplingSettings

  /** `settings` may change between two roots. */
  constructor(settings: SamplingSettings, chance: Chance) {
    this.#settings = settings
    this.chance = chance
  }

  /**
   * For a root that begins: `FLAG.sampledOut`, or 0. `isSampled` is what the sender of a `traceparent` said, who is followed where
   * less than everything is wanted: then all services record the same traces. The budget heeds nobody outside.
   */
  flagFor(isSampled: boolean | undefined): number {
    const { sample } = this.#settings
    const { share } = this
    const isWanted = sample === 1 || (isSampled ?? this.chance.part() < sample)
    const hasRoom = share === 1 || this.wholeFilms > 0 || this.chance.part() < share
    return isWanted && hasRoom ? 0 : FLAG.sampledOut
  }
}
