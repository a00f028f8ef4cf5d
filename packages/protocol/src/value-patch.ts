/** Applies patches to encoded values. Every read is checked: patches and values come out of recordings. */

import { CinescopeError } from './errors.ts'
import { CHANGE, KEY, TAG } from './value-format.ts'
import { skipItem, skipKey, skipValue, skipVarint, standsForRest, varintAt } from './value-skip.ts'

/** A value is never larger than this while it is patched. */
const MAX_PATCHED_BYTES = 262_144
/** A writer makes a quarter of them: each costs a copy of the value. */
const MAX_CHANGES = 1024
const MAX_STEPS = 64

/** A step to what a change changes: to a member by its key as it is encoded, or to an item by its index. */
export type PatchStep = { readonly key: Uint8Array } | { readonly index: number }

/** A change whose payload is still encoded. */
export type EncodedChange =
  | { readonly kind: 'set'; readonly steps: readonly PatchStep[]; readonly value: Uint8Array }
  | { readonly kind: 'delete'; readonly steps: readonly PatchStep[] }
  | {
      readonly kind: 'splice'
      readonly steps: readonly PatchStep[]
      readonly at: number
      readonly removed: number
      /** New items, one behind the other. */
      readonly items: Uint8Array
    }

/** True if a document is a patch and no value. */
export function isPatch(document: Uint8Array): boolean {
  return document[0] === TAG.patch
}

/** Place of a patch in its chain: 1 is the first after a whole state. @throws CSC_ERR_CORRUPT */
export function patchPlace(patch: Uint8Array): number {
  return varintAt(patch, 1)
}

/** The changes of a patch, in order. @throws CSC_ERR_CORRUPT */
export function changesOf(patch: Uint8Array): readonly EncodedChange[] {
  if (!isPatch(patch)) throw corrupt('no patch where one belongs')
  const changes: EncodedChange[] = []
  const cursor = new PatchCursor(patch, skipVarint(patch, 1))
  while (!cursor.isAtEnd) {
    if (changes.length === MAX_CHANGES) throw corrupt('too many changes')
    changes.push(cursor.change())
  }
  return changes
}

/** The value that `patch` makes of `value`; both stay as they are. O(changes × bytes of the value). @throws CSC_ERR_CORRUPT */
export function applyPatch(value: Uint8Array, patch: Uint8Array): Uint8Array {
  let patched = value
  for (const change of changesOf(patch)) {
    patched = applied(patched, change)
    if (patched.length > MAX_PATCHED_BYTES) throw corrupt('a patched value is too large')
  }
  return patched
}

class PatchCursor {
  readonly #patch: Uint8Array
  #at: number

  constructor(patch: Uint8Array, at: number) {
    this.#patch = patch
    this.#at = at
  }

