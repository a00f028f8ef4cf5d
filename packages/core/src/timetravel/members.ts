/** What decoded values hold, as paths lead to it. */

import { Omitted, Special, type StatePath } from '@cinescope/protocol'

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

/** Members by key. */
export type Members = Readonly<Record<string, unknown>>

/** Members by key, or items; undefined for what has neither, and for what is told as one. */
export function membersOf(value: unknown): Members | readonly unknown[] | undefined {
  if (value instanceof Omitted || typeof value !== 'object' || value === null) return undefined
  if (!(value instanceof Special)) return value as Members | readonly unknown[]
  const { entries, items } = value.members
  if (value.type === 'Map' && Array.isArray(entries)) return entries
  return value.type === 'Set' && Array.isArray(items) ? items : value.members
}

/** True for items. `Array.isArray` does not take `readonly` lists for lists. */
export function isList(members: Members | readonly unknown[]): members is readonly unknown[] {
  return Array.isArray(members)
}

/** The index that a step is: NaN for what is none, which is that of nothing. */
export function indexOf(step: string | number): number {
  return typeof step === 'number' || /^\d{1,9}$/.test(step) ? Number(step) : Number.NaN
}

/** The item at an index; of a map's entry its value is what a path leads to. */
export function itemOf(list: unknown, items: readonly unknown[], index: number): unknown {
  const item = items[index]
  return list instanceof Special && list.type === 'Map' && Array.isArray(item) ? item[1] : item
}

/** Values of two types are not compared member by member. */
export function typeOf(value: unknown): string {
  if (value instanceof Special) return `special ${value.type}`
  return Array.isArray(value) ? 'list' : 'object'
}
