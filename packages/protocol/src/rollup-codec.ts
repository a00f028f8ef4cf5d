/**
 * Codec of roll-ups, uncompressed; compression and checksums are the store's.
 *
 * | bytes | meaning |
 * |---|---|
 * | 4 | magic "CRU1" |
 * | 8, 8 | timeLow, timeHigh |
 * | 1 | hasUnsettled |
 * | per column of `columnsOf`: 4, 1, 4 | how many numbers, encoding, length of their bytes |
 * | ... | the bytes of each behind its head |
 * | ... | `rest` as a segment |
 *
 * Encodings: 0 zigzag varints of the differences from the number before, 1 zigzag varints, 2 raw float64.
 */

import { ByteReader, ByteWriter, putVarint, readVarints, unzigzag } from './bytes.ts'
import { CinescopeError } from './errors.ts'
import type { Rollup, RollupFigures } from './rollup.ts'
import { MAX_SEGMENT_ROWS, type Rows } from './rows.ts'
import { type Column, decodeSegment, encodeSegment } from './segment.ts'
import { MAX_BIN } from './sketch.ts'

const MAGIC = 0x31555243
const ENCODING = { delta: 0, zigzag: 1, raw: 2 } as const
const WHOLE_LIMIT = 2 ** 51

/** Columns of `Rollup.rest`. */
const REST: ReadonlySet<Column> = new Set<Column>(['time', 'duration', 'word', 'site', 'root', 'number'])

/** The bytes of a roll-up. */
export function encodeRollup(rollup: Rollup, thread: number): Uint8Array {
  const writer = new ByteWriter(16_384)
  writer.u32(MAGIC)
  writer.f64(rollup.timeLow)
  writer.f64(rollup.timeHigh)
  writer.u8(rollup.hasUnsettled ? 1 : 0)
  const { cells, films } = rollup
  putColumn(writer, films.site, ENCODING.delta)
  putColumn(writer, films.status, ENCODING.zigzag)
  putColumn(writer, cells.word, ENCODING.zigzag)
  putColumn(writer, cells.site, ENCODING.delta)
  putColumn(writer, cells.film, ENCODING.delta)
  putColumn(writer, cells.count, ENCODING.zigzag)
  putColumn(
    writer,
    less(cells.first, () => rollup.timeLow),
    ENCODING.zigzag,
  )
  putColumn(
    writer,
    less(cells.last, (cell) => cells.first[cell]!),
    ENCODING.zigzag,
  )
  putFigures(writer, cells.duration)
  putFigures(writer, cells.number)
  writer.bytes(encodeSegment(new ByteWriter(4096), thread, rollup.rest))
  return writer.take()
}

/** @throws CSC_ERR_CORRUPT, CSC_ERR_LIMIT */
export function decodeRollup(bytes: Uint8Array): Rollup {
  const reader = new ByteReader(bytes)
  if (reader.u32() !== MAGIC) throw corrupt('is none')
  const timeLow = reader.f64()
  const timeHigh = reader.f64()
  const hasUnsettled = reader.u8() === 1
  const films = { site: column(reader), status: column(reader) }
  const word = column(reader)
  const { length } = word
  const site = column(reader, length)
  const film = column(reader, length)
  const count = column(reader, length)
  const first = less(column(reader, length), () => -timeLow)
  const last = less(column(reader, length), (cell) => -first[cell]!)
  const duration = figures(reader, length)
  const number = figures(reader, length)
  if (films.status.length !== films.site.length || film.some((index) => films.site[index] === undefined))
    throw corrupt('names a film that it has not')
  if (!(timeLow > -Infinity && timeHigh < Infinity)) throw corrupt('has no times')
  const cells = { length, word, site, film, count, first, last, duration, number }
  const rest: Rows = decodeSegment(reader.bytes(reader.remaining), REST).rows
  return { timeLow, timeHigh, films, hasUnsettled, cells, rest }
}

/** What was measured once is its own sum and bounds. */
function putFigures(writer: ByteWriter, figures: RollupFigures): void {
  const { measured } = figures
  putColumn(writer, measured, ENCODING.zigzag)
  putColumn(writer, where(figures.sum, measured, 1), ENCODING.zigzag)
  putColumn(writer, where(figures.min, measured, 2), ENCODING.zigzag)
  putColumn(writer, where(figures.max, measured, 2), ENCODING.zigzag)
  putColumn(writer, figures.ends, ENCODING.delta)
  putColumn(writer, figures.bins, ENCODING.delta)
  putColumn(writer, figures.counts, ENCODING.zigzag)
}

