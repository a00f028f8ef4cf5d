/**
 * Codec of a segment's columns: rows to bytes and back, uncompressed; compression is the store's.
 *
 * | bytes | meaning |
 * |---|---|
 * | 4 | magic "CSG1" |
 * | 4 | rows |
 * | 4 | thread |
 * | 1 | columns |
 * | per column: 1, 1, 4 | column id, encoding, length of its bytes |
 * | ... | the columns' bytes, in that order |
 * | 4 | checksum of all before |
 *
 * Encodings: 0 constant (one varint), 1 varints, 2 zigzag deltas to the row before, 3 varint distances back from the row's seq
 * (0 = none, 1 = itself), 4 zigzag varints, 5 raw float64. Unknown columns are skipped, so that columns can be added.
 */

import { ByteReader, type ByteWriter, checksum32, putVarint, readDeltas, readVarints, readZigzags } from './bytes.ts'
import { CinescopeError } from './errors.ts'
import { MAX_SEGMENT_ROWS, type Rows } from './rows.ts'

/** A decoded segment. */
export interface Segment {
  readonly thread: number
  readonly rows: Rows
}

/** Names of columns. */
export type Column = Exclude<keyof Rows, 'length'>

const MAGIC = 0x31475343
const ENCODING = { constant: 0, varint: 1, delta: 2, distance: 3, zigzag: 4, raw: 5 } as const
const COLUMNS: readonly (readonly [id: number, name: Column, encoding: number])[] = [
  [1, 'seq', ENCODING.delta],
  [2, 'time', ENCODING.delta],
  [3, 'duration', ENCODING.zigzag],
  [4, 'word', ENCODING.varint],
  [5, 'site', ENCODING.varint],
  [6, 'parent', ENCODING.distance],
  [7, 'root', ENCODING.distance],
  [8, 'cause', ENCODING.distance],
  [9, 'subject', ENCODING.varint],
  [10, 'number', ENCODING.zigzag],
  [11, 'valueIn', ENCODING.varint],
  [12, 'valueOut', ENCODING.varint],
]

/** Encodes rows [from, to) through `writer`, which it rewinds first. The bytes are valid until the writer's next use. */
export function encodeSegment(
  writer: ByteWriter,
  thread: number,
  rows: Rows,
  from = 0,
  to: number = rows.length,
): Uint8Array {
  writer.advance(0)
  writer.u32(MAGIC)
  writer.u32(to - from)
  writer.u32(thread)
  writer.u8(COLUMNS.length)
  const directory = writer.length
  for (let i = 0; i < COLUMNS.length * 6; i++) writer.u8(0)
  let entry = directory
  for (const [id, name, preferred] of COLUMNS) {
    const start = writer.length
    const encoding = encodeColumn(writer, rows[name], preferred, { seq: rows.seq, from, to })
    const bytes = writer.reserve(0)
    bytes[entry] = id
    bytes[entry + 1] = encoding
    writer.patchU32(entry + 2, writer.length - start)
    entry += 6
  }
  writer.u32(checksum32(writer.written()))
  return writer.written()
}

/**
 * Decodes the columns asked for (all by default); columns not asked for are zero. `seq` is always decoded. The rows are for
 * reading: columns of zeros, and durations of points, are shared.
 * @throws CSC_ERR_CORRUPT, CSC_ERR_LIMIT
 */
export function decodeSegment(bytes: Uint8Array, wanted?: ReadonlySet<Column>): Segment {
  const reader = new ByteReader(verified(bytes))
  if (reader.u32() !== MAGIC) throw new CinescopeError('CSC_ERR_CORRUPT', 'not a segment')
  const count = reader.u32()
  if (count > MAX_SEGMENT_ROWS) throw new CinescopeError('CSC_ERR_LIMIT', `a segment claims ${count} rows`)
  const thread = reader.u32()
  const directory = Array.from({ length: reader.u8() }, () => ({
    id: reader.u8(),
    encoding: reader.u8(),
    size: reader.u32(),
  }))
  const rows = zeroRows(count)
  for (const { id, encoding, size } of directory) {
    const data = reader.bytes(size)
    const name = COLUMNS.find(([known]) => known === id)?.[1]
    if (name === undefined || (name !== 'seq' && wanted !== undefined && !wanted.has(name))) continue
    if (encoding === ENCODING.constant && size === 1 && data[0] === 0) continue
    if (name === 'duration' && encoding === ENCODING.zigzag && isOfPoints(data, count)) {
      Object.assign(rows, { duration: POINTS.subarray(0, count) })
      continue
    }
    const column = ownColumn(rows[name])
    decodeColumn(data, column, encoding, rows)
    if (name !== 'number') checkWhole(column, count)
    Object.assign(rows, { [name]: column })
  }
  return { thread, rows }
}

/** Bytes of decoded rows that are theirs alone. */
export function bytesOfRows(rows: Rows): number {
  return COLUMNS.reduce((sum, [, name]) => (isShared(rows[name]) ? sum : sum + rows[name].byteLength), 0)
}

const NO_NUMBERS = new Float64Array(MAX_SEGMENT_ROWS)
const NO_WORDS = new Uint32Array(NO_NUMBERS.buffer)
/** Durations of nothing but points. */
const POINTS = new Float64Array(MAX_SEGMENT_ROWS).fill(-1)

