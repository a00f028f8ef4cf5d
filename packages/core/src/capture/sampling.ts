/** Which roots are recorded. One per thread. */

import { FLAG } from '@cinescope/protocol'

/** See the file's first line. */
export class Sampling {
  /** The part of roots that is recorded, 0 to 1. */
  rate: number
  /** The part of these that the budget allows, 0 to 1. */
  share = 1

  constructor(rate: number) {
    this.rate = rate
  }

  /**
   * For a root that begins: `FLAG.sampledOut`, or 0. `isSampled` is what the sender of a `traceparent` said, who is followed where
   * less than everything is wanted: then all services record the same traces. `isOurs`: a film of this thread caused it, and the
   * two go together.
   */
  flagFor(isSampled: boolean | undefined, isOurs = false): number {
    const { rate, share } = this
    const isWanted = rate === 1 || (isSampled ?? Math.random() < rate)
    const hasRoom = share === 1 || (isOurs && isSampled === true) || Math.random() < share
    return isWanted && hasRoom ? 0 : FLAG.sampledOut
  }
}
