/** From recorded values to OTLP's AnyValue. */

import { Omitted, Special } from '@cinescope/protocol'
import { isPlain, textOf } from '../members.ts'

/** A value in OTLP's JSON encoding; one without a member is empty. */
type AnyValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly intValue: string }
  | { readonly doubleValue: number | string }
  | { readonly arrayValue: { readonly values: readonly AnyValue[] } }
  | { readonly kvlistValue: { readonly values: readonly KeyValue[] } }
  | Readonly<Record<string, never>>

/** The key of a member whose own is empty. */
const NAMELESS = '-'

/** An attribute. */
export interface KeyValue {
  readonly key: string
  readonly value: AnyValue
}

/** The value, of a text that was cut its beginning; what has no form of its own is a list of `$type` or `$omitted` and its members, as in our JSON. */
function anyValue(value: unknown): AnyValue {
  const text = textOf(value)
  if (text !== undefined) return { stringValue: text }
  switch (typeof value) {
    case 'boolean':
      return { boolValue: value }
    case 'number':
      return numberValue(value)
    default:
      break
  }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } }
  if (value instanceof Omitted || value instanceof Special) return listOf(value.toJSON())
  return isPlain(value) ? listOf(value) : {}
}

/** Attributes from pairs; a key that comes again replaces the one before, since OTLP has each key once, and no key is empty. */
export function attributesOf(pairs: Iterable<readonly [key: string, value: unknown]>): KeyValue[] {
  const last = new Map<string, unknown>()
  for (const [key, value] of pairs) if (value !== undefined) last.set(key === '' ? NAMELESS : key, value)
  return Array.from(last, ([key, value]) => ({ key, value: anyValue(value) }))
}

function listOf(members: object): AnyValue {
  return { kvlistValue: { values: attributesOf(Object.entries(members)) } }
}

/** 64-bit integers are texts in protobuf's JSON, and so is what JSON has no number for. */
function numberValue(value: number): AnyValue {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return { intValue: String(value) }
  if (Object.is(value, -0)) return { doubleValue: '-0' }
  return { doubleValue: Number.isFinite(value) ? value : String(value) }
}
