/**
 * Codec of roll-ups, uncompressed; compression and checksums are the store's.
 *
 * | bytes | meaning |
 * |---|---|
 * | 4 | magic "CRU1" |
 * | 8, 8 | timeLow, timeHigh |
 * | 1 | hasUnsettled |
 * | ... | the columns of films and cells, as in number-columns.ts |
 * | ... | `rest` as a segment |
 */

import { ByteReader, ByteWriter } from './bytes.ts'
import { CinescopeError } from './errors.ts'
import { areEnds, column, ENCODING, putColumn } from './number-columns.ts'
import type { Rollup, RollupFigures } from './rollup.ts'
import type { Rows } from './rows.ts'
import { type Column, decodeSegment, encodeSegment } from './segment.ts'
import { MAX_BIN } from './sketch.ts'

const MAGIC = 0x31555243

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
  if (!areEnds(ends, bins.length)) throw corrupt('has bins of no cell')
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

function corrupt(why: string): CinescopeError {
  return new CinescopeError('CSC_ERR_CORRUPT', `the roll-up of a segment ${why}`)
}
