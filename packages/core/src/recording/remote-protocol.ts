/** What crosses between a thread that serves a recording and one that asks it. */

import { deserialize, serialize } from 'node:v8'
import { type ErrorCode, Omitted, Special } from '@cinescope/protocol'
import type { Method } from './recording.ts'

/** A message to the server. */
export type Request =
  | { readonly kind: 'call'; readonly call: number; readonly method: Method; readonly args: readonly unknown[] }
  | { readonly kind: 'abort'; readonly call: number }
  | { readonly kind: 'close' }

/** A message to the client. */
export interface Answer {
  readonly call: number
  readonly value?: unknown
  readonly error?: { readonly code: ErrorCode; readonly message: string }
}

/** Structured clone forgets classes: `Omitted` and `Special` cross as marked arrays. */
const OMITTED = '\u0000omitted'
const SPECIAL = '\u0000special'
/** Wraps a list that begins with something like a mark. */
const LIST = '\u0000list'

/** The bytes of an answer's value. */
export function pack(value: unknown): Uint8Array {
  return serialize(mark(value))
}

/** The value of an answer. */
export function unpack(value: unknown): unknown {
  return value instanceof Uint8Array ? unmark(deserialize(value)) : value
}

function mark(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Omitted) return [OMITTED, value.reason, value.amount]
  if (value instanceof Special) return [SPECIAL, value.type, mark(value.members)]
  if (Array.isArray(value)) {
    const list = value.map(mark)
    return typeof value[0] === 'string' && value[0].startsWith('\u0000') ? [LIST, list] : list
  }
  return mapMembers(value, mark)
}

function unmark(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (!Array.isArray(value)) return mapMembers(value, unmark)
  if (value[0] === OMITTED) return new Omitted(value[1], value[2])
  if (value[0] === SPECIAL) return new Special(value[1], unmark(value[2]) as Record<string, unknown>)
  return value[0] === LIST ? value[1].map(unmark) : value.map(unmark)
}

/** Members are defined, not assigned, so that a key named `__proto__` stays a key. */
function mapMembers(value: object, change: (value: unknown) => unknown): Record<string, unknown> {
  const members: Record<string, unknown> = {}
  for (const [key, member] of Object.entries(value)) {
    Object.defineProperty(members, key, { value: change(member), enumerable: true, configurable: true, writable: true })
  }
  return members
}
