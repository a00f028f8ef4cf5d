/**
 * HOT: fills the fields of one record. The offsets are literals, equal to those of protocol's layout (a test holds them
 * together), joined to an index whose low bits are zero: V8 does not fold what is imported, and checks a sum for overflow
 * but not an `or`. `| 0` lets it take a number as the small integer that it is. Bench row `event`.
 */

/** Int32 index of the word, of the value's position and of its length, to be joined by `|` to that of the record: its slot << 4. */
export const WORD = 7
export const VALUE_POSITION = 14
export const VALUE_LENGTH = 15

/** All whole numbers but the word and the value's. Before the clock is read, so that the memory is there when the time is known. */
export function putNumbers(
  i32: Int32Array,
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
  i32[u | 6] = seq | 0
  i32[u | 8] = site | 0
  i32[u | 9] = parent | 0
  i32[u | 10] = root | 0
  i32[u | 11] = cause | 0
  i32[u | 12] = subject | 0
  i32[u | 13] = span | 0
}

/** The fractional numbers. */
export function putTimes(f64: Float64Array, slot: number, time: number, since: number, number: number): void {
  const f = slot << 3
  f64[f] = time
  f64[f | 1] = since
  f64[f | 2] = number
}
