/**
 * The tiles of a segment in one blob, so that one of them can be read without the others.
 *
 * | bytes | meaning |
 * |---|---|
 * | 1 | how many |
 * | per tile, the coarsest first: 1, 1, 4, 4 | bits of its slices, codec, length before compression, length |
 * | ... | the blocks in that order |
 */

import { ByteReader, ByteWriter, CinescopeError, tileBits } from '@cinescope/protocol'
import { compressBlock } from '../compression.ts'

/** Tiles of a segment at most. */
const MAX_TILES = 8

const ENTRY_BYTES = 10

/** Bytes at the begin of a blob that hold its directory. */
export const TILE_DIRECTORY_BYTES: number = 1 + MAX_TILES * ENTRY_BYTES

/** Where a tile stands in its blob. */
export interface TilePlace {
  readonly bits: number
  readonly codec: number
  readonly rawLength: number
  readonly at: number
  readonly length: number
}

/** The blob; undefined for none. */
export function packTiles(tiles: readonly Uint8Array[]): Uint8Array | undefined {
  if (tiles.length === 0) return undefined
  const writer = new ByteWriter(16_384)
  const blocks = tiles.map((bytes) => ({ bits: tileBits(bytes), block: compressBlock(bytes) }))
  writer.u8(blocks.length)
  for (const { bits, block } of blocks) {
    writer.u8(bits)
    writer.u8(block.codec)
    writer.u32(block.rawLength)
    writer.u32(block.data.length)
  }
  for (const { block } of blocks) writer.bytes(block.data)
  return writer.take()
}

/** What a blob's first bytes say. @throws CSC_ERR_CORRUPT */
export function tilePlaces(directory: Uint8Array): readonly TilePlace[] {
  const reader = new ByteReader(directory)
  const count = reader.u8()
  if (count > MAX_TILES) throw new CinescopeError('CSC_ERR_CORRUPT', `a segment claims ${count} tiles`)
  let at = 1 + count * ENTRY_BYTES
  return Array.from({ length: count }, () => {
    const bits = reader.u8()
    const codec = reader.u8()
    const rawLength = reader.u32()
    const length = reader.u32()
    at += length
    return { bits, codec, rawLength, at: at - length, length }
  })
}
