/** Texts as they stand in stored values, and where a page of values has them. */

import { gramsMayHold, type Rows, valueBytes } from '@cinescope/protocol'

/** One text in each of the encodings that a string is stored in; it stands in the bytes in one of these, or not at all. */
export type Needle = readonly Buffer[]

/** The needle of a text of one character or more. */
export function needleOf(text: string): Needle {
  const wide = Buffer.from(text, 'utf16le')
  // eslint-disable-next-line no-control-regex
  return /^[\u0000-\u00ff]*$/.test(text) ? [Buffer.from(text, 'latin1'), wide] : [wide]
}

/** False only if a page lacks one of the needles, by its filter. */
export function pageMayHold(filter: Uint8Array, needles: readonly Needle[]): boolean {
  return needles.every((needle) => needle.some((encoded) => gramsMayHold(filter, encoded)))
}

/** True if the page has every needle somewhere. */
export function pageHolds(page: Uint8Array, needles: readonly Needle[]): boolean {
  const bytes = bufferOf(page)
  return needles.every((needle) => needle.some((encoded) => bytes.includes(encoded)))
}

/** Marks rows of a page, which begins at `firstRow`, whose values have every needle: each in one place, inside the row's bytes. */
export function markRows(
  page: Uint8Array,
  rows: Rows,
  firstRow: number,
  needles: readonly Needle[],
  marks: Uint8Array,
): void {
  const bytes = bufferOf(page)
  const tracks = needles.map((needle) => needle.map((encoded) => new Track(bytes, encoded)))
  let at = 0
  for (let row = firstRow; row < rows.length && at < page.length; row++) {
    const end = at + valueBytes(rows.valueIn[row]!) + valueBytes(rows.valueOut[row]!)
    if (tracks.every((track) => track.some((each) => each.isWithin(at, end)))) marks[row] = 1
    at = end
  }
}

/** The places of one sequence of bytes, asked for from left to right. */
class Track {
  readonly #bytes: Buffer
  readonly #wanted: Uint8Array
  #next: number

  constructor(bytes: Buffer, wanted: Uint8Array) {
    this.#bytes = bytes
    this.#wanted = wanted
    this.#next = this.#find(0)
  }

  isWithin(from: number, to: number): boolean {
    if (this.#next < from) this.#next = this.#find(from)
    return this.#next + this.#wanted.length <= to
  }

  #find(from: number): number {
    const found = this.#bytes.indexOf(this.#wanted, from)
    return found < 0 ? Infinity : found
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
