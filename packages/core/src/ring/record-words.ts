/**
 * HOT: fills the fields of one record. The offsets are literals, equal to those of protocol's layout (a test holds them
 * together): V8 does not fold what is imported, so that each field would cost two loads and two checks. Bench row `event`.
 */

/** Uint32 index of the word, of the value's position and of its length, within a record. */
export const WORD = 7
export const VALUE_POSITION = 14
export const VALUE_LENGTH = 15

/** Index of a slot's first Uint32. */
export function wordsOf(slot: number): number {
  return slot << 4
}

/** All whole numbers but the word and the value's. Before the clock is read, so that the memory is there when the time is known. */
export function putNumbers(
  u32: Uint32Array,
  slot: number,
  seq: number,
  site: number,
  parent: number,
  root: number,
  cause: number,
  subject: number,
  span: number,
): void {
  const u = slot << 4
  u32[u + 6] = seq
  u32[u + 8] = site
  u32[u + 9] = parent
  u32[u + 10] = root
  u32[u + 11] = cause
  u32[u + 12] = subject
  u32[u + 13] = span
}

/** The fractional numbers. */
export function putTimes(f64: Float64Array, slot: number, time: number, since: number, number: number): void {
  const f = slot << 3
  f64[f] = time
  f64[f + 1] = since
  f64[f + 2] = number
}
