/** Fields of a form, urlencoded or multipart, as one object: repeated names become arrays. */

import { KEY, OMISSION, TAG } from '@cinescope/protocol'
import { writeJson } from './json-text.ts'
import { isCallback, isFlowName, isFlowSecret } from './oauth.ts'
import type { PathState } from './paths.ts'
import { decodeComponent } from './percent.ts'
import { scrubKey } from './scrub.ts'
import type { Walker } from './walker.ts'

/** What a field holds. `cut` stands for one whose value the end of the text cuts, `unread` for one that tells no name. */
export type FieldValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'json'; readonly text: string }
  | { readonly kind: 'file'; readonly name: string; readonly type: string; readonly size: number }
  | { readonly kind: 'cut' }
  | { readonly kind: 'unread' }

/** One field as sent. */
export interface Field {
  readonly name: string
  readonly value: FieldValue
}

const MAX_FIELDS = 10_000

/** Splits urlencoded text (a query without its `?`, or a body). The last pair of a prefix is cut. */
export function urlencodedFields(text: string, isWhole: boolean): readonly Field[] {
  const fields: Field[] = []
  for (let from = 0; from < text.length && fields.length < MAX_FIELDS;) {
    const amp = text.indexOf('&', from)
    const pair = text.slice(from, amp < 0 ? text.length : amp)
    if (pair !== '') fields.push(pairField(pair, amp < 0 && !isWhole))
    from += pair.length + 1
  }
  return fields
}

function pairField(pair: string, isCut: boolean): Field {
  const equals = pair.indexOf('=')
  const name = decodeComponent(equals < 0 ? pair : pair.slice(0, equals))
  if (isCut) return { name: equals < 0 ? '' : name, value: { kind: 'cut' } }
  return { name, value: { kind: 'text', text: equals < 0 ? '' : decodeComponent(pair.slice(equals + 1)) } }
}

/** Writes fields as an object; returns the end. `before`: the URL's path, if they are its query. */
export function writeFields(
  walker: Walker,
  fields: readonly Field[],
  start: number,
  path: PathState | undefined,
  before?: string,
): number {
  if (!walker.open(start)) return walker.cut(start, OMISSION.size, 0)
  const groups = groupByName(fields)
  let left = groups.size
  let at = walker.byte(start, TAG.object)
  for (const [name, group] of groups) {
    if (groups.size - left >= walker.maxWidth || walker.jsonKeys.isExhausted) {
      at = walker.cutKeys(at, OMISSION.width, left)
      break
    }
    if (!walker.hasRoom(at)) {
      at = walker.cutKeys(at, OMISSION.size, left)
      break
    }
    at = writeGroup(walker, name, isFlow(name, group, groups, before) ? undefined : group, at, path)
    left--
  }
  // a field whose very name is cut
  if (fields.at(-1)?.name === '' && fields.at(-1)?.value.kind === 'cut' && walker.hasRoom(at)) {
    at = walker.cutKeys(at, OMISSION.size, 0)
  }
  return walker.close(at, KEY.end)
}

function isFlow(
  name: string,
  group: readonly Field[],
  groups: ReadonlyMap<string, readonly Field[]>,
  before: string | undefined,
): boolean {
  if (!isFlowName(name)) return false
  const isAtCallback = before !== undefined && isCallback(before)
  const has = (other: string): boolean => groups.has(other)
  return group.some(({ value }) => value.kind === 'text' && isFlowSecret(name, value.text, isAtCallback, has))
}

function groupByName(fields: readonly Field[]): ReadonlyMap<string, readonly Field[]> {
  const named = fields.filter(({ name, value }) => name !== '' || value.kind !== 'cut')
  return Map.groupBy(named, ({ name }) => name)
}

/** Writes a name and its fields; undefined stands for those that are left out. */
function writeGroup(
  walker: Walker,
  name: string,
  group: readonly Field[] | undefined,
  start: number,
  path: PathState | undefined,
): number {
  const id = walker.jsonKeys.number(name)
  const at = walker.key(start, id, name)
  const next = path?.step(name)
  // behind a name that holds a secret stands what is left of it, `password: a=b`
  const isSecret = id < 0 && scrubKey(name, walker.redaction) !== name
  if (group === undefined) return walker.omit(at, OMISSION.redacted, 0)
  const isHidden = isSecret || group.some(({ value }) => walker.hides(walker.sensitivity(id, name), scalarOf(value)))
  if (isHidden || next?.redacts === true) return walker.omit(at, OMISSION.redacted, 0)
  const [first] = group
  if (group.length === 1 && first !== undefined) return writeField(walker, first.value, at, 1, next)
  return writeList(walker, group, at, next)
}

function writeList(walker: Walker, group: readonly Field[], start: number, path: PathState | undefined): number {
  if (!walker.open(start)) return walker.cut(start, OMISSION.size, group.length)
  let at = walker.byte(start, TAG.array)
  for (let i = 0; i < group.length; i++) {
    if (i >= walker.maxWidth || !walker.hasRoom(at)) {
      at = walker.cut(at, i >= walker.maxWidth ? OMISSION.width : OMISSION.size, group.length - i)
      break
    }
    // i is below group.length
    at = writeField(walker, group[i]!.value, at, 2, path?.step(String(i)))
  }
  return walker.close(at, TAG.end)
}

function writeField(walker: Walker, value: FieldValue, at: number, depth: number, path: PathState | undefined): number {
  switch (value.kind) {
    case 'text':
      return walker.string(value.text, at)
    case 'json':
      return writeJson(walker, { bytes: walker.scratch.of(value.text), isWhole: true }, at, depth, path)
    case 'file':
      return writeFile(walker, value, at)
    case 'cut':
      return walker.cut(at, OMISSION.size, 0)
    case 'unread':
      return walker.cut(at, OMISSION.corrupt, 0)
  }
}

function writeFile(walker: Walker, file: FieldValue & { readonly kind: 'file' }, start: number): number {
  if (!walker.open(start)) return walker.cut(start, OMISSION.size, file.size)
  let at = walker.key(walker.byte(start, TAG.instance), walker.keys.intern('File'), 'File')
  for (const [name, value] of Object.entries({ size: file.size, type: file.type, name: file.name })) {
    if (!walker.hasRoom(at)) {
      at = walker.cutKeys(at, OMISSION.size, 0)
      break
    }
    at = walker.member(name, value, at, 1, undefined, undefined)
  }
  return walker.close(at, KEY.end)
}

/** A field of digits, or true or false, is kept under a name that hides strings only, as the same JSON would be. */
function scalarOf(value: FieldValue): unknown {
  if (value.kind !== 'text') return value
  return /^(?:-?\d+(?:\.\d+)?|true|false)$/.test(value.text) ? 0 : value.text
}
