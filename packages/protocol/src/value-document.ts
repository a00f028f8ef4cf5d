/** Decodes the documents that rows carry: values, and patches of states. */

import { KEY, Special } from './value-format.ts'
import { changesOf, type EncodedChange, isPatch, type PatchStep } from './value-patch.ts'
import { skipValue, varintAt } from './value-skip.ts'
import { decodeValue, type DecodeTally, type KeyLookup } from './value.ts'

/** A value as `decodeValue` gives it, a patch as a `Special` of its changes. @throws CSC_ERR_CORRUPT */
export function decodeDocument(document: Uint8Array, keyOf: KeyLookup, tally?: DecodeTally): unknown {
  if (!isPatch(document)) return decodeValue(document, keyOf, tally)
  const decode = (value: Uint8Array): unknown => decodeValue(value, keyOf, tally)
  const changes = changesOf(document).map((change) => {
    const path = change.steps.map((step) => stepOf(step, keyOf, decode))
    // a list beside what is decoded
    if (tally !== undefined) tally.weight += 4 + path.length
    return { path, ...toldOf(change, decode) }
  })
  return new Special('patch', { changes })
}

type Decode = (value: Uint8Array) => unknown

function toldOf(change: EncodedChange, decode: Decode): object {
  switch (change.kind) {
    case 'set':
      return { set: decode(change.value) }
    case 'delete':
      return { delete: true }
    case 'splice':
      return { at: change.at, remove: change.removed, insert: itemsOf(change.items, decode) }
  }
}

function stepOf(step: PatchStep, keyOf: KeyLookup, decode: Decode): string | number {
  if ('index' in step) return step.index
  const code = varintAt(step.key, 0)
  if (code === KEY.inline) return String(decode(step.key.subarray(1)))
  return keyOf(code - KEY.first) ?? `?${code - KEY.first}`
}

function itemsOf(items: Uint8Array, decode: Decode): unknown[] {
  const decoded: unknown[] = []
  for (let at = 0; at < items.length;) {
    const end = skipValue(items, at)
    decoded.push(decode(items.subarray(at, end)))
    at = end
  }
  return decoded
}
