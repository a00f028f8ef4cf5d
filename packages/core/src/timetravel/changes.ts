/** Changes of decoded states: what a patch says, and what makes one state another. */

import { Omitted, Special, type StateChange, type StatePath } from '@cinescope/protocol'

/** Changes told of one pair of states; beyond them the whole is told anew. */
const MAX_CHANGES = 1000

/** The changes that a decoded patch holds; undefined for what is none. */
export function changesIn(patch: unknown): readonly StateChange[] | undefined {
  if (!(patch instanceof Special) || patch.type !== 'patch') return undefined
  const { changes } = patch.members
  return Array.isArray(changes) ? changes.map((change) => changeOf(change as Told)) : undefined
}

/** What makes `before` `after`. O(size). */
export function changesBetween(before: unknown, after: unknown): readonly StateChange[] {
  const changes: StateChange[] = []
  compare([], before, after, changes)
  return changes.length > MAX_CHANGES ? [{ kind: 'set', path: [], value: after }] : changes
}

/** A path as it is typed, `items.0.price` or `items[0].price`. */
export function statePath(path: string | StatePath): StatePath {
  if (typeof path !== 'string') return path
  return path === '' ? [] : path.replaceAll(/\[(\d+)\]/g, '.$1').split('.')
}

/** True if what one path leads to holds what the other leads to, or is it. */
function isOnWay(path: StatePath, other: StatePath): boolean {
  const length = Math.min(path.length, other.length)
  for (let i = 0; i < length; i++) if (String(path[i]) !== String(other[i])) return false
  return true
}

/** True if all that a change changes is at the path or in it. */
export function isWithinPath(change: StateChange, path: StatePath): boolean {
  return change.path.length >= path.length
}

/** True if a change may have changed what is at the path. */
export function touches(change: StateChange, path: StatePath): boolean {
  if (!isOnWay(change.path, path)) return false
  const step = path[change.path.length]
  // items before those that went or came are where and what they were
  return change.kind !== 'splice' || step === undefined || indexOf(step) >= change.at
}

/** What is at a path of a decoded state; undefined where nothing is. */
export function valueAt(state: unknown, path: StatePath): unknown {
  let value = state
  for (const step of path) {
    const members = membersOf(value)
    if (members === undefined) return undefined
    if (isList(members)) value = itemOf(value, members, indexOf(step))
    else value = Object.hasOwn(members, step) ? members[String(step)] : undefined
  }
  return value
}

/** True if two decoded values are alike. O(size): it stops at the first difference. */
function isAlike(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || isSameOmission(a, b)) return true
  const [from, to] = [membersOf(a), membersOf(b)]
  if (from === undefined || to === undefined || typeOf(a) !== typeOf(b)) return false
  if (isList(from) || isList(to))
    return isList(from) && isList(to) && from.length === to.length && from.every((item, i) => isAlike(item, to[i]))
  const keys = Object.keys(from)
  return (
    keys.length === Object.keys(to).length && keys.every((key) => Object.hasOwn(to, key) && isAlike(from[key], to[key]))
  )
}

interface Told {
  readonly path: StatePath
  readonly set?: unknown
  readonly delete?: true
  readonly at?: number
  readonly remove?: number
  readonly insert?: readonly unknown[]
}

function changeOf(told: Told): StateChange {
  const { path } = told
  if (told.delete === true) return { kind: 'delete', path }
  if (told.insert === undefined) return { kind: 'set', path, value: told.set }
  return { kind: 'splice', path, at: told.at ?? 0, removed: told.remove ?? 0, inserted: told.insert }
}

function compare(path: StatePath, before: unknown, after: unknown, changes: StateChange[]): void {
  if (Object.is(before, after) || changes.length > MAX_CHANGES) return
  const [from, to] = [membersOf(before), membersOf(after)]
  if (from === undefined || to === undefined || typeOf(before) !== typeOf(after)) {
    if (!isSameOmission(before, after)) changes.push({ kind: 'set', path, value: after })
  } else if (isList(from) && isList(to)) {
    if (before instanceof Special && before.type === 'Map') compareEntries(path, from, to, changes)
    else compareItems(path, from, to, changes)
  } else if (!isList(from) && !isList(to)) compareMembers(path, from, to, changes)
}

