/** Which spans of a segment that had not ended in it have ended since, by what later segments of its thread say. */

import type { SegmentEntry } from '../event-store.ts'

/** Reads each later segment once, and only as far as it is asked to. */
export class Closings {
  readonly #entry: SegmentEntry
  readonly #segments: readonly SegmentEntry[]
  readonly #closesOf: (later: SegmentEntry) => readonly number[]
  readonly #later: readonly SegmentEntry[]
  readonly #closed = new Set<number>()
  #read = 0

  constructor(
    entry: SegmentEntry,
    segments: readonly SegmentEntry[],
    closesOf: (later: SegmentEntry) => readonly number[],
  ) {
    const { thread, seqHigh } = entry.summary
    this.#entry = entry
    this.#segments = segments
    this.#closesOf = closesOf
    this.#later = segments.filter(
      ({ id, summary }) => id > entry.id && summary.thread === thread && summary.seqLow <= seqHigh,
    )
  }

  isOf(entry: SegmentEntry, segments: readonly SegmentEntry[]): boolean {
    return this.#entry === entry && this.#segments === segments
  }

  /** True for the span that began as `seq` in the segment. */
  has(seq: number): boolean {
    while (!this.#closed.has(seq)) {
      const next = this.#later[this.#read++]
      if (next === undefined) return false
      this.#add(this.#closesOf(next))
    }
    return true
  }

  #add(closes: readonly number[]): void {
    const { seqLow, seqHigh } = this.#entry.summary
    for (const seq of closes) if (seq >= seqLow && seq <= seqHigh) this.#closed.add(seq)
  }
}