function less(values: Float64Array, by: (cell: number) => number): Float64Array {
  const rest = new Float64Array(values.length)
  for (let cell = 0; cell < values.length; cell++) rest[cell] = values[cell]! - by(cell)
  return rest
}

/** The values of cells in which so many were measured at least. */
function where(values: Float64Array, measured: Float64Array, least: number): Float64Array {
  const kept = new Float64Array(values.length)
  let length = 0
  for (let cell = 0; cell < values.length; cell++) if (measured[cell]! >= least) kept[length++] = values[cell]!
  return kept.subarray(0, length)
}

function figures(reader: ByteReader, length: number): RollupFigures {
  const measured = column(reader, length)
  const sums = column(reader)
  const mins = column(reader)
  const maxs = column(reader)
  const ends = column(reader, length)
  const bins = column(reader)
  const counts = column(reader, bins.length)
  const sum = new Float64Array(length)
  const min = new Float64Array(length)
  const max = new Float64Array(length)
  let several = 0
  let any = 0
  for (let cell = 0; cell < length; cell++) {
    if (measured[cell] === 0) continue
    // what lies beyond the columns is undefined, which a float64 holds as no number and is refused below
    sum[cell] = sums[any++]!
    const isOne = measured[cell] === 1
    min[cell] = isOne ? sum[cell]! : mins[several]!
    max[cell] = isOne ? sum[cell]! : maxs[several++]!
  }
  if (any !== sums.length || several !== mins.length || several !== maxs.length) throw corrupt('lacks figures')
  if (!isAscending(ends, bins.length)) throw corrupt('has bins of no cell')
  if (!areCounted(bins, counts)) throw corrupt('counts in a bin that there is not')
  return { measured, sum, min, max, ends, bins, counts }
}

function areCounted(bins: Float64Array, counts: Float64Array): boolean {
  for (let i = 0; i < bins.length; i++) {
    const bin = bins[i]!
    if (Math.floor(bin) !== bin || bin < 0 || bin > MAX_BIN || !(counts[i]! > 0)) return false
  }
  return true
}

function isAscending(ends: Float64Array, last: number): boolean {
  let before = 0
  for (const end of ends) {
    if (!(end >= before)) return false
    before = end
  }
  return before === last
}

function putColumn(writer: ByteWriter, values: Float64Array, preferred: number): void {
  const encoding = areWhole(values) ? preferred : ENCODING.raw
  writer.u32(values.length)
  writer.u8(encoding)
  const head = writer.length
  writer.u32(0)
  if (encoding === ENCODING.raw) for (const value of values) writer.f64(value)
  else putZigzags(writer, values, encoding === ENCODING.delta)
  writer.patchU32(head, writer.length - head - 4)
}

function putZigzags(writer: ByteWriter, values: Float64Array, areDeltas: boolean): void {
  const into = writer.reserve(values.length * 8)
  let at = writer.length
  let last = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]! - last
    if (areDeltas) last = values[i]!
    at = putVarint(into, at, value < 0 ? -2 * value - 1 : 2 * value)
  }
  writer.advance(at)
}

function areWhole(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (Math.floor(value) !== value || value >= WHOLE_LIMIT || value <= -WHOLE_LIMIT) return false
  }
  return true
}

/** A column of `length` numbers, or of as many as it has. */
function column(reader: ByteReader, length?: number): Float64Array {
  const count = reader.u32()
  const encoding = reader.u8()
  const data = reader.bytes(reader.u32())
  if (count > 2 * MAX_SEGMENT_ROWS || count > data.length)
    throw new CinescopeError('CSC_ERR_LIMIT', 'a roll-up claims too much')
  if (length !== undefined && count !== length) throw corrupt('has columns of different lengths')
  const values = new Float64Array(count)
  if (encoding === ENCODING.raw) {
    const raw = new ByteReader(data)
    for (let i = 0; i < count; i++) values[i] = raw.f64()
    if (!values.every((value) => Number.isFinite(value))) throw corrupt('holds no number')
    return values
  }
  if (encoding !== ENCODING.delta && encoding !== ENCODING.zigzag) throw corrupt('has a column of unknown encoding')
  readVarints(data, values, count)
  unzigzag(values, count)
  if (encoding === ENCODING.delta) for (let i = 1; i < count; i++) values[i] = values[i]! + values[i - 1]!
  return values
}

function corrupt(why: string): CinescopeError {
  return new CinescopeError('CSC_ERR_CORRUPT', `the roll-up of a segment ${why}`)
}