  get isAtEnd(): boolean {
    if (this.#patch[this.#at] !== CHANGE.end) return false
    if (this.#at + 1 !== this.#patch.length) throw corrupt('bytes follow the patch')
    return true
  }

  change(): EncodedChange {
    const operation = this.#varint()
    const steps = this.#steps()
    switch (operation) {
      case CHANGE.set:
        return { kind: 'set', steps, value: this.#take(skipValue(this.#patch, this.#at)) }
      case CHANGE.delete:
        return { kind: 'delete', steps }
      case CHANGE.splice: {
        const at = this.#varint()
        const removed = this.#varint()
        const bytes = this.#varint()
        return { kind: 'splice', steps, at, removed, items: this.#take(this.#at + bytes) }
      }
      default:
        throw corrupt(`unknown change ${operation}`)
    }
  }

  #steps(): readonly PatchStep[] {
    const count = this.#varint()
    if (count > MAX_STEPS) throw corrupt('nested too deeply')
    const steps: PatchStep[] = []
    for (let i = 0; i < count; i++) {
      if (this.#patch[this.#at] === KEY.end) {
        this.#at++
        steps.push({ index: this.#varint() })
      } else steps.push({ key: this.#take(skipKey(this.#patch, this.#at)) })
    }
    return steps
  }

  #varint(): number {
    const value = varintAt(this.#patch, this.#at)
    this.#at = skipVarint(this.#patch, this.#at)
    return value
  }

  #take(end: number): Uint8Array {
    if (end > this.#patch.length) throw corrupt('the patch ends too early')
    const bytes = this.#patch.subarray(this.#at, end)
    this.#at = end
    return bytes
  }
}

function applied(value: Uint8Array, change: EncodedChange): Uint8Array {
  const last = change.steps.at(-1)
  if (change.kind === 'splice') return spliced(value, containerAt(value, change.steps), change)
  if (last === undefined) {
    if (change.kind === 'delete') throw corrupt('a whole value cannot be deleted')
    return change.value
  }
  const container = containerAt(value, change.steps.slice(0, -1))
  if ('index' in last) return withItem(value, container, last.index, change)
  return withMember(value, container, last.key, change)
}

/** Place of the value that steps lead to. */
function containerAt(value: Uint8Array, steps: readonly PatchStep[]): number {
  let at = 0
  for (const step of steps) {
    if ('index' in step) at = itemAt(value, at, step.index).value
    else {
      const member = memberAt(value, at, step.key)
      if (member.end === member.key) throw corrupt('a change of what is not there')
      at = member.value
    }
  }
  return at
}

function withMember(
  value: Uint8Array,
  container: number,
  key: Uint8Array,
  change: EncodedChange & { readonly kind: 'set' | 'delete' },
): Uint8Array {
  const member = memberAt(value, container, key)
  const isThere = member.end > member.key
  if (change.kind === 'delete') {
    if (!isThere) throw corrupt('a change of what is not there')
    return replaced(value, member.key, member.end)
  }
  return isThere
    ? replaced(value, member.value, member.end, change.value)
    : replaced(value, member.key, member.key, key, change.value)
}

function withItem(
  value: Uint8Array,
  container: number,
  index: number,
  change: EncodedChange & { readonly kind: 'set' | 'delete' },
): Uint8Array {
  if (change.kind === 'delete') throw corrupt('an item is deleted by a splice')
  const item = itemAt(value, container, index)
  if (item.end === item.value && value[container] === TAG.map) throw corrupt('a change of what is not there')
  return replaced(value, item.value, item.end, change.value)
}

function spliced(
  value: Uint8Array,
  container: number,
  change: EncodedChange & { readonly kind: 'splice' },
): Uint8Array {
  const isMap = value[container] === TAG.map
  const from = itemPlace(value, container, change.at)
  let end = from
  for (let i = 0; i < change.removed; i++) {
    if (value[end] === TAG.end) throw corrupt('a change of what is not there')
    end = skipItem(value, end, isMap)
  }
  // what comes must be whole items, or it could close the list
  for (let at = 0; at < change.items.length;) at = skipItem(change.items, at, isMap)
  return replaced(value, from, end, change.items)
}

/** Where a member is, or, with `end` = `key`, where it would be put. */
function memberAt(
  value: Uint8Array,
  container: number,
  key: Uint8Array,
): { readonly key: number; readonly value: number; readonly end: number } {
  const tag = value[container]
  if (tag !== TAG.object && tag !== TAG.instance) throw corrupt('a member of what has none')
  let at = tag === TAG.object ? container + 1 : skipKey(value, container + 1)
  while (value[at] !== KEY.end) {
    if (value[at] === KEY.omitted) throw corrupt('a change behind members that were left out')
    const valueAt = skipKey(value, at)
    const end = skipValue(value, valueAt)
    if (isSame(value, at, valueAt, key)) return { key: at, value: valueAt, end }
    at = end
  }
  return { key: at, value: at, end: at }
}

/** Where the value of an item is, or, with `end` = `value`, where the next item would be put. */
function itemAt(value: Uint8Array, container: number, index: number): { readonly value: number; readonly end: number } {
  const isMap = value[container] === TAG.map
  const place = itemPlace(value, container, index)
  if (value[place] === TAG.end) return { value: place, end: place }
  const end = skipItem(value, place, isMap)
  if (!isMap) return { value: place, end }
  if (standsForRest(value, place)) throw corrupt('a change of what was left out')
  return { value: skipValue(value, place), end }
}

function itemPlace(value: Uint8Array, container: number, index: number): number {
  const tag = value[container]
  if (tag !== TAG.array && tag !== TAG.set && tag !== TAG.map) throw corrupt('an item of what has none')
  let at = container + 1
  for (let i = 0; i < index; i++) {
    if (value[at] === TAG.end) throw corrupt('a change of what is not there')
    at = skipItem(value, at, tag === TAG.map)
  }
  return at
}

function isSame(value: Uint8Array, from: number, end: number, key: Uint8Array): boolean {
  if (end - from !== key.length) return false
  for (let i = 0; i < key.length; i++) if (value[from + i] !== key[i]) return false
  return true
}

function replaced(value: Uint8Array, from: number, end: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const added = parts.reduce((sum, part) => sum + part.length, 0)
  const made = new Uint8Array(value.length - (end - from) + added)
  made.set(value.subarray(0, from))
  let at = from
  for (const part of parts) {
    made.set(part, at)
    at += part.length
  }
  made.set(value.subarray(end), at)
  return made
}

function corrupt(why: string): CinescopeError {
  return new CinescopeError('CSC_ERR_CORRUPT', `corrupt patch: ${why}`)
}