function compareMembers(path: StatePath, from: Members, to: Members, changes: StateChange[]): void {
  for (const key of Object.keys(from)) {
    if (Object.hasOwn(to, key)) compare([...path, key], from[key], to[key], changes)
    else changes.push({ kind: 'delete', path: [...path, key] })
  }
  for (const key of Object.keys(to)) {
    if (!Object.hasOwn(from, key)) changes.push({ kind: 'set', path: [...path, key], value: to[key] })
  }
}

/** Of lists of one length each item is compared with the one in its place, of others the middle is told as new. */
function compareItems(path: StatePath, from: readonly unknown[], to: readonly unknown[], changes: StateChange[]): void {
  if (from.length === to.length) {
    for (let i = 0; i < from.length; i++) compare([...path, i], from[i], to[i], changes)
  } else splice(path, from, to, changes)
}

/** A path leads to the value of an entry; where keys are others, entries go and come. */
function compareEntries(
  path: StatePath,
  from: readonly unknown[],
  to: readonly unknown[],
  changes: StateChange[],
): void {
  const isOfSameKeys = from.length === to.length && from.every((entry, i) => isAlike(keyOf(entry), keyOf(to[i])))
  if (!isOfSameKeys) return splice(path, from, to, changes)
  for (let i = 0; i < from.length; i++) compare([...path, i], valueOf(from[i]), valueOf(to[i]), changes)
}

function keyOf(entry: unknown): unknown {
  return Array.isArray(entry) ? entry[0] : entry
}

function valueOf(entry: unknown): unknown {
  return Array.isArray(entry) ? entry[1] : undefined
}

function splice(path: StatePath, from: readonly unknown[], to: readonly unknown[], changes: StateChange[]): void {
  const shorter = Math.min(from.length, to.length)
  let head = 0
  while (head < shorter && isAlike(from[head], to[head])) head++
  let tail = 0
  while (tail < shorter - head && isAlike(from[from.length - 1 - tail], to[to.length - 1 - tail])) tail++
  const inserted = to.slice(head, to.length - tail)
  const removed = from.length - tail - head
  if (removed + inserted.length > 0) changes.push({ kind: 'splice', path, at: head, removed, inserted })
}

type Members = Readonly<Record<string, unknown>>

/** Members by key, or items; undefined for what has neither, and for what is told as one. */
function membersOf(value: unknown): Members | readonly unknown[] | undefined {
  if (value instanceof Omitted || typeof value !== 'object' || value === null) return undefined
  if (!(value instanceof Special)) return value as Members | readonly unknown[]
  const { entries, items } = value.members
  if (value.type === 'Map' && Array.isArray(entries)) return entries
  return value.type === 'Set' && Array.isArray(items) ? items : value.members
}

/** `Array.isArray` does not take `readonly` lists for lists. */
function isList(members: Members | readonly unknown[]): members is readonly unknown[] {
  return Array.isArray(members)
}

/** NaN for what is no index, which is that of nothing. */
function indexOf(step: string | number): number {
  return typeof step === 'number' || /^\d{1,9}$/.test(step) ? Number(step) : Number.NaN
}

/** Of a map's entry its value is what a path leads to. */
function itemOf(list: unknown, items: readonly unknown[], index: number): unknown {
  const item = items[index]
  return list instanceof Special && list.type === 'Map' && Array.isArray(item) ? item[1] : item
}

function typeOf(value: unknown): string {
  if (value instanceof Special) return `special ${value.type}`
  return Array.isArray(value) ? 'list' : 'object'
}

function isSameOmission(a: unknown, b: unknown): boolean {
  return a instanceof Omitted && b instanceof Omitted && a.reason === b.reason && a.amount === b.amount
}
