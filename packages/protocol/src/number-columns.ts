/**
 * Columns of numbers in the blocks that stand beside a segment.
 *
 * | bytes | meaning |
 * |---|---|
 * | 4 | how many numbers |
 * | 1 | encoding: 0 zigzag varints of the differences from the number before, 1 zigzag varints, 2 raw float64 |
 * | 4 | length of their bytes |
 * | ... | the bytes |
 */

import { ByteReader, type ByteWriter, putVarint, readDeltas, readZigzags } from './bytes.ts'
import { CinescopeError } from './errors.ts'
import { MAX_SEGMENT_ROWS } from './rows.ts'

/** How whole numbers are encoded; others are raw. */
export const ENCODING = { delta: 0, zigzag: 1, raw: 2 } as const

const WHOLE_LIMIT = 2 ** 51

/** Appends numbers; `preferred` is for whole ones. */
export function putColumn(writer: ByteWriter, values: Float64Array, preferred: number): void {
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

/** A column of `length` numbers, or of as many as it has. @throws CSC_ERR_CORRUPT, CSC_ERR_LIMIT */
export function column(reader: ByteReader, length?: number): Float64Array {
  const count = reader.u32()
  const encoding = reader.u8()
  const data = reader.bytes(reader.u32())
  if (count > 2 * MAX_SEGMENT_ROWS || count > data.length)
    throw new CinescopeError('CSC_ERR_LIMIT', 'a column of numbers claims too much')
  if (length !== undefined && count !== length) throw corrupt('has columns of different lengths')
  const values = new Float64Array(count)
  if (encoding === ENCODING.raw) {
    const raw = new ByteReader(data)
    for (let i = 0; i < count; i++) values[i] = raw.f64()
    if (!values.every((value) => Number.isFinite(value))) throw corrupt('holds no number')
    return values
  }
  if (encoding !== ENCODING.delta && encoding !== ENCODING.zigzag) throw corrupt('has a column of unknown encoding')
  if (encoding === ENCODING.delta) readDeltas(data, values, count)
  else readZigzags(data, values, count)
  return values
}

/** True for places where the lists of one thing after another end, the last of them at `last`. */
export function areEnds(ends: Float64Array, last: number): boolean {
  let before = 0
  for (const end of ends) {
    if (!(end >= before)) return false
    before = end
  }
  return before === last
}

function corrupt(why: string): CinescopeError {
  return new CinescopeError('CSC_ERR_CORRUPT', `a block beside a segment ${why}`)
}
