/**
 * Index of the texts in value pages: for each page a filter of all runs of four bytes in it, so that a search reads only pages
 * that have every run of what it looks for. Signature files, Faloutsos and Christodoulakis 1984; folded, as Bloom filters are.
 *
 * | bytes | meaning |
 * |---|---|
 * | 4 | pages |
 * | per page: 1 | 0 = no filter, or n for a filter of 2^n bytes |
 * | ... | the filters' bytes, in that order |
 * | 4 | checksum of all before |
 */

import { ByteReader, ByteWriter, checksum32 } from './bytes.ts'
import { CinescopeError } from './errors.ts'

const RUN = 4
/** A filter has 2^15 bits before it is folded: 28 % are set by the 10,000 different runs of a page of 32 KiB. */
const BITS = 15
const WORDS = 2 ** BITS / 32
/** Folded to half its size while no more than this share of its bits is set. */
const SPARSE = 0.25
const SMALLEST_WORDS = 2
const LARGEST_BYTES_LOG = 12
/** Beyond this the pages of a segment have no filters. */
const MAX_BYTES = 8_388_608

/** Makes the index of one segment after the other. */
export class GramIndex {
  readonly #words = new Uint32Array(WORDS)
  #filters: Uint8Array[] = []
  #bytes = 0

  /** Adds the filter of the next page. Linear in its bytes; about 1 ns each. */
  add(page: Uint8Array): void {
    if (this.#bytes > MAX_BYTES) {
      this.#filters.push(new Uint8Array(0))
      return
    }
    const words = this.#words
    words.fill(0)
    let run = 0
    for (let i = 0; i < page.length; i++) {
      run = (run << 8) | page[i]!
      if (i < RUN - 1) continue
      const bit = bitOf(run)
      // bit is below 2^15
      words[bit >>> 5] = words[bit >>> 5]! | (1 << (bit & 31))
    }
    const filter = folded(words)
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

/** False only if the page that the filter was made of lacks these bytes. Fewer than four may be anywhere. */
export function gramsMayHold(filter: Uint8Array, wanted: Uint8Array): boolean {
  if (filter.length === 0) return true
  const mask = filter.length * 8 - 1
  let run = 0
  for (let i = 0; i < wanted.length; i++) {
    run = (run << 8) | wanted[i]!
    if (i < RUN - 1) continue
    const bit = bitOf(run) & mask
    // the mask keeps it within the filter, whose length is a power of two
    if ((filter[bit >>> 3]! & (1 << (bit & 7))) === 0) return false
  }
  return true
}

function bitOf(run: number): number {
  return Math.imul(run ^ (run >>> 15), 0x9e3779b1) >>> (32 - BITS)
}

/** The smallest filter that is not too dense, little-endian whatever the machine. */
function folded(words: Uint32Array): Uint8Array {
  let length = words.length
  while (length > SMALLEST_WORDS && onesIn(words, length) <= SPARSE * length * 32) {
    length /= 2
    for (let i = 0; i < length; i++) words[i] = words[i]! | words[i + length]!
  }
  const filter = new Uint8Array(length * 4)
  const view = new DataView(filter.buffer)
  for (let i = 0; i < length; i++) view.setUint32(i * 4, words[i]!, true)
  return filter
}

function onesIn(words: Uint32Array, length: number): number {
  let ones = 0
  for (let i = 0; i < length; i++) {
    let word = words[i]!
    word -= (word >>> 1) & 0x55555555
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333)
    ones += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
  }
  return ones
}

function corrupt(why: string): CinescopeError {
  return new CinescopeError('CSC_ERR_CORRUPT', `the text index of a segment ${why}`)
}
