/** Counts what an answer costs while it is computed, keeps the thread responsive, and lets the caller abort. */

import { CinescopeError, type DecodeTally, type Explain } from '@cinescope/protocol'

/** Milliseconds of work between two rests. */
const SLICE_MS = 20
/** What the values of one answer may weigh: some 50 MB where they are empty objects, 40,000 events of ten items. */
const MAX_WEIGHT = 400_000

/** The caller's hold on it. */
export interface CostControl {
  readonly signal?: AbortSignal
  readonly onProgress?: ((done: { readonly segmentsRead: number; readonly segments: number }) => void) | undefined
}

/** See above; one per page. */
export class Cost implements DecodeTally {
  /** Of the values decoded for the answer. */
  weight = 0
  segments = 0
  segmentsRead = 0
  segmentsRolledUp = 0
  rowsRead = 0
  rowsMatched = 0
  valuePagesRead = 0
  valuePagesSkipped = 0
  corrupt = 0
  readonly #skipped: Record<string, number> = {}
  readonly #because: Record<string, number> = {}
  readonly #rest: () => Promise<void>
  readonly #control: CostControl
  readonly #started: number = performance.now()
  #sliceStarted: number = this.#started

  /** `rest` is that of the view which is read. */
  constructor(rest: () => Promise<void>, control: CostControl = {}) {
    this.#rest = rest
    this.#control = control
  }

  /** No more values fit into one answer. */
  get isHeavy(): boolean {
    return this.weight >= MAX_WEIGHT
  }

  /** Counts a segment left unread because of a statistic, or because it was `pruned` meanwhile. */
  skip(statistic: string): void {
    this.#skipped[statistic] = (this.#skipped[statistic] ?? 0) + 1
  }

  /** Counts a segment that is read because its roll-up cannot answer, and why. */
  readBecause(why: string): void {
    this.#because[why] = (this.#because[why] ?? 0) + 1
  }

  /** Rests when the slice is used up: other work of the thread goes on, and so does whoever writes. @throws CSC_ERR_ABORTED */
  async breathe(): Promise<void> {
    if (performance.now() - this.#sliceStarted > SLICE_MS) {
      const { segmentsRead, segments } = this
      this.#control.onProgress?.({ segmentsRead, segments: Math.max(segments, segmentsRead) })
      await this.#rest()
      this.#sliceStarted = performance.now()
    }
    const { signal } = this.#control
    if (signal?.aborted === true) {
      throw new CinescopeError('CSC_ERR_ABORTED', 'the query was aborted', { cause: signal.reason })
    }
  }

  explain(plan: string): Explain {
    return {
      plan,
      segments: this.segments,
      segmentsRead: this.segmentsRead,
      segmentsSkipped: this.#skipped,
      segmentsRolledUp: this.segmentsRolledUp,
      readBecause: this.#because,
      rowsRead: this.rowsRead,
      rowsMatched: this.rowsMatched,
      valuePagesRead: this.valuePagesRead,
      valuePagesSkipped: this.valuePagesSkipped,
      corrupt: this.corrupt,
      elapsedMs: performance.now() - this.#started,
    }
  }
}
