/** Rows of a segment as columns: what a span or point looks like once correlated and folded. */

/**
 * Structure of arrays, one entry a row; `length` rows are in use. The owner is whoever allocated it.
 * Sequence numbers are whole (not the ring's low 32 bits); 0 means none. A row's id is `seq`: a span's begin or the point itself.
 */
export interface Rows {
  length: number
  readonly seq: Float64Array
  /** Ns since the process's anchor; a span's begin. */
  readonly time: Float64Array
  /** Ns; -1 for points and for spans not ended. */
  readonly duration: Float64Array
  /** Kind, extent, flags (kind.ts). */
  readonly word: Uint32Array
  readonly site: Uint32Array
  readonly parent: Float64Array
  readonly root: Float64Array
  readonly cause: Float64Array
  readonly subject: Uint32Array
  readonly number: Float64Array
  /** Length of the value of the begin or point, 0 = none, or `VALUE_ABSENT | reason`. */
  readonly valueIn: Uint32Array
  /** Length of the value of the end; as above. */
  readonly valueOut: Uint32Array
}

/** Most rows a segment may hold; readers refuse more. */
export const MAX_SEGMENT_ROWS = 65_536

/** Room for `capacity` rows. */
export function allocateRows(capacity: number): Rows {
  return {
    length: 0,
    seq: new Float64Array(capacity),
    time: new Float64Array(capacity),
    duration: new Float64Array(capacity),
    word: new Uint32Array(capacity),
    site: new Uint32Array(capacity),
    parent: new Float64Array(capacity),
    root: new Float64Array(capacity),
    cause: new Float64Array(capacity),
    subject: new Uint32Array(capacity),
    number: new Float64Array(capacity),
    valueIn: new Uint32Array(capacity),
    valueOut: new Uint32Array(capacity),
  }
}

/** Copies row `from` of `source` to row `to` of `target`. */
export function copyRow(source: Rows, from: number, target: Rows, to: number): void {
  // both indexes are within the capacity their owners allocated
  target.seq[to] = source.seq[from]!
  target.time[to] = source.time[from]!
  target.duration[to] = source.duration[from]!
  target.word[to] = source.word[from]!
  target.site[to] = source.site[from]!
  target.parent[to] = source.parent[from]!
  target.root[to] = source.root[from]!
  target.cause[to] = source.cause[from]!
  target.subject[to] = source.subject[from]!
  target.number[to] = source.number[from]!
  target.valueIn[to] = source.valueIn[from]!
  target.valueOut[to] = source.valueOut[from]!
}

/** Bytes a value length stands for: none for an absent one. */
export function valueBytes(length: number): number {
  return length < 0x80000000 ? length : 0
}
