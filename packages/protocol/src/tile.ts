/** When a segment's events began, by slice of time, made when it is sealed, so that a timeline need not read the rows. */

/** Slices are of 2 ** bits ns, and `bits` is at most this. */
export const MAX_SLICE_BITS = 53

/**
 * What began in each slice, by lane. Slice n is from n * 2 ** bits ns after the anchor to the next. Every row of the segment is
 * counted, but those that are open, whose end a later segment may hold.
 */
export interface Tile {
  readonly bits: number
  /** By lane: kind, and FLAG.error where they failed. */
  readonly word: Float64Array
  readonly site: Float64Array
  /** Where the cells of a lane end; they begin where those of the lane before end. */
  readonly ends: Float64Array
  /** By cell: its slice, ascending within a lane. */
  readonly slice: Float64Array
  readonly count: Float64Array
  /** Longest duration, ns; -1 for points. */
  readonly longest: Float64Array
}

/** The slice that an instant lies in. */
export function sliceAt(timeNs: number, bits: number): number {
  return Math.floor(timeNs / 2 ** bits)
}
