/** A number for a decoded value, the same for values that are alike; others share it once in 2^32. */

import { Omitted, Special } from '@cinescope/protocol'
import { isIdentity } from './identity.ts'

/** The digest of what came before, then of `value`. FNV-1a's step over characters and items. O(size). */
export function digestOf(value: unknown, before: number): number {
  switch (typeof value) {
    case 'string':
      return ofText(value, mix(before, 1))
    case 'number':
      return Number.isInteger(value) ? mix(mix(before, 2), value) : ofText(String(value), mix(before, 3))
    case 'object':
      return value === null ? mix(before, 4) : ofMembers(value, before)
    default:
      return ofText(String(value), mix(before, 5))
  }
}

function ofMembers(value: object, before: number): number {
  if (value instanceof Special) return ofMembers(value.members, ofText(value.type, before))
  if (value instanceof Omitted) return ofText(value.reason, mix(before, 6))
  let digest = mix(before, Array.isArray(value) ? 7 : 8)
  if (Array.isArray(value)) for (const item of value) digest = digestOf(item, digest)
  else
    for (const key of Object.keys(value))
      if (!isIdentity(key)) digest = digestOf((value as never)[key], ofText(key, digest))
  return mix(digest, 9)
}

function ofText(text: string, before: number): number {
  let digest = mix(before, text.length)
  for (let i = 0; i < text.length; i++) digest = mix(digest, text.charCodeAt(i))
  return digest
}

function mix(digest: number, item: number): number {
  return Math.imul(digest ^ item, 0x01000193)
}
