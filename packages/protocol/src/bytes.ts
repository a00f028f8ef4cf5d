/** Growing byte writer, bounds-checked byte reader, and the checksum of stored blocks. */

import { CinescopeError } from './errors.ts'

/** Appends numbers to a buffer that doubles as it fills. `take` hands out a copy and rewinds. */
export class ByteWriter {
  #bytes: Uint8Array
  #view: DataView
  #length = 0

  constructor(capacity = 65_536) {
    this.#bytes = new Uint8Array(capacity)
    this.#view = new DataView(this.#bytes.buffer)
  }

  get length(): number {
    return this.#length
  }

  /** Makes room for `count` more bytes and gives the buffer; write from `length` on, then `advance`. */
  reserve(count: number): Uint8Array {
    if (this.#length + count > this.#bytes.length) this.#grow(this.#length + count)
    return this.#bytes
  }

  advance(end: number): void {
    this.#length = end
  }

  u8(value: number): void {
    this.reserve(1)[this.#length++] = value
  }

  u32(value: number): void {
    this.reserve(4)
    this.#view.setUint32(this.#length, value, true)
    this.#length += 4
  }

  f64(value: number): void {
    this.reserve(8)
    this.#view.setFloat64(this.#length, value, true)
    this.#length += 8
  }

  /** Unsigned LEB128 of an integer below 2^53. */
  varint(value: number): void {
    this.#length = putVarint(this.reserve(8), this.#length, value)
  }

  /** Varint of a signed integer above -2^52 and below 2^52. */
  zigzag(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value)
  }

  bytes(source: Uint8Array): void {
    this.reserve(source.length).set(source, this.#length)
    this.#length += source.length
  }

  patchU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true)
  }

  /** The bytes written so far, valid until the next write. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  /** A copy of the bytes written so far; the writer starts over. */
  take(): Uint8Array {
    const copy = this.#bytes.slice(0, this.#length)
    this.#length = 0
    return copy
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }
}

/** Reads what `ByteWriter` wrote; every read is checked. @throws CSC_ERR_CORRUPT */
export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get position(): number {
    return this.#at
  }

  get remaining(): number {
    return this.#bytes.length - this.#at
  }

  u8(): number {
    this.#need(1)
    // #need has checked the index
    return this.#bytes[this.#at++]!
  }

  u32(): number {
    this.#need(4)
    this.#at += 4
    return this.#view.getUint32(this.#at - 4, true)
  }

  f64(): number {
    this.#need(8)
    this.#at += 8
    return this.#view.getFloat64(this.#at - 8, true)
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (let i = 0; i < 8; i++) {
      const byte = this.u8()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 128
    }
    throw new CinescopeError('CSC_ERR_CORRUPT', 'a stored number is too long')
  }

  zigzag(): number {
    const value = this.varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  /** A view of the next `length` bytes. */
  bytes(length: number): Uint8Array {
    this.#need(length)
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  #need(count: number): void {
    if (count < 0 || this.#at + count > this.#bytes.length) {
      throw new CinescopeError('CSC_ERR_CORRUPT', 'a stored block ends too early')
    }
  }
}

/** Writes an unsigned LEB128 varint at `at`, at most 8 bytes; returns the end. */
export function putVarint(into: Uint8Array, at: number, value: number): number {
  let rest = value
  while (rest >= 0x80000000) {
    into[at++] = (rest & 0x7f) | 0x80
    rest = Math.floor(rest / 128)
  }
  while (rest >= 0x80) {
    into[at++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  into[at++] = rest
  return at
}

/** Reads `count` varints, which must be all there is. @throws CSC_ERR_CORRUPT */
export function readVarints(data: Uint8Array, into: Float64Array | Uint32Array, count: number): void {
  let at = 0
  for (let i = 0; i < count; i++) {
    // reads past the end give undefined, which is not less than 0x80, ends the loop, and is refused below
    let byte = data[at++]!
    let value = byte & 0x7f
    // most numbers are of one byte or two, and so many bits need no floating point
    if (byte < 0x80) {
      into[i] = value
      continue
    }
    byte = data[at++]!
    value |= (byte & 0x7f) << 7
    for (let scale = 2 ** 14; byte >= 0x80 && scale < 2 ** 56; scale *= 128) {
      byte = data[at++]!
      value += (byte & 0x7f) * scale
    }
    into[i] = value
  }
  if (at !== data.length) throw new CinescopeError('CSC_ERR_CORRUPT', 'a column has the wrong length')
}

/** Reads `count` zigzag varints, which must be all there is. @throws CSC_ERR_CORRUPT */
export function readZigzags(data: Uint8Array, into: Float64Array | Uint32Array, count: number): void {
  readVarints(data, into, count)
  for (let i = 0; i < count; i++) into[i] = unzigzagged(into[i]!)
}

/** Reads `count` numbers, each a zigzag varint away from the one before, the first from 0; they must be all there is. @throws CSC_ERR_CORRUPT */
export function readDeltas(data: Uint8Array, into: Float64Array | Uint32Array, count: number): void {
  readVarints(data, into, count)
  let last = 0
  for (let i = 0; i < count; i++) {
    last += unzigzagged(into[i]!)
    into[i] = last
  }
}

function unzigzagged(value: number): number {
  // most are small, and so many bits need no floating point
  if (value <= 0x7fffffff) return (value >>> 1) ^ -(value & 1)
  // not by the remainder, which is a call for floating-point numbers
  const half = Math.floor(value / 2)
  return half * 2 === value ? half : -half - 1
}

/** 32-bit checksum of a block: four interleaved multiply-rotate lanes over 16-byte stripes, finalized as in xxHash32. */
export function checksum32(bytes: Uint8Array): number {
  let a = 0x9e3779b1
  let b = 0x85ebca77
  let c = 0xc2b2ae3d
  let d = 0x27d4eb2f
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const stripes = bytes.length - (bytes.length % 16)
  for (let i = 0; i < stripes; i += 16) {
    a = lane(a, view.getUint32(i, true))
    b = lane(b, view.getUint32(i + 4, true))
    c = lane(c, view.getUint32(i + 8, true))
    d = lane(d, view.getUint32(i + 12, true))
  }
  // i stays below length
  for (let i = stripes; i < bytes.length; i++) a = lane(a, bytes[i]!)
  let h = (a ^ (b << 7) ^ (c << 12) ^ (d << 18) ^ bytes.length) >>> 0
  h = Math.imul(h ^ (h >>> 15) ^ b, 0x85ebca77)
  h = Math.imul(h ^ (h >>> 13) ^ c, 0xc2b2ae3d)
  return (h ^ (h >>> 16) ^ d) >>> 0
}

function lane(state: number, word: number): number {
  const sum = (state + Math.imul(word, 0x85ebca77)) | 0
  return Math.imul((sum << 13) | (sum >>> 19), 0x9e3779b1)
}
