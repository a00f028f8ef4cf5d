/** What the load generator of the torture `memory` tells. */

/** What became of the requests it was told to send. */
export interface Load {
  readonly answered: number
  /** Cut off on purpose. */
  readonly aborted: number
  readonly bytes: number
  /** Answered with another status than they must have. */
  readonly wrong: number
}
