/** Bloom filter over the roots, sites and subjects of a segment. Bloom 1970; double hashing, Kirsch and Mitzenmacher 2006. */

/** Salts that keep the three key spaces apart in one filter. */
export const BLOOM_SALT = { root: 0x1b873593, site: 0xcc9e2d51, subject: 0x38495ab5 } as const

const BITS_PER_KEY = 10
const PROBES = 4

/** An empty filter for about `keys` keys, 1.2 % false positives when that many are in; a power of two of bytes, 8 at least. */
export function createBloom(keys: number): Uint8Array {
  let bytes = 8
  while (bytes * 8 < keys * BITS_PER_KEY) bytes *= 2
  return new Uint8Array(bytes)
}

/** Adds a number below 2^53. */
export function addToBloom(bloom: Uint8Array, salt: number, key: number): void {
  const mask = bloom.length * 8 - 1
  const step = hash(key, salt ^ 0x2c1b3c6d) | 1
  let bit = hash(key, salt)
  for (let i = 0; i < PROBES; i++, bit = (bit + step) | 0) {
    const place = (bit & mask) >>> 3
    // place is below bloom.length
    bloom[place] = bloom[place]! | (1 << (bit & 7))
  }
}

/** False only if the number was never added. A filter of a length that is no power of two says true. */
export function bloomMayHold(bloom: Uint8Array, salt: number, key: number): boolean {
  if (bloom.length === 0 || (bloom.length & (bloom.length - 1)) !== 0) return true
  const mask = bloom.length * 8 - 1
  const step = hash(key, salt ^ 0x2c1b3c6d) | 1
  let bit = hash(key, salt)
  for (let i = 0; i < PROBES; i++, bit = (bit + step) | 0) {
    if ((bloom[(bit & mask) >>> 3]! & (1 << (bit & 7))) === 0) return false
  }
  return true
}

function hash(key: number, salt: number): number {
  let h = (key ^ salt ^ Math.imul(Math.floor(key / 0x100000000), 0x9e3779b1)) | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
