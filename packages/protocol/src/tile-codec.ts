/**
 * Codec of tiles, uncompressed; compression and checksums are the store's.
 *
 * | bytes | meaning |
 * |---|---|
 * | 4 | magic "CTI1" |
 * | 1 | bits |
 * | ... | columns word, site, ends, slice, count, longest, as in number-columns.ts |
 */

import { ByteReader, ByteWriter } from './bytes.ts'
import { CinescopeError } from './errors.ts'
import { areEnds, column, ENCODING, putColumn } from './number-columns.ts'
import { MAX_SLICE_BITS, type Tile } from './tile.ts'

const MAGIC = 0x31495443

/** The bytes of a tile. */
export function encodeTile(tile: Tile): Uint8Array {
  const writer = new ByteWriter(8192)
  writer.u32(MAGIC)
  writer.u8(tile.bits)
  putColumn(writer, tile.word, ENCODING.zigzag)
  putColumn(writer, tile.site, ENCODING.delta)
  putColumn(writer, tile.ends, ENCODING.delta)
  putColumn(writer, tile.slice, ENCODING.delta)
  putColumn(writer, tile.count, ENCODING.zigzag)
  putColumn(writer, tile.longest, ENCODING.zigzag)
  return writer.take()
}

/** How long the slices of an encoded tile are. @throws CSC_ERR_CORRUPT */
export function tileBits(bytes: Uint8Array): number {
  return headOf(new ByteReader(bytes))
}

/** @throws CSC_ERR_CORRUPT, CSC_ERR_LIMIT */
export function decodeTile(bytes: Uint8Array): Tile {
  const reader = new ByteReader(bytes)
  const bits = headOf(reader)
  const word = column(reader)
  const site = column(reader, word.length)
  const ends = column(reader, word.length)
  const slice = column(reader)
  const count = column(reader, slice.length)
  const longest = column(reader, slice.length)
  if (!areEnds(ends, slice.length)) throw corrupt('has cells of no lane')
  if (!slice.every(Number.isSafeInteger) || !count.every(isCount)) throw corrupt('counts what cannot be counted')
  return { bits, word, site, ends, slice, count, longest }
}

function headOf(reader: ByteReader): number {
  if (reader.u32() !== MAGIC) throw corrupt('is none')
  const bits = reader.u8()
  if (bits > MAX_SLICE_BITS) throw corrupt('has slices that are too long')
  return bits
}

function isCount(count: number): boolean {
  return Number.isSafeInteger(count) && count > 0
}

function corrupt(why: string): CinescopeError {
  return new CinescopeError('CSC_ERR_CORRUPT', `a tile of a segment ${why}`)
}
