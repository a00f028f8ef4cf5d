/** Writes errors: class, message, stack, chain of causes, own fields. */

import { KEY, OMISSION, TAG } from '@cinescope/protocol'
import type { ClassInfo } from './class-table.ts'
import { descriptorOf, domExceptionMessage, hasOwn, isProxy, keysOf, readStack, stackGetter } from './intrinsics.ts'
import { withoutRows } from './database-text.ts'
import type { PathState } from './paths.ts'
import type { Walker } from './walker.ts'

/** Least room in which an error is begun. */
const ERROR_ROOM = 160
/** Parsers of bodies (body-parser, raw-body, express) hang the body on their errors, whose `type` begins so. */
const BODY_ERROR = 'entity.'
/** Members of what http-errors makes. */
const HTTP_ERROR: readonly string[] = ['expose', 'statusCode']
/** V8 quotes what `JSON.parse` stumbled over. */
const JSON_MESSAGE = ' is not valid JSON'
const HEAD = 512
const QUOTED = /"[\s\S]{0,64}?" is not valid JSON/
const BODIES: readonly string[] = ['body', 'rawBody']
/** ioredis hangs the command with all its arguments on the error of a reply. */
const COMMAND: readonly string[] = ['command']
const NOTHING: readonly string[] = []
/** Of PostgreSQL's errors, and of MySQL's. */
const QUOTING: readonly string[] = ['detail', 'where', 'sqlMessage']
/** Members that have their own place. */
const WRITTEN: readonly string[] = ['message', 'stack', 'cause']
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
  return walker.close(writeFields(walker, error, hiddenOf(error), to, depth, path), KEY.end)
}

function writeMessage(walker: Walker, error: object, info: ClassInfo, at: number): number {
  const descriptor = descriptorOf(error, 'message')
  if (descriptor === undefined) {
    const message = info.name === 'DOMException' ? readQuietly(domExceptionMessage, error) : undefined
    return typeof message === 'string' ? walker.string(message, at) : walker.byte(at, TAG.undefined)
  }
  if ('get' in descriptor) return walker.omit(at, OMISSION.getter, 0)
  return writePart(walker, descriptor.value, at)
}

/** A message or stack, without the piece of a body that it may quote. */
function writePart(walker: Walker, text: unknown, at: number): number {
  if (typeof text !== 'string') return walker.byte(at, TAG.undefined)
  const head = text.length > HEAD ? text.slice(0, HEAD) : text
  if (!head.includes(JSON_MESSAGE)) return walker.string(withoutRows(text), at)
  return walker.string(head.replace(QUOTED, `"…"${JSON_MESSAGE}`) + text.slice(head.length), at)
}

/**
 * V8 formats a stack when it is first read. A program that sets `Error.prepareStackTrace` is called by that,
 * as by any reader of `stack`; no other code of the program is.
 */
function writeStack(walker: Walker, error: object, at: number): number {
  const descriptor = descriptorOf(error, 'stack')
  if (descriptor === undefined) return walker.byte(at, TAG.undefined)
  if (!('get' in descriptor)) {
    return writePart(walker, descriptor.value, at)
  }
  if (readStack === undefined || descriptor.get !== stackGetter) return walker.omit(at, OMISSION.getter, 0)
  const stack = readQuietly(readStack, error)
  return writePart(walker, stack, at)
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

function writeFields(
  walker: Walker,
  error: object,
  hidden: readonly string[],
  start: number,
  depth: number,
  path: PathState | undefined,
): number {
  let at = start
  const errors = descriptorOf(error, 'errors')
  if (errors !== undefined && !('get' in errors) && errors.enumerable !== true && walker.hasRoom(at)) {
    at = walker.member('errors', errors.value, at, depth + 1, path, undefined)
  }
  const names = keysOf(error)
  const texts = quotingOf(error, names)
  for (const [name, text] of texts) if (walker.hasRoom(at)) at = walker.member(name, text, at, depth + 1, path, error)
  const shown = names.filter((name) => !WRITTEN.includes(name) && !hidden.includes(name) && !texts.has(name))
  at = omitHidden(walker, hidden, names, at)
  return walker.fields(error, shown, at, depth + 1, path)
}

/** Texts of drivers that quote rows or parameters, without those. */
function quotingOf(error: object, names: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const name of QUOTING) {
    const text: unknown = names.includes(name) ? descriptorOf(error, name)?.value : undefined
    const masked = typeof text === 'string' ? withoutRows(text) : text
    if (typeof masked === 'string' && masked !== text) found.set(name, masked)
  }
  return found
}

/** Members that hold what a peer or a caller sent, which is recorded elsewhere if at all. */
function hiddenOf(error: object): readonly string[] {
  if (isBodyError(error)) return BODIES
  const command: unknown = descriptorOf(error, 'command')?.value
  return typeof command === 'object' && command !== null && !isProxy(command) && hasOwn(command, 'args')
    ? COMMAND
    : NOTHING
}

/** Whether bodies are recorded is decided elsewhere, and they are text that no tokenizer has seen. */
function isBodyError(error: object): boolean {
  const type = descriptorOf(error, 'type')
  if (type === undefined || 'get' in type) return false
  if (typeof type.value !== 'string') return false
  // one that http-errors made of an error of the program's own, whose type may be any
  return type.value.startsWith(BODY_ERROR) || HTTP_ERROR.every((name) => hasOwn(error, name))
}

function omitHidden(walker: Walker, hidden: readonly string[], names: readonly string[], start: number): number {
  let at = start
  for (const name of hidden) {
    if (!names.includes(name) || !walker.hasRoom(at)) continue
    at = walker.omit(walker.key(at, walker.keys.intern(name), name), OMISSION.redacted, 0)
  }
  return at
}

function readQuietly(read: (from: unknown) => unknown, from: object): unknown {
  try {
    return read(from)
  } catch {
    // whatever a stack formatter of the program throws is its own
    return undefined
  }
}
