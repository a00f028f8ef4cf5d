/** What retention leaves of a recording. */

/** What may stay of a recording; what is not given is without a limit. */
export interface PruneLimits {
  /** Of all that the recording takes up. */
  readonly maxBytes?: number
  /** Stored events. */
  readonly maxEvents?: number
  /** Segments whose newest event came before this go: ns on the recording's own clock, which no step of the wall clock moves. */
  readonly fromNs?: number
}
