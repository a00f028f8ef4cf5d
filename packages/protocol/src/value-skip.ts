/** HOT. Finds where an encoded value ends without decoding it; every read is checked, so hostile bytes end it with an error. */

import { CinescopeError } from './errors.ts'
import { KEY, OMISSION, TAG } from './value-format.ts'

const MAX_DEPTH = 64

/** Position behind the value that begins at `at`. O(bytes of it). @throws CSC_ERR_CORRUPT */
export function skipValue(bytes: Uint8Array, at: number, depth = 0): number {
  // an index beyond the end gives undefined, which no case takes
  const tag = bytes[at]!
  if (tag <= TAG.negativeZero) return at + 1
  switch (tag) {
    case TAG.uint:
    case TAG.negative:
    case TAG.cycle:
      return skipVarint(bytes, at + 1)
    case TAG.latin1:
      return skipText(bytes, at + 1, 1)
    case TAG.object:
      return skipMembers(bytes, at + 1, depth)
    case TAG.array:
    case TAG.set:
      return skipItems(bytes, at + 1, depth)
    case TAG.double:
    case TAG.date:
      return inside(bytes, at + 9)
    case TAG.utf16:
      return skipText(bytes, at + 1, 2)
    default:
      return skipRare(bytes, at, tag, depth)
  }
}

/** Position behind the key that begins at `at`, its text included when it is inline. */
export function skipKey(bytes: Uint8Array, at: number, depth = 0): number {
  const end = skipVarint(bytes, at)
  return bytes[at] === KEY.inline ? skipValue(bytes, end, within(depth)) : end
}

/** Position behind the mark of keys left out, which stands in a key's place. */
export function skipOmittedKeys(bytes: Uint8Array, at: number): number {
  return skipVarint(bytes, at + 2)
}

/** Position behind one item of a list, or of a map, where an item is an entry. */
export function skipItem(bytes: Uint8Array, at: number, isMap: boolean, depth = 0): number {
  const end = skipValue(bytes, at, depth)
  return isMap && !standsForRest(bytes, at) ? skipValue(bytes, end, depth) : end
}

/** True if what stands in the place of a map's key stands for all entries that follow. */
export function standsForRest(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === TAG.omitted && (bytes[at + 1] === OMISSION.width || bytes[at + 1] === OMISSION.size)
}

/** Position behind the varint that begins at `at`. */
export function skipVarint(bytes: Uint8Array, at: number): number {
  let end = at
  // beyond the end undefined is not at least 0x80
  while (bytes[end]! >= 0x80) end++
  return inside(bytes, end + 1)
}

/** The varint that begins at `at`. */
export function varintAt(bytes: Uint8Array, at: number): number {
  let byte = bytes[at]!
  if (byte < 0x80) return byte
  let value = byte & 0x7f
  let end = at
  for (let scale = 128; byte >= 0x80 && scale < 2 ** 56; scale *= 128) {
    byte = bytes[++end]!
    value += (byte & 0x7f) * scale
  }
  if (!(byte < 0x80)) throw corrupt('a number is too long')
  return value
}

function skipText(bytes: Uint8Array, at: number, unitBytes: number): number {
  return inside(bytes, skipVarint(bytes, at) + varintAt(bytes, at) * unitBytes)
}

function skipMembers(bytes: Uint8Array, start: number, depth: number): number {
  const inner = within(depth)
  let at = start
  while (bytes[at] !== KEY.end) {
    at = bytes[at] === KEY.omitted ? skipOmittedKeys(bytes, at) : skipValue(bytes, skipKey(bytes, at, inner), inner)
  }
  return at + 1
}

function skipItems(bytes: Uint8Array, start: number, depth: number): number {
  const inner = within(depth)
  let at = start
  while (bytes[at] !== TAG.end) at = skipValue(bytes, at, inner)
  return at + 1
}

function skipRare(bytes: Uint8Array, at: number, tag: number, depth: number): number {
  const inner = within(depth)
  switch (tag) {
    case TAG.bigint:
    case TAG.regexp:
    case TAG.function:
    case TAG.symbol:
      return skipValue(bytes, at + 1, inner)
    case TAG.cut:
      return skipValue(bytes, skipVarint(bytes, at + 1), inner)
    case TAG.instance:
      return skipMembers(bytes, skipKey(bytes, at + 1, inner), depth)
    case TAG.map: {
      let end = at + 1
      while (bytes[end] !== TAG.end) end = skipItem(bytes, end, true, inner)
      return end + 1
    }
    case TAG.error: {
      let end = skipKey(bytes, at + 1, inner)
      for (let i = 0; i < 3; i++) end = skipValue(bytes, end, inner)
      return skipMembers(bytes, end, depth)
    }
    case TAG.bytes:
      return skipText(bytes, skipVarint(bytes, skipKey(bytes, at + 1, inner)), 1)
    case TAG.opaque:
      return skipKey(bytes, at + 1, inner)
    case TAG.omitted:
      return skipVarint(bytes, at + 2)
    default:
      throw corrupt(at < bytes.length ? `unknown tag ${tag}` : 'the value ends too early')
  }
}

function within(depth: number): number {
  if (depth >= MAX_DEPTH) throw corrupt('nested too deeply')
  return depth + 1
}

function inside(bytes: Uint8Array, at: number): number {
  if (at > bytes.length) throw corrupt('the value ends too early')
  return at
}

function corrupt(why: string): CinescopeError {
  return new CinescopeError('CSC_ERR_CORRUPT', `corrupt value: ${why}`)
}
