/** A segment ready for a store: what correlation hands over and stores keep. Numbers only, so a zone map needs no decoding. */

/** Zone map: everything a planner may ask before it reads the segment. */
export interface SegmentSummary {
  readonly thread: number
  readonly rows: number
  /** Offered events its rows stand for. */
  readonly events: number
  /** Smallest and largest row id. */
  readonly seqLow: number
  readonly seqHigh: number
  /** Earliest begin, ns. */
  readonly timeLow: number
  /** Latest begin or end, ns. */
  readonly timeHigh: number
  /** Bitmap of kind codes 0 to 31 and 32 to 63. */
  readonly kindsLow: number
  readonly kindsHigh: number
  /** All rows' words or-ed. */
  readonly flags: number
  /** Longest duration, ns; -1 when no row has one. */
  readonly maxDuration: number
}

/** Summary and content, uncompressed. */
export interface SealedSegment {
  readonly summary: SegmentSummary
  readonly bloom: Uint8Array
  readonly meta: Uint8Array
  readonly columns: Uint8Array
  readonly pages: readonly Uint8Array[]
  /** Index of the texts in the pages; a tail, which is soon replaced, has none. */
  readonly grams: Uint8Array | undefined
  /** Figures of the rows; a tail has none, nor has a segment of which they would be half as large as its columns. */
  readonly rollup: Uint8Array | undefined
  /** When its rows began, by slices of time that are the longest first; a tail has none. */
  readonly tiles: readonly Uint8Array[]
}

/** What one commit learned about a film; counts add to what is stored, other fields replace it where defined. */
export interface FilmChange {
  /** Seq of the root. */
  readonly seq: number
  readonly thread: number
  /** Begin of the root in ns, or of the first event seen of it. */
  readonly time: number
  /** True if `time`, `kind` and `site` come from the root itself. */
  readonly hasRoot: boolean
  readonly kind: number
  readonly site: number
  /** Ns; undefined while the root has not ended. */
  readonly duration: number | undefined
  readonly status: number
  /** FLAG bits, or-ed. */
  readonly flags: number
  readonly events: number
  readonly errors: number
  readonly lastSeq: number
  /** Value document that says which trace was adopted. */
  readonly adopted: Uint8Array | undefined
}
