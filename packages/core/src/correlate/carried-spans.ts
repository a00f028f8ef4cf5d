/** Spans still open when their segment was sealed: kept apart, bounded, until their end comes. */

/** What an end needs to become a self-contained row. */
export interface CarriedSpan {
  /** Begin, in ns. */
  readonly time: number
  readonly word: number
  readonly cause: number
  readonly subject: number
  /** Length field of the begin's value; `VALUE_ABSENT | lost` when its bytes were not carried. */
  readonly valueLength: number
  readonly value: Uint8Array
}

/** Most spans carried; beyond, the oldest is let go and its end will be shown as rebuilt. */
const MAX_CARRIED_SPANS = 65_536

/** Most bytes of begin values carried. */
const MAX_CARRIED_BYTES = 8_388_608

/** Open spans of earlier segments, by the seq of their begin. */
export class CarriedSpans {
  readonly #spans = new Map<number, CarriedSpan>()
  #bytes = 0

  get hasRoomForValues(): boolean {
    return this.#bytes < MAX_CARRIED_BYTES
  }

  add(seq: number, span: CarriedSpan): void {
    this.#spans.set(seq, span)
    this.#bytes += span.value.length
    if (this.#spans.size > MAX_CARRIED_SPANS) {
      const oldest = this.#spans.keys().next()
      if (oldest.done !== true) this.take(oldest.value)
    }
  }

  /** Removes and gives the span. */
  take(seq: number): CarriedSpan | undefined {
    const span = this.#spans.get(seq)
    if (span !== undefined) {
      this.#spans.delete(seq)
      this.#bytes -= span.value.length
    }
    return span
  }

  /** Begin of the earliest carried span, in ns; Infinity when there is none. Spans are carried in the order of their begins. */
  earliest(): number {
    const first = this.#spans.values().next()
    return first.done === true ? Infinity : first.value.time
  }

  /** Seqs of all carried spans, ascending. */
  seqs(): number[] {
    return Array.from(this.#spans.keys()).toSorted((a, b) => a - b)
  }
}
