/** HOT. Writes objects that are neither arrays nor plain: class instances, built-ins with internal slots, buffers, errors. */

import { types } from 'node:util'
import { KEY, OMISSION, TAG } from '@cinescope/protocol'
import { writeBuffer, writeView } from './binary.ts'
import type { ClassInfo } from './class-table.ts'
import { SORT, sortOf } from './class-table.ts'
import { writeError } from './error-value.ts'
import {
  dateTime,
  isView,
  keysOf,
  mapEntries,
  mapSize,
  nextEntry,
  nextItem,
  REGEXP_FLAGS,
  regexpSource,
  setSize,
  setValues,
  unboxBigint,
  unboxBoolean,
  unboxNumber,
  unboxString,
  unboxSymbol,
} from './intrinsics.ts'
import type { PathState } from './paths.ts'
import { ITEM_ROOM } from './sink.ts'
import type { Walker } from './walker.ts'

/** Members of streams, sockets, requests and responses: their inside is plumbing, large and full of cycles. */
const PLUMBING: readonly string[] = ['_readableState', '_writableState', '_handle', 'outputData']
const LOOKED_AT = 8
/** Room for an entry's key, so that its value still fits. */
const ENTRY_ROOM = 16

/** Writes `value`, which is entered and has its closing room reserved. */
export function writeExotic(
  walker: Walker,
  value: object,
  info: ClassInfo,
  at: number,
  depth: number,
  path: PathState | undefined,
): number {
  if (isView(value)) return walker.release(writeView(walker, value, info, at))
  switch (info.sort ?? sortOf(value)) {
    case SORT.date:
      return walker.release(walker.double(dateTime(value), walker.byte(at, TAG.date)))
    case SORT.map:
      return walker.close(writeMap(walker, value, at, depth, path), TAG.end)
    case SORT.set:
      return walker.close(writeSet(walker, value, at, depth, path), TAG.end)
    case SORT.error:
      return writeError(walker, value, info, at, depth, path)
    case SORT.regexp:
      return walker.release(walker.text(TAG.regexp, regexpText(value), at))
    case SORT.buffer:
      return walker.release(writeBuffer(walker, value, info, at))
    case SORT.boxed:
      return walker.release(walker.value(unbox(value), at, depth, path))
    case SORT.opaque:
      return walker.release(writeOpaque(walker, opaqueName(value, info), at))
    default:
      return writeInstance(walker, value, info, at, depth, path)
  }
}

function writeInstance(
  walker: Walker,
  value: object,
  info: ClassInfo,
  at: number,
  depth: number,
  path: PathState | undefined,
): number {
  const names = keysOf(value)
  if (info.name === 'Object' || info.name === '') {
    return walker.close(walker.fields(value, names, walker.byte(at, TAG.object), depth + 1, path), KEY.end)
  }
  if (isPlumbing(names)) return walker.release(writeOpaque(walker, info.name, at))
  const start = walker.key(walker.byte(at, TAG.instance), info.id, info.name)
  return walker.close(walker.fields(value, names, start, depth + 1, path), KEY.end)
}

function isPlumbing(names: readonly string[]): boolean {
  for (let i = 0; i < LOOKED_AT && i < names.length; i++) {
    // i is below names.length
    if (PLUMBING.includes(names[i]!)) return true
  }
  return false
}

function writeOpaque(walker: Walker, name: string, at: number): number {
  return walker.key(walker.byte(at, TAG.opaque), walker.keys.intern(name), name)
}

function opaqueName(value: object, info: ClassInfo): string {
  if (types.isModuleNamespaceObject(value)) return 'Module'
  if (types.isGeneratorObject(value)) return 'Generator'
  return info.name === '' ? 'Object' : info.name
}

function writeMap(walker: Walker, map: object, start: number, depth: number, path: PathState | undefined): number {
  const size = mapSize(map)
  const iterator = mapEntries(map)
  let at = walker.byte(start, TAG.map)
  for (let i = 0; i < size; i++) {
    if (i === walker.maxWidth) return walker.cut(at, OMISSION.width, size - i)
    if (walker.end - at < ITEM_ROOM + ENTRY_ROOM) return walker.cut(at, OMISSION.size, size - i)
    const entry = nextEntry(iterator).value as readonly [unknown, unknown]
    walker.end -= ENTRY_ROOM
    const behind = walker.value(entry[0], at, depth + 1, undefined)
    walker.end += ENTRY_ROOM
    // in a key's place this would stand for all entries that follow
    if (isCutForSize(walker, at)) return walker.cut(at, OMISSION.size, size - i)
    at = writeEntryValue(walker, entry, behind, depth, path)
  }
  return at
}

function isCutForSize(walker: Walker, at: number): boolean {
  return walker.into[at] === TAG.omitted && walker.into[at + 1] === OMISSION.size
}

/** The value of a map entry; a string key is as good a name as an object's. */
function writeEntryValue(
  walker: Walker,
  entry: readonly [unknown, unknown],
  at: number,
  depth: number,
  path: PathState | undefined,
): number {
  const key = entry[0]
  if (typeof key !== 'string') return walker.value(entry[1], at, depth + 1, path?.step('*'))
  const next = path?.step(key)
  const isHidden = next?.redacts === true || walker.hides(walker.redaction.classify(key), entry[1])
  return isHidden ? walker.omit(at, OMISSION.redacted, 0) : walker.value(entry[1], at, depth + 1, next)
}

function writeSet(walker: Walker, set: object, start: number, depth: number, path: PathState | undefined): number {
  const size = setSize(set)
  const iterator = setValues(set)
  let previous: unknown
  let at = walker.byte(start, TAG.set)
  for (let i = 0; i < size; i++) {
    if (i === walker.maxWidth) return walker.cut(at, OMISSION.width, size - i)
    if (!walker.hasRoom(at)) return walker.cut(at, OMISSION.size, size - i)
    const item = nextItem(iterator).value
    at = walker.item(item, previous, at, depth + 1, path?.step('*'))
    previous = item
  }
  return at
}

/** Source and flags, by the built-in getters, which look at internal slots. */
function regexpText(regexp: object): string {
  let flags = ''
  for (const [letter, isSet] of REGEXP_FLAGS) if (isSet(regexp)) flags += letter
  return `/${regexpSource(regexp)}/${flags}`
}

function unbox(box: object): unknown {
  if (types.isNumberObject(box)) return unboxNumber(box)
  if (types.isStringObject(box)) return unboxString(box)
  if (types.isBooleanObject(box)) return unboxBoolean(box)
  return types.isSymbolObject(box) ? unboxSymbol(box) : unboxBigint(box)
}
