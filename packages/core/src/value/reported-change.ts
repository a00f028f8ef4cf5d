/** HOT. Writes changes of a state that are reported by their paths: what the state has there, and nothing else, is walked. */

import { types } from 'node:util'
import { CHANGE, KEY, putVarint, type StatePath } from '@cinescope/protocol'
import { descriptorOf, isArray, isProxy, isView, objectPrototype, prototypeOf } from './intrinsics.ts'
import { TREATMENT } from './key-roles.ts'
import type { PathState } from './paths.ts'
import { ITEM_ROOM } from './sink.ts'
import type { Walker } from './walker.ts'

/** Most bytes of a step whose key has a number, or of an index. */
const STEP_ROOM = 8
const HIDDEN = -2
const UNTOLD = -1

/**
 * Writes the change at `path`: its value, or that it has gone. Gives the end, `start` if the place is hidden, and -1 if the state
 * has to be walked to tell: on the way is something else than plain objects and arrays, or a key that has no number.
 */
export function writeChange(walker: Walker, state: unknown, path: StatePath, start: number): number {
  const end = write(walker, state, path, start)
  walker.reset()
  return end
}

function write(walker: Walker, state: unknown, path: StatePath, start: number): number {
  const { length } = path
  if (length === 0 || !isHolder(state)) return UNTOLD
  if (length > walker.maxDepth) return UNTOLD
  if (walker.end - start < ITEM_ROOM + STEP_ROOM * (length + 1)) return UNTOLD
  let holder: object = state
  let place: PathState | undefined = walker.redaction.paths
  let at = putVarint(walker.into, walker.byte(start, CHANGE.set), length)
  for (let i = 0; i < length - 1; i++) {
    // what leads back to what it is in is written as a cycle, and rules for paths hold where it is first
    if (!walker.enter(holder, i)) return UNTOLD
    const step = path[i]!
    at = isArray(holder) ? index(walker, holder, step, at) : key(walker, holder, step, at, i + 1)
    if (at < 0) return at === HIDDEN ? start : UNTOLD
    if (place !== undefined) place = place.step(String(step))
    if (place?.redacts === true) return start
    const next: unknown = (holder as { readonly [step: string | number]: unknown })[step]
    if (!isHolder(next)) return UNTOLD
    holder = next
  }
  if (!walker.enter(holder, length - 1)) return UNTOLD
  const last = path[length - 1]!
  if (isArray(holder)) return item(walker, holder, last, at, length, place)
  return member(walker, holder, last, at, { start, depth: length, place })
}

/** A step to an item that is there. */
function index(walker: Walker, list: readonly unknown[], step: string | number, at: number): number {
  if (typeof step !== 'number' || !(step >= 0 && step < list.length) || !isData(list, step)) return UNTOLD
  return putVarint(walker.into, walker.byte(at, KEY.end), step)
}

/** A step to a member that is there, and is not hidden. */
function key(walker: Walker, holder: object, step: string | number, at: number, depth: number): number {
  const name = String(step)
  if (!isData(holder, name) || descriptorOf(holder, name)?.enumerable !== true) return UNTOLD
  const id = walker.keys.intern(name, depth > 1)
  if (id < 0) return UNTOLD
  const treatment = walker.treatment(id, name)
  if (treatment === 0) return walker.key(at, id, name)
  // what holds members is no URL, and is not written as one
  if ((treatment & TREATMENT.url) !== 0) return UNTOLD
  const value = (holder as { readonly [name: string]: unknown })[name]
  return walker.isHidden(treatment, value, holder) ? HIDDEN : walker.key(at, id, name)
}

function item(
  walker: Walker,
  list: readonly unknown[],
  step: string | number,
  at: number,
  depth: number,
  place: PathState | undefined,
): number {
  if (typeof step !== 'number' || !Number.isInteger(step) || step < 0 || step >= list.length) return UNTOLD
  // behind a hole the list may be longer than it was, and what announces a secret stands before it
  if (!isData(list, step) || (step > 0 && !isData(list, step - 1))) return UNTOLD
  const start = putVarint(walker.into, walker.byte(at, KEY.end), step)
  const previous = step > 0 ? list[step - 1] : undefined
  return walker.item(list[step], previous, start, depth, place?.step(String(step)))
}

function member(
  walker: Walker,
  holder: object,
  step: string | number,
  at: number,
  { start, depth, place }: { readonly start: number; readonly depth: number; readonly place: PathState | undefined },
): number {
  const name = String(step)
  const id = walker.keys.intern(name, depth > 1)
  if (id < 0) return UNTOLD
  const descriptor = descriptorOf(holder, name)
  if (descriptor === undefined) {
    walker.byte(start, CHANGE.delete)
    return walker.key(at, id, name)
  }
  if ('get' in descriptor || descriptor.enumerable !== true) return UNTOLD
  return walker.member(name, descriptor.value, at, depth, place, holder)
}

/** True for what is written as an object or an array, and holds nothing that runs code. */
function isHolder(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || isProxy(value)) return false
  if (isArray(value)) return true
  if (types.isArgumentsObject(value)) return false
  const prototype = prototypeOf(value)
  return (prototype === objectPrototype || prototype === null) && !isView(value)
}

/** True if a property is the object's own and no accessor. */
function isData(holder: object, step: string | number): boolean {
  const descriptor = descriptorOf(holder, step)
  return descriptor !== undefined && !('get' in descriptor)
}
