/** What is not alike between two events that stand for each other. */

import { type CinescopeEvent, type DiffChange, Omitted, Special } from '@cinescope/protocol'
import { isIdentity } from './identity.ts'

/** Changes listed of one event. */
export const MAX_CHANGES = 20

/** Kinds whose number is a time. */
const TIMED: ReadonlySet<string> = new Set(['receive', 'message', 'actor.call', 'actor.cast', 'actor.info'])

/** What differed when they began, values aside: only roots that stand for each other may have different names. */
export function identityChanges(a: CinescopeEvent, b: CinescopeEvent): DiffChange[] {
  const changes: DiffChange[] = []
  for (const path of ['kind', 'name'] as const) compare(path, a[path], b[path], changes)
  return changes
}

/** What differed in their values; `MAX_CHANGES` and one more at most. */
export function valueChanges(a: CinescopeEvent, b: CinescopeEvent): DiffChange[] {
  const changes: DiffChange[] = []
  compare('subject', a.subject, b.subject, changes)
  if (isComparable(a.value, b.value)) compare('value', a.value, b.value, changes)
  return changes
}

/** What differed when they ended, values aside. */
export function outcomeChanges(a: CinescopeEvent, b: CinescopeEvent): DiffChange[] {
  const changes: DiffChange[] = []
  for (const path of ['error', 'aborted', 'open'] as const) compare(path, a[path], b[path], changes)
  if (!TIMED.has(a.kind)) compare('number', a.number, b.number, changes)
  return changes
}

/** What differed in their results; `MAX_CHANGES` and one more at most. */
export function resultChanges(a: CinescopeEvent, b: CinescopeEvent): DiffChange[] {
  const changes: DiffChange[] = []
  if (isComparable(a.result, b.result)) compare('result', a.result, b.result, changes)
  return changes
}

/** False where one of two values is not there to be compared. */
export function isComparable(a: unknown, b: unknown): boolean {
  return !(a instanceof Omitted) && !(b instanceof Omitted)
}

/** Decoded values are trees of bounded depth. O(size). */
function compare(path: string, a: unknown, b: unknown, changes: DiffChange[]): void {
  if (changes.length > MAX_CHANGES || Object.is(a, b)) return
  const [inA, inB] = [membersOf(a), membersOf(b)]
  if (inA === undefined || inB === undefined || typeOf(a) !== typeOf(b)) {
    changes.push({ path, a, b })
    return
  }
  for (const key of Object.keys(inA)) compareMember(path, key, own(inA, key), own(inB, key), changes)
  for (const key of Object.keys(inB)) {
    if (!Object.hasOwn(inA, key)) compareMember(path, key, undefined, own(inB, key), changes)
  }
}

/** Paths are made only where they may be needed: most members are alike. */
function compareMember(path: string, key: string, a: unknown, b: unknown, changes: DiffChange[]): void {
  if (!Object.is(a, b) && !isIdentity(key)) compare(`${path}.${key}`, a, b, changes)
}

function membersOf(value: unknown): object | undefined {
  if (value instanceof Special) return value.members
  return typeof value === 'object' && value !== null ? value : undefined
}

function typeOf(value: unknown): string {
  if (value instanceof Special) return `special ${value.type}`
  if (value instanceof Omitted) return 'omitted'
  return Array.isArray(value) ? 'list' : 'object'
}

function own(members: object, key: string): unknown {
  return Object.hasOwn(members, key) ? (members as Readonly<Record<string, unknown>>)[key] : undefined
}
