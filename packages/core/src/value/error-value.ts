/** Writes errors: class, message, stack, chain of causes, own fields. */

import { KEY, OMISSION, TAG } from '@cinescope/protocol'
import type { ClassInfo } from './class-table.ts'
import { descriptorOf, domExceptionMessage, keysOf, readStack, stackGetter } from './intrinsics.ts'
import type { PathState } from './paths.ts'
import type { Walker } from './walker.ts'

/** Least room in which an error is begun. */
const ERROR_ROOM = 160
/** Room held back for stack, cause and the first own field while the parts before them are written. */
const MESSAGE_RESERVE = 80
const STACK_RESERVE = 48

/** Writes `error`, which is entered and has its closing room reserved. */
export function writeError(
  walker: Walker,
  error: object,
  info: ClassInfo,
  at: number,
  depth: number,
  path: PathState | undefined,
): number {
  if (walker.end - at < ERROR_ROOM) return walker.release(walker.cut(at, OMISSION.size, 0))
  const name = info.name === '' ? 'Error' : info.name
  let to = walker.key(walker.byte(at, TAG.error), walker.keys.intern(name), name)
  walker.end -= MESSAGE_RESERVE
  to = writeMessage(walker, error, info, to)
  walker.end += MESSAGE_RESERVE - STACK_RESERVE
  to = writeStack(walker, error, to)
  walker.end += STACK_RESERVE - MESSAGE_RESERVE / 2
  to = writeOwn(walker, error, 'cause', to, depth, path)
  walker.end += MESSAGE_RESERVE / 2
  return walker.close(writeFields(walker, error, to, depth, path), KEY.end)
}

function writeMessage(walker: Walker, error: object, info: ClassInfo, at: number): number {
  const descriptor = descriptorOf(error, 'message')
  if (descriptor === undefined) {
    const message = info.name === 'DOMException' ? readQuietly(domExceptionMessage, error) : undefined
    return typeof message === 'string' ? walker.string(message, at) : walker.byte(at, TAG.undefined)
  }
  if ('get' in descriptor) return walker.omit(at, OMISSION.getter, 0)
  return typeof descriptor.value === 'string' ? walker.string(descriptor.value, at) : walker.byte(at, TAG.undefined)
}

/**
 * V8 formats a stack when it is first read. A program that sets `Error.prepareStackTrace` is called by that,
 * as by any reader of `stack`; no other code of the program is.
 */
function writeStack(walker: Walker, error: object, at: number): number {
  const descriptor = descriptorOf(error, 'stack')
  if (descriptor === undefined) return walker.byte(at, TAG.undefined)
  if (!('get' in descriptor)) {
    return typeof descriptor.value === 'string' ? walker.string(descriptor.value, at) : walker.byte(at, TAG.undefined)
  }
  if (readStack === undefined || descriptor.get !== stackGetter) return walker.omit(at, OMISSION.getter, 0)
  const stack = readQuietly(readStack, error)
  return typeof stack === 'string' ? walker.string(stack, at) : walker.byte(at, TAG.undefined)
}

function writeOwn(
  walker: Walker,
  error: object,
  name: string,
  at: number,
  depth: number,
  path: PathState | undefined,
): number {
  const descriptor = descriptorOf(error, name)
  if (descriptor === undefined) return walker.byte(at, TAG.undefined)
  if ('get' in descriptor) return walker.omit(at, OMISSION.getter, 0)
  const next = path?.step(name)
  if (next?.redacts === true) return walker.omit(at, OMISSION.redacted, 0)
  return walker.value(descriptor.value, at, depth + 1, next)
}

function writeFields(walker: Walker, error: object, start: number, depth: number, path: PathState | undefined): number {
  let at = start
  const errors = descriptorOf(error, 'errors')
  if (errors !== undefined && !('get' in errors) && errors.enumerable !== true && walker.hasRoom(at)) {
    at = walker.member('errors', errors.value, at, depth + 1, path, undefined)
  }
  const names = keysOf(error).filter((name) => name !== 'message' && name !== 'stack' && name !== 'cause')
  return walker.fields(error, names, at, depth + 1, path)
}

function readQuietly(read: (from: unknown) => unknown, from: object): unknown {
  try {
    return read(from)
  } catch {
    // whatever a stack formatter of the program throws is its own
    return undefined
  }
}
