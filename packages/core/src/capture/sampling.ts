/** Which roots are recorded. One per thread. */

import { FLAG } from '@cinescope/protocol'

/** What is wanted of it. */
interface SamplingSettings {
  /** The part of roots that is recorded, 0 to 1. */
  readonly sample: number
}

/** See the file's first line. */
export class Sampling {
  /** The part of roots that the budget allows of those that are wanted, 0 to 1. */
  share = 1
  readonly #settings: SamplingSettings

  /** They may change between two roots. */
  constructor(settings: SamplingSettings) {
    this.#settings = settings
  }

  /**
   * For a root that begins: `FLAG.sampledOut`, or 0. `isSampled` is what the sender of a `traceparent` said, who is followed where
   * less than everything is wanted: then all services record the same traces. `isOurs`: a film of this thread caused it, and the
   * two go together.
   */
  flagFor(isSampled: boolean | undefined, isOurs = false): number {
    const { sample } = this.#settings
    const { share } = this
    const isWanted = sample === 1 || (isSampled ?? Math.random() < sample)
    const hasRoom = share === 1 || (isOurs && isSampled === true) || Math.random() < share
    return isWanted && hasRoom ? 0 : FLAG.sampledOut
  }
}
