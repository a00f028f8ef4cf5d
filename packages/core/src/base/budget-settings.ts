/** What recording may cost. */

/** What a user may say; what is not said has no limit. */
export interface BudgetOptions {
  /** CPU of all that records, the writer thread included, in percent of one core. */
  readonly cpuPercent?: number
  /** Bytes that are written to the recording in a second. */
  readonly bytesPerSecond?: number
}
