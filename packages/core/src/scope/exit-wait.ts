/** How long a process that ends waits for its writer. */

/** Longest wait for the writer in an exit handler, once it is up. */
const EXIT_DRAIN_MS = 500
/** Longest wait there for a writer that is still starting, if anything has been recorded: a short program would lose all of it. */
const EXIT_START_MS = 3000
/** Longest wait there, once it is up, for what is in a ring that has grown, while the writer takes from it. */
const EXIT_GROWN_MS = 5000

/** What is known of the writer when the wait begins. */
export interface ExitWaitParts {
  readonly isUp: boolean
  readonly hasRecorded: boolean
  /** Records in a ring that has grown; 0 where it has not. */
  readonly waitingInGrown: () => number
  readonly now: () => number
}

/** See the file's first line. */
export class ExitWait {
  readonly #parts: ExitWaitParts
  #isUp: boolean
  #deadlineMs: number
  #latestMs: number
  #waiting: number

  constructor(parts: ExitWaitParts) {
    const now = parts.now()
    this.#parts = parts
    this.#isUp = parts.isUp
    this.#deadlineMs = now + (parts.isUp || !parts.hasRecorded ? EXIT_DRAIN_MS : EXIT_START_MS)
    this.#latestMs = now + EXIT_GROWN_MS
    this.#waiting = parts.waitingInGrown()
  }

  /** What is left of the wait; 0 or less when it is over. `isUp` is whether the writer is up now. */
  leftMs(isUp: boolean): number {
    const now = this.#parts.now()
    if (isUp && !this.#isUp) {
      this.#isUp = true
      this.#deadlineMs = now + EXIT_DRAIN_MS
      this.#latestMs = now + EXIT_GROWN_MS
    }
    if (now >= this.#deadlineMs && this.#hasTaken()) this.#deadlineMs = Math.min(now + EXIT_DRAIN_MS, this.#latestMs)
    return this.#deadlineMs - now
  }

  /** True when the writer has taken from a grown ring since it was last looked at. */
  #hasTaken(): boolean {
    const before = this.#waiting
    this.#waiting = this.#parts.waitingInGrown()
    return this.#waiting < before
  }
}