/** Most segments have columns of nothing but zeros, which need no memory of their own. */
function zeroRows(count: number): Rows {
  const numbers = NO_NUMBERS.subarray(0, count)
  const words = NO_WORDS.subarray(0, count)
  return {
    length: count,
    seq: numbers,
    time: numbers,
    duration: numbers,
    word: words,
    site: words,
    parent: numbers,
    root: numbers,
    cause: numbers,
    subject: words,
    number: numbers,
    valueIn: words,
    valueOut: words,
  }
}

/** One to write to: the same again where a directory names a column twice. */
function ownColumn(column: Values): Values {
  if (!isShared(column)) return column
  return column instanceof Float64Array ? new Float64Array(column.length) : new Uint32Array(column.length)
}

function isShared(column: Values): boolean {
  return column.buffer === NO_NUMBERS.buffer || column.buffer === POINTS.buffer
}

/** True for -1 and nothing else, a byte each. */
function isOfPoints(data: Uint8Array, count: number): boolean {
  if (data.length !== count) return false
  for (let i = 0; i < count; i++) if (data[i] !== 1) return false
  return true
}

interface Span {
  readonly seq: Float64Array
  readonly from: number
  readonly to: number
}

type Values = Float64Array | Uint32Array

function encodeColumn(writer: ByteWriter, values: Values, preferred: number, span: Span): number {
  const { from, to } = span
  if (preferred !== ENCODING.delta && isConstant(values, from, to)) {
    const value = from < to ? values[from]! : 0
    const isPlain = Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0)
    if (isPlain && (value === 0 || preferred !== ENCODING.distance)) {
      writer.varint(value)
      return ENCODING.constant
    }
  }
  if (preferred === ENCODING.zigzag && !isIntegral(values, from, to)) return encodeRaw(writer, values, from, to)
  const into = writer.reserve((to - from) * 8)
  let at = writer.length
  if (preferred === ENCODING.varint) at = putVarints(into, at, values, span)
  else if (preferred === ENCODING.delta) at = putDeltas(into, at, values, span)
  else if (preferred === ENCODING.distance) at = putDistances(into, at, values, span)
  else at = putZigzags(into, at, values, span)
  writer.advance(at)
  return preferred
}

// In the loops below i runs within [from, to), which the caller keeps within the columns' length.

function putVarints(into: Uint8Array, at: number, values: Values, { from, to }: Span): number {
  for (let i = from; i < to; i++) at = putVarint(into, at, values[i]!)
  return at
}

function putDeltas(into: Uint8Array, at: number, values: Values, { from, to }: Span): number {
  let last = 0
  for (let i = from; i < to; i++) {
    const delta = values[i]! - last
    last = values[i]!
    at = putVarint(into, at, delta < 0 ? -2 * delta - 1 : 2 * delta)
  }
  return at
}

function putDistances(into: Uint8Array, at: number, values: Values, { seq, from, to }: Span): number {
  for (let i = from; i < to; i++) at = putVarint(into, at, values[i] === 0 ? 0 : seq[i]! - values[i]! + 1)
  return at
}

function putZigzags(into: Uint8Array, at: number, values: Values, { from, to }: Span): number {
  for (let i = from; i < to; i++) {
    const value = values[i]!
    at = putVarint(into, at, value < 0 ? -2 * value - 1 : 2 * value)
  }
  return at
}

function encodeRaw(writer: ByteWriter, values: Values, from: number, to: number): number {
  for (let i = from; i < to; i++) writer.f64(values[i]!)
  return ENCODING.raw
}

function isConstant(values: Values, from: number, to: number): boolean {
  for (let i = from + 1; i < to; i++) if (!Object.is(values[i], values[from])) return false
  return true
}

function isIntegral(values: Values, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const value = values[i]!
    if (Math.floor(value) !== value || value > 2 ** 51 || value < -(2 ** 51) || Object.is(value, -0)) return false
  }
  return true
}

function decodeColumn(data: Uint8Array, into: Values, encoding: number, rows: Rows): void {
  const reader = new ByteReader(data)
  const count = rows.length
  switch (encoding) {
    case ENCODING.constant:
      into.fill(reader.varint())
      return
    case ENCODING.raw:
      for (let i = 0; i < count; i++) into[i] = reader.f64()
      return
    case ENCODING.varint:
      readVarints(data, into, count)
      return
    case ENCODING.delta:
      readDeltas(data, into, count)
      return
    case ENCODING.zigzag:
      readZigzags(data, into, count)
      return
    case ENCODING.distance:
      readVarints(data, into, count)
      for (let i = 0; i < count; i++) into[i] = into[i] === 0 ? 0 : rows.seq[i]! - into[i]! + 1
      return
    default:
      throw new CinescopeError('CSC_ERR_CORRUPT', `unknown column encoding ${encoding}`)
  }
}

/** All but measured numbers are whole: loops over times and seqs end, and cursors name them. */
function checkWhole(values: Values, count: number): void {
  if (values instanceof Uint32Array) return
  for (let i = 0; i < count; i++) {
    if (!Number.isSafeInteger(values[i]))
      throw new CinescopeError('CSC_ERR_CORRUPT', 'a segment has a number that none can be')
  }
}

function verified(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 17) throw new CinescopeError('CSC_ERR_CORRUPT', 'a segment is too short')
  const body = bytes.subarray(0, bytes.length - 4)
  if (new ByteReader(bytes.subarray(bytes.length - 4)).u32() !== checksum32(body)) {
    throw new CinescopeError('CSC_ERR_CORRUPT', 'a segment fails its checksum')
  }
  return body
}
