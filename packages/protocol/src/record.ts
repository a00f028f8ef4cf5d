/**
 * Layout of the ring's 64-byte record. All numbers little-endian as the platform's typed arrays write them;
 * producer and consumer are threads of one process.
 *
 * | offset | bytes | meaning |
 * |---|---|---|
 * | 0  | 8 | f64 time, ns since the process's anchor |
 * | 8  | 8 | f64 since: on an end, when its span began |
 * | 16 | 8 | f64 number: one number of the kind's own (status, rows, bytes, queue time) |
 * | 24 | 4 | seq: low 32 bits of the number of the record offered to its ring, lost ones included, from 1 |
 * | 28 | 4 | word: kind, phase, flags |
 * | 32 | 4 | site: interned static descriptor |
 * | 36 | 4 | parent: low 32 bits of the seq of the span it happened inside, 0 = none |
 * | 40 | 4 | root: low 32 bits of the seq of the outermost span, 0 = none |
 * | 44 | 4 | cause: low 32 bits of the seq of an event that caused it and is not its parent, 0 = none |
 * | 48 | 4 | subject: interned entity, 0 = none |
 * | 52 | 4 | span: on an end, low 32 bits of the seq of its begin |
 * | 56 | 4 | value position in the arena, low 32 bits of a monotone byte count |
 * | 60 | 4 | value length in bytes, 0 = none; or `VALUE_ABSENT | reason` |
 *
 * References reach at most 2^31 records back in the same ring. An end repeats parent, root and since,
 * so that a span survives the loss of its begin.
 */

/** Bytes of one record. */
export const RECORD_BYTES = 64

/** Float64 index of each 8-byte field within a record. */
export const F64 = { time: 0, since: 1, number: 2 } as const

/** Uint32 index of each 4-byte field within a record. */
export const U32 = {
  seq: 6,
  word: 7,
  site: 8,
  parent: 9,
  root: 10,
  cause: 11,
  subject: 12,
  span: 13,
  valuePosition: 14,
  valueLength: 15,
} as const

/** Set in the value length when there is no value but a reason (an `Omission` code) why not. */
export const VALUE_ABSENT = 0x80000000

/** Largest encoded value, in bytes; also the slack behind the arena. */
export const MAX_VALUE_BYTES = 65_536

/** The full number of a record whose low 32 bits are `low`, given a record at or after it, at most 2^31 later. */
export function seqBefore(later: number, low: number): number {
  return later - ((later - low) >>> 0)
}
