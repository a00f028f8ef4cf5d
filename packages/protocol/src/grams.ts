/**
 * Index of the texts in value pages: for each page a filter of the runs of four bytes at its even places, so that a search
 * reads only pages that have every second run of what it looks for, from its first byte on or from its second. Signature files, Faloutsos and Christodoulakis 1984; folded, as Bloom filters are.
 *
 * | bytes | meaning |
 * |---|---|
 * | 4 | pages |
 * | per page: 1 | 0 = no filter, or n for a filter of 2^n bytes |
 * | ... | the filters' bytes, in that order |
 * | 4 | checksum of all before |
 *
 * Bit b of byte i of a filter of n bytes stands for all runs whose number of 15 bits is b * 4096 + i, modulo n in its low 12 bits.
 */

import { ByteReader, ByteWriter, checksum32 } from './bytes.ts'
import { CinescopeError } from './errors.ts'

const RUN = 4
/** A filter has 2^15 bits before it is folded: a page of 32 KiB of words and ids sets some 28 % of them. */
const BITS = 15
const LARGEST_BYTES_LOG = 12
const LARGEST_BYTES = 2 ** LARGEST_BYTES_LOG
/** Folded to half its size while no more than this share of its bits is set. */
const SPARSE = 0.25
const SMALLEST_BYTES = 8
/** Beyond this the pages of a segment have no filters. */
const MAX_BYTES = 8_388_608

/** Makes the index of one segment after the other. */
export class GramIndex {
  /** A byte for each bit: setting a bit would have to read it first, which took half as long again. */
  readonly #marks = new Uint8Array(2 ** BITS)
  readonly #marksByFour = new Uint32Array(this.#marks.buffer)
  #filters: Uint8Array[] = []
  #bytes = 0

  /** Adds the filter of the next page. Linear in its bytes. */
  add(page: Uint8Array): void {
    if (this.#bytes > MAX_BYTES) {
      this.#filters.push(new Uint8Array(0))
      return
    }
    const marks = this.#marks
    marks.fill(0)
    // what is before the page reads as zeros, which costs a bit and no answer
    let run = 0
    for (let i = 0; i + 1 < page.length; i += 2) {
      // both are within the page, and the bit is below 2^15
      run = (run << 16) | (page[i]! << 8) | page[i + 1]!
      marks[bitOf(run)] = 1
    }
    const filter = folded(this.#marksByFour)
    this.#filters.push(filter)
    this.#bytes += filter.length
  }

  /** The index of the pages added, in their order; undefined if there are none. */
  take(): Uint8Array | undefined {
    const filters = this.#filters
    if (filters.length === 0) return undefined
    this.#filters = []
    this.#bytes = 0
    const writer = new ByteWriter(1024)
    writer.u32(filters.length)
    for (const { length } of filters) writer.u8(length === 0 ? 0 : Math.log2(length))
    for (const filter of filters) writer.bytes(filter)
    writer.u32(checksum32(writer.written()))
    return writer.take()
  }
}

/** The filters of an index by page; empty where a page has none. @throws CSC_ERR_CORRUPT, CSC_ERR_LIMIT */
export function gramFilters(bytes: Uint8Array): readonly Uint8Array[] {
  if (bytes.length < 8) throw corrupt('is too short')
  const body = bytes.subarray(0, bytes.length - 4)
  if (new ByteReader(bytes.subarray(bytes.length - 4)).u32() !== checksum32(body)) throw corrupt('fails its checksum')
  const reader = new ByteReader(body)
  const pages = reader.u32()
  const sizes = reader.bytes(pages)
  const filters: Uint8Array[] = []
  for (const size of sizes) {
    if (size > LARGEST_BYTES_LOG) throw corrupt('has a filter of a size that there is not')
    filters.push(size === 0 ? new Uint8Array(0) : reader.bytes(2 ** size))
  }
  return filters
}

/** False only if the page that the filter was made of lacks these bytes. Fewer than five may be anywhere. */
export function gramsMayHold(filter: Uint8Array, wanted: Uint8Array): boolean {
  return filter.length === 0 || holdsFrom(filter, wanted, 0) || holdsFrom(filter, wanted, 1)
}

/** Every second run, from a byte on. */
function holdsFrom(filter: Uint8Array, wanted: Uint8Array, from: number): boolean {
  const mask = filter.length - 1
  for (let i = from; i + RUN <= wanted.length; i += 2) {
    const run = (wanted[i]! << 24) | (wanted[i + 1]! << 16) | (wanted[i + 2]! << 8) | wanted[i + 3]!
    const bit = bitOf(run)
    // the mask keeps it within the filter, whose length is a power of two
    if ((filter[bit & mask]! & (1 << (bit >>> LARGEST_BYTES_LOG))) === 0) return false
  }
  return true
}

function bitOf(run: number): number {
  return Math.imul(run ^ (run >>> 15), 0x9e3779b1) >>> (32 - BITS)
}

/** The smallest filter that is not too dense. Four bytes at a time; none reaches into its neighbour, so their order does not matter. */
function folded(marks: Uint32Array): Uint8Array {
  const filter = new Uint32Array(LARGEST_BYTES / 4)
  const step = filter.length
  for (let i = 0; i < step; i++) {
    // eight times four marks, each 0 or 1
    filter[i] =
      marks[i]! |
      (marks[i + step]! << 1) |
      (marks[i + 2 * step]! << 2) |
      (marks[i + 3 * step]! << 3) |
      (marks[i + 4 * step]! << 4) |
      (marks[i + 5 * step]! << 5) |
      (marks[i + 6 * step]! << 6) |
      (marks[i + 7 * step]! << 7)
  }
  let { length } = filter
  while (length > SMALLEST_BYTES / 4 && onesIn(filter, length) <= SPARSE * length * 32) {
    length /= 2
    for (let i = 0; i < length; i++) filter[i] = filter[i]! | filter[i + length]!
  }
  return new Uint8Array(filter.buffer.slice(0, length * 4))
}

function onesIn(filter: Uint32Array, length: number): number {
  let ones = 0
  for (let i = 0; i < length; i++) {
    let bits = filter[i]!
    bits -= (bits >>> 1) & 0x5555_5555
    bits = (bits & 0x3333_3333) + ((bits >>> 2) & 0x3333_3333)
    ones += Math.imul((bits + (bits >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24
  }
  return ones
}

function corrupt(why: string): CinescopeError {
  return new CinescopeError('CSC_ERR_CORRUPT', `the text index of a segment ${why}`)
}
