/** Compression of stored blocks: zstd level 1 by node:zlib; small and short-lived blocks stay as they are. */

import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { checksum32, CinescopeError } from '@cinescope/protocol'

/** How a block is stored: as it is with its checksum (4 bytes) behind it, or as a zstd frame with its own. */
const CODEC = { none: 0, zstd: 1 } as const

/** Largest block before compression that any reader accepts. */
export const MAX_BLOCK_BYTES = 16_777_216

/** Largest value page: one of 64 KiB and the values of one more row. */
export const MAX_PAGE_BYTES = 262_144

/** A block as stored. */
export interface StoredBlock {
  readonly codec: number
  readonly rawLength: number
  readonly data: Uint8Array
}

const WORTH_BYTES = 256
const CHECKSUM_BYTES = 4
/** No frame may ask for a window larger than the largest block. */
const WINDOW = { [constants.ZSTD_d_windowLogMax]: 24 }
const OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 } }

/** Compresses unless the block is small or does not shrink. */
export function compressBlock(raw: Uint8Array): StoredBlock {
  if (raw.length < WORTH_BYTES) return plainBlock(raw)
  const data = zstdCompressSync(raw, OPTIONS)
  return data.length < raw.length ? { codec: CODEC.zstd, rawLength: raw.length, data } : plainBlock(raw)
}

/** Stores a block as it is. */
export function plainBlock(raw: Uint8Array): StoredBlock {
  const data = new Uint8Array(raw.length + CHECKSUM_BYTES)
  data.set(raw)
  new DataView(data.buffer).setUint32(raw.length, checksum32(raw), true)
  return { codec: CODEC.none, rawLength: raw.length, data }
}

/** The block's bytes; never more than it claims, nor than `maxBytes`. @throws CSC_ERR_CORRUPT, CSC_ERR_LIMIT */
export function expandBlock(block: StoredBlock, maxBytes: number = MAX_BLOCK_BYTES): Uint8Array {
  const { codec, rawLength, data } = block
  if (!Number.isInteger(rawLength) || rawLength < 0 || rawLength > maxBytes) {
    throw new CinescopeError('CSC_ERR_LIMIT', `a stored block claims ${rawLength} bytes`)
  }
  const raw = codec === CODEC.zstd ? unzstd(data, rawLength) : unchecked(codec, data)
  if (raw.length !== rawLength) throw new CinescopeError('CSC_ERR_CORRUPT', 'a stored block has the wrong length')
  return raw
}

/** A plain block without its checksum. */
function unchecked(codec: number, data: Uint8Array): Uint8Array {
  if (codec !== CODEC.none) throw new CinescopeError('CSC_ERR_CORRUPT', `unknown codec ${codec}`)
  const length = data.length - CHECKSUM_BYTES
  const raw = data.subarray(0, Math.max(0, length))
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  if (length < 0 || view.getUint32(length, true) !== checksum32(raw)) {
    throw new CinescopeError('CSC_ERR_CORRUPT', 'a stored block fails its checksum')
  }
  return raw
}

function unzstd(data: Uint8Array, rawLength: number): Uint8Array {
  try {
    // in one piece, unless the block claims more than a page: it need not be true
    const chunkSize = Math.min(MAX_PAGE_BYTES, Math.max(64, rawLength))
    return zstdDecompressSync(data, { maxOutputLength: Math.max(1, rawLength), chunkSize, params: WINDOW })
  } catch (cause) {
    throw new CinescopeError('CSC_ERR_CORRUPT', 'a stored block does not decompress', { cause })
  }
}
