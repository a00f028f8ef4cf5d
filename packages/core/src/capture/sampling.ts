/** Which roots are recorded. One per thread. */

import { FLAG } from '@cinescope/protocol'

/** See the file's first line. */
export class Sampling {
  /** The part of roots that is recorded, 0 to 1. */
  rate: number

  constructor(rate: number) {
    this.rate = rate
  }

  /**
   * For a root that begins: `FLAG.sampledOut`, or 0. `isSampled` is what the sender of a `traceparent` said, who is followed where
   * less than everything is recorded: then all services record the same traces.
   */
  flagFor(isSampled: boolean | undefined): number {
    const { rate } = this
    return rate === 1 || (isSampled ?? Math.random() < rate) ? 0 : FLAG.sampledOut
  }
}
