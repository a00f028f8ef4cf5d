/** What makes one decoded state another. What a limit left out of either is not compared: what comes and goes with it is no change. */

import { Omitted, type StateChange, type StatePath } from '@cinescope/protocol'
import { isLeftOut, isSameAsFarAsKnown, restOf } from './left-out.ts'
import { isList, type Members, membersOf, typeOf } from './members.ts'

/** Changes told of one pair of states; beyond them the whole is told anew. */
const MAX_CHANGES = 1000

/** What makes `before` `after`. O(size). */
export function changesBetween(before: unknown, after: unknown): readonly StateChange[] {
  const changes: StateChange[] = []
  compare([], before, after, changes)
  return changes.length > MAX_CHANGES ? [{ kind: 'set', path: [], value: after }] : changes
}

function compare(path: StatePath, before: unknown, after: unknown, changes: StateChange[]): void {
  if (changes.length > MAX_CHANGES || isAsFarAsKnown(before, after)) return
  const [from, to] = [membersOf(before), membersOf(after)]
  if (from === undefined || to === undefined || typeOf(before) !== typeOf(after))
    changes.push({ kind: 'set', path, value: after })
  else if (isList(from) && isList(to)) {
    if (typeOf(before) === 'special Map') compareEntries(path, from, to, changes)
    else compareItems(path, from, to, changes)
  } else if (!isList(from) && !isList(to)) compareMembers(path, from, to, changes)
}

function compareMembers(path: StatePath, from: Members, to: Members, changes: StateChange[]): void {
  const [restFrom, restTo] = [restOf(from), restOf(to)]
  for (const key of Object.keys(from)) {
    if (key === '$omitted' && restFrom !== undefined) continue
    if (Object.hasOwn(to, key)) compare([...path, key], from[key], to[key], changes)
    else if (restTo === undefined) changes.push({ kind: 'delete', path: [...path, key] })
  }
  for (const key of Object.keys(to)) {
    if (Object.hasOwn(from, key) || restFrom !== undefined || (key === '$omitted' && restTo !== undefined)) continue
    changes.push({ kind: 'set', path: [...path, key], value: to[key] })
  }
  if (restTo === undefined || isAsMany(Object.keys(from).length, restFrom, Object.keys(to).length, restTo)) return
  changes.push({ kind: 'set', path: [...path, '$omitted'], value: restTo })
}

/** Of lists of one length each item is compared with the one in its place, of others the middle is told as new. */
function compareItems(path: StatePath, from: readonly unknown[], to: readonly unknown[], changes: StateChange[]): void {
  if (from.length !== to.length && restOf(from) === undefined && restOf(to) === undefined)
    return splice(path, from, to, changes)
  const shown = shownOfBoth(from, to)
  for (let i = 0; i < shown; i++) compare([...path, i], from[i], to[i], changes)
  compareRest(path, from, to, changes)
}

/** A path leads to the value of an entry; where keys are others, entries go and come. */
function compareEntries(
  path: StatePath,
  from: readonly unknown[],
  to: readonly unknown[],
  changes: StateChange[],
): void {
  const shown = shownOfBoth(from, to)
  const isCut = restOf(from) !== undefined || restOf(to) !== undefined
  const isOfSameKeys = from.slice(0, shown).every((entry, i) => isAlike(keyOf(entry), keyOf(to[i])))
  if (!isOfSameKeys || (from.length !== to.length && !isCut)) return splice(path, from, to, changes)
  for (let i = 0; i < shown; i++) compare([...path, i], valueOf(from[i]), valueOf(to[i]), changes)
  compareRest(path, from, to, changes)
}

/** What is behind the items that both show is known by their number only. */
function compareRest(path: StatePath, from: readonly unknown[], to: readonly unknown[], changes: StateChange[]): void {
  const [restFrom, restTo] = [restOf(from), restOf(to)]
  if (isAsMany(from.length, restFrom, to.length, restTo)) return
  const at = shownOfBoth(from, to)
  if (restFrom === undefined || restTo === undefined)
    changes.push({ kind: 'splice', path, at, removed: from.length - at, inserted: to.slice(at) })
  else changes.push({ kind: 'set', path: [...path, to.length - 1], value: restTo })
}

/** Items that two lists show, whatever stands for the rest. */
function shownOfBoth(from: readonly unknown[], to: readonly unknown[]): number {
  const ends = [from, to].map((list) => (restOf(list) === undefined ? list.length : list.length - 1))
  return Math.min(...ends)
}

/** True if two containers hold as many, or it is not known. What stands for the rest is counted by the lengths. */
function isAsMany(length: number, rest: Omitted | undefined, other: number, otherRest: Omitted | undefined): boolean {
  if (rest?.amount === 0 || otherRest?.amount === 0) return true
  return totalOf(length, rest) === totalOf(other, otherRest)
}

function totalOf(length: number, rest: Omitted | undefined): number {
  return rest === undefined ? length : length - 1 + rest.amount
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

/** True if two decoded values are alike, as far as they are known. O(size): it stops at the first difference. */
function isAlike(a: unknown, b: unknown): boolean {
  if (isAsFarAsKnown(a, b)) return true
  const [from, to] = [membersOf(a), membersOf(b)]
  if (from === undefined || to === undefined || typeOf(a) !== typeOf(b)) return false
  if (isList(from) || isList(to)) return isList(from) && isList(to) && areItemsAlike(from, to)
  const [restFrom, restTo] = [restOf(from), restOf(to)]
  const isKnownAlike = (key: string): boolean =>
    Object.hasOwn(from, key) && Object.hasOwn(to, key)
      ? isAlike(from[key], to[key])
      : key === '$omitted' || (Object.hasOwn(from, key) ? restTo : restFrom) !== undefined
  if (!Object.keys(from).every(isKnownAlike) || !Object.keys(to).every(isKnownAlike)) return false
  return isAsMany(Object.keys(from).length, restFrom, Object.keys(to).length, restTo)
}

/** An entry is a list of two. */
function areItemsAlike(from: readonly unknown[], to: readonly unknown[]): boolean {
  if (!isAsMany(from.length, restOf(from), to.length, restOf(to))) return false
  for (let i = 0, shown = shownOfBoth(from, to); i < shown; i++) if (!isAlike(from[i], to[i])) return false
  return true
}

/** True if two values are the same, or what is known of them is. */
function isAsFarAsKnown(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || isSameAsFarAsKnown(a, b)) return true
  if (!isLeftOut(a) && !isLeftOut(b)) return isSameOmission(a, b)
  const isOfOneLimit = isLeftOut(a) && isLeftOut(b) && a.reason === b.reason
  // as many items as before, of a list of which none is there
  return !isOfOneLimit || a.amount === 0 || b.amount === 0 || a.amount === b.amount
}

function isSameOmission(a: unknown, b: unknown): boolean {
  return a instanceof Omitted && b instanceof Omitted && a.reason === b.reason && a.amount === b.amount
}
