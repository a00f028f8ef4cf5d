/** What an answer cost. */

/** What an answer cost and why. Counts, not estimates. */
export interface Explain {
  /** One line on the access path. */
  readonly plan: string
  readonly segments: number
  readonly segmentsRead: number
  /** Segments left unread, by the statistic that ruled them out; `pruned` are those that retention removed while the answer was computed. */
  readonly segmentsSkipped: Readonly<Record<string, number>>
  /** Segments of which figures that were made when they were sealed were enough. */
  readonly segmentsRolledUp: number
  /** Of the segments read, by what kept such figures from being enough; none for questions that are not for figures. */
  readonly readBecause: Readonly<Record<string, number>>
  readonly rowsRead: number
  readonly rowsMatched: number
  readonly valuePagesRead: number
  /** Pages left unread because the text index rules them out. */
  readonly valuePagesSkipped: number
  /** Segments or pages that failed their checks and were left out. */
  readonly corrupt: number
  readonly elapsedMs: number
}
