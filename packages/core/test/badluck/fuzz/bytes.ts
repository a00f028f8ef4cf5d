/** Damage that knows nothing of what the bytes mean, or no more than SQLite's pages. */

import { intBelow, pick, type Random } from './random.ts'

const PAGE = 4096
/** Numbers that stand at the borders of what fits somewhere. */
const BORDERS = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff]

/** Changes bytes, in place or by giving others; `others` are those of another recording. */
export type ByteChange = (bytes: Buffer, random: Random, others: Uint8Array) => Uint8Array

/** By name. */
export const BYTE_CHANGES: Readonly<Record<string, ByteChange>> = {
  bits: (bytes, random) => flipBits(bytes, random),
  noise(bytes, random) {
    const from = intBelow(random, bytes.length)
    const to = Math.min(bytes.length, from + 1 + intBelow(random, 200))
    for (let i = from; i < to; i++) bytes[i] = intBelow(random, 256)
    return bytes
  },
  truncated: (bytes, random) => bytes.subarray(0, intBelow(random, bytes.length + 1)),
  longer: (bytes, random) => Buffer.concat([bytes, Buffer.alloc(intBelow(random, 3 * PAGE), intBelow(random, 256))]),
  removed(bytes, random) {
    const from = intBelow(random, bytes.length)
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + intBelow(random, 64))])
  },
  number(bytes, random) {
    if (bytes.length < 4) return bytes
    const at = intBelow(random, bytes.length - 3)
    if (random() < 0.5) bytes.writeUInt32BE(pick(random, BORDERS), at)
    else bytes.writeUInt16BE(pick(random, BORDERS) & 0xffff, at)
    return bytes
  },
}

/** The same for SQLite's pages. */
export const PAGE_CHANGES: Readonly<Record<string, ByteChange>> = {
  'pages swapped'(bytes, random) {
    const [a, b] = [pageOf(bytes, random), pageOf(bytes, random)]
    const kept = Buffer.from(a)
    b.copy(a)
    kept.copy(b)
    return bytes
  },
  'page of another recording'(bytes, random, others) {
    pageOf(Buffer.from(others), random).copy(pageOf(bytes, random))
    return bytes
  },
  'page emptied'(bytes, random) {
    pageOf(bytes, random).fill(random() < 0.5 ? 0 : 255)
    return bytes
  },
  'file header'(bytes, random) {
    if (bytes.length < 100) return bytes
    bytes[16 + intBelow(random, 84)] = intBelow(random, 256)
    return bytes
  },
  'page header'(bytes, random) {
    const page = pageOf(bytes, random)
    const at = intBelow(random, 12)
    if (at < page.length) page[at] = intBelow(random, 256)
    return bytes
  },
  'cell places'(bytes, random) {
    const page = pageOf(bytes, random)
    const at = 8 + 2 * intBelow(random, 40)
    if (at + 2 <= page.length) page.writeUInt16BE(intBelow(random, PAGE), at)
    return bytes
  },
  'page numbers'(bytes, random) {
    const page = pageOf(bytes, random)
    const at = intBelow(random, Math.max(1, page.length >> 2)) * 4
    if (at + 4 <= page.length) page.writeUInt32BE(intBelow(random, 2 + bytes.length / PAGE), at)
    return bytes
  },
}

/** Some single bits. */
export function flipBits(bytes: Buffer, random: Random, most = 8): Buffer {
  const flips = 1 + intBelow(random, most)
  for (let i = 0; i < flips && bytes.length > 0; i++) {
    const at = intBelow(random, bytes.length)
    bytes[at] = bytes[at]! ^ (1 << intBelow(random, 8))
  }
  return bytes
}

function pageOf(bytes: Buffer, random: Random): Buffer {
  const page = intBelow(random, Math.max(1, Math.floor(bytes.length / PAGE)))
  return bytes.subarray(page * PAGE, (page + 1) * PAGE)
}
