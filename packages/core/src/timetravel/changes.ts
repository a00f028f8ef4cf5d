/** Changes of states: what a patch says, and what they have to do with a path. */

import { Special, type StateChange, type StatePath } from '@cinescope/protocol'
import { indexOf } from './members.ts'

/** The changes that a decoded patch holds; undefined for what is none. */
export function changesIn(patch: unknown): readonly StateChange[] | undefined {
  if (!(patch instanceof Special) || patch.type !== 'patch') return undefined
  const { changes } = patch.members
  return Array.isArray(changes) ? changes.map((change) => changeOf(change as Told)) : undefined
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
