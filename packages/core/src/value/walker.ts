/** HOT. The one bounded walk over a value of the recorded program. Runs none of its code: no getter, trap, iterator or toJSON. */

import { types } from 'node:util'
import { KEY, OMISSION, TAG } from '@cinescope/protocol'
import { Attributes } from './attributes.ts'
import { ClassTable, functionName } from './class-table.ts'
import { writeExotic } from './exotic.ts'
import {
  descriptorOf,
  getterOf,
  hasOwn,
  isArray,
  isProxy,
  isView,
  keysOf,
  objectPrototype,
  prototypeOf,
  symbolDescription,
} from './intrinsics.ts'
import { JsonKeys } from './json-keys.ts'
import { hiddenBeside, NAMING, namingOf, TREATMENT } from './key-roles.ts'
import type { KeyTable } from './keys.ts'
import type { Sensitivity } from './names.ts'
import { SENSITIVITY } from './names.ts'
import { MediaTypes } from './media-types.ts'
import type { PathState } from './paths.ts'
import { PlainUrls } from './plain-url.ts'
import type { Redaction } from './redaction.ts'
import { Sink } from './sink.ts'
import { redactSql } from './sql.ts'
import { writeUrl } from './url-value.ts'
import { Utf8Scratch } from './utf8-scratch.ts'

/** What `maxDepth` may be at most. */
export const MOST_LEVELS = 32

/** Bounds of one value. They may change between two values. */
export interface ValueLimits {
  /** Containers within each other. */
  readonly maxDepth: number
  /** Keys or items of one container. */
  readonly maxWidth: number
  /** Code units of one string. */
  readonly maxStringLength: number
  /** Bytes of the whole, 64 to `MAX_VALUE_BYTES`. */
  readonly maxBytes: number
}

/** Texts of indexes, for paths only. */
const INDEXES: readonly string[] = Array.from({ length: 100 }, (_, index) => String(index))

/** Digits are not worked out beyond this: it takes quadratic time. */
const HUGE = 1n << 1024n

/** A sink that knows how to walk. One per thread; not re-entrant, which nothing it does can cause. */
export class Walker extends Sink {
  readonly classes: ClassTable
  readonly mediaTypes: MediaTypes = new MediaTypes()
  readonly jsonKeys: JsonKeys
  readonly plainUrls: PlainUrls
  readonly scratch: Utf8Scratch = new Utf8Scratch()
  readonly #limits: ValueLimits
  readonly #ancestors: (object | undefined)[]

  constructor(keys: KeyTable, redaction: Redaction, limits: ValueLimits) {
    super(keys, redaction, limits)
    this.classes = new ClassTable(keys)
    this.jsonKeys = new JsonKeys(keys, redaction)
    this.plainUrls = new PlainUrls(redaction)
    this.#limits = limits
    this.#ancestors = Array.from({ length: MOST_LEVELS + 1 }, () => undefined)
  }

  get maxWidth(): number {
    return this.#limits.maxWidth
  }

  get maxDepth(): number {
    return this.#limits.maxDepth
  }

  /** Lets go of what an interrupted walk still held. */
  reset(): void {
    for (let i = 0; i < this.#ancestors.length; i++) this.#ancestors[i] = undefined
  }

  /** Notes a container that what is written next lies in; false if it is inside of itself. */
  enter(value: object, depth: number): boolean {
    if (this.#levelsUp(value, depth) > 0) return false
    this.#ancestors[depth] = value
    return true
  }

  /** Writes `value`, found at `path` inside `depth` containers. Needs 13 bytes of room. */
  value(value: unknown, at: number, depth: number, path: PathState | undefined): number {
    switch (typeof value) {
      case 'string':
        return this.string(value, at)
      case 'number':
        return this.number(value, at)
      case 'object':
        return value === null ? this.byte(at, TAG.null) : this.#object(value, at, depth, path)
      case 'boolean':
        return this.byte(at, value ? TAG.true : TAG.false)
      case 'undefined':
        return this.byte(at, TAG.undefined)
      case 'function':
        return isProxy(value) ? this.omit(at, OMISSION.proxy, 0) : this.text(TAG.function, functionName(value), at)
      case 'symbol':
        return this.text(TAG.symbol, symbolDescription(value) ?? '', at)
      case 'bigint':
        return this.bigint(value, at)
      default:
        return this.omit(at, OMISSION.corrupt, 0)
    }
  }

  /** A tag and a string that belongs to it. */
  text(tag: number, text: string, at: number): number {
    return this.string(text, this.byte(at, tag))
  }

  bigint(value: bigint, at: number): number {
    const start = this.byte(at, TAG.bigint)
    if (value >= HUGE || value <= -HUGE) return this.cut(start, OMISSION.size, 0)
    return this.string(String(value), start)
  }

  /** Own enumerable members in order, and the end. */
  fields(value: object, names: readonly string[], start: number, depth: number, path: PathState | undefined): number {
    const shown = names.length > this.maxWidth ? this.maxWidth : names.length
    // so wide an object is no pair, and listing its keys once more would cost as much as the first time
    const owner = names.length > shown ? undefined : value
    let at = start
    for (let i = 0; i < shown; i++) {
      // i is below names.length
      const name = names[i]!
      if (!this.hasRoom(at)) return this.cutKeys(at, OMISSION.size, names.length - i)
      const descriptor = descriptorOf(value, name)
      if (descriptor === undefined) continue
      // data descriptors have no `get`; should a patched Object.prototype have one, nothing is read at all
      if ('get' in descriptor) at = this.omit(this.#name(name, at, depth), OMISSION.getter, 0)
      else at = this.member(name, descriptor.value, at, depth, path, owner)
    }
    if (names.length > shown) at = this.cutKeys(at, OMISSION.width, names.length - shown)
    return at
  }

  /** One key with its value. `owner` is asked whether the value is the secret half of a name-value pair. */
  member(
    name: string,
    value: unknown,
    at: number,
    depth: number,
    path: PathState | undefined,
    owner: object | undefined,
  ): number {
    // below the top, as among headers and parameters, a peer may have chosen the names
    const id = this.keys.intern(name, depth > 1)
    const start = this.key(at, id, name)
    const treatment = this.treatment(id, name)
    if (treatment !== 0 && this.isHidden(treatment, value, owner)) return this.omit(start, OMISSION.redacted, 0)
    const next = path === undefined ? undefined : path.step(name)
    if (next !== undefined && next.redacts) return this.omit(start, OMISSION.redacted, 0)
    if ((treatment & TREATMENT.url) !== 0) return writeUrl(this, value, start, depth, next)
    if ((treatment & TREATMENT.sql) !== 0 && typeof value === 'string') return this.string(redactSql(value), start)
    return this.value(value, start, depth, next)
  }

  /** Items of a list, at most `maxWidth`; holes are undefined. */
  items(list: object, length: number, start: number, depth: number, path: PathState | undefined): number {
    const shown = length > this.maxWidth ? this.maxWidth : length
    let at = start
    let previous: unknown
    for (let i = 0; i < shown; i++) {
      if (!this.hasRoom(at)) return this.cut(at, OMISSION.size, length - i)
      if (!hasOwn(list, i)) at = this.byte(at, TAG.undefined)
      else if (getterOf(list, i) !== undefined) at = this.omit(at, OMISSION.getter, 0)
      else {
        const item = (list as readonly unknown[])[i]
        at = this.item(item, previous, at, depth, path === undefined ? undefined : path.step(INDEXES[i] ?? String(i)))
        previous = item
      }
    }
    if (length > shown) at = this.cut(at, OMISSION.width, length - shown)
    return at
  }

  /** The arguments of a call; bit i of `hidden` leaves out argument i. They count for no depth. */
  arguments(args: ArrayLike<unknown>, start: number, hidden: number): number {
    const length = args.length
    const shown = length > this.maxWidth ? this.maxWidth : length
    const path = this.redaction.paths
    let at = this.byte(start, TAG.array)
    this.open(start)
    let previous: unknown
    for (let i = 0; i < shown; i++) {
      if (!this.hasRoom(at)) return this.close(this.cut(at, OMISSION.size, length - i), TAG.end)
      const item = args[i]
      if (hidden !== 0 && ((hidden >>> (i < 31 ? i : 31)) & 1) === 1 && this.hides(SENSITIVITY.strict, item)) {
        at = this.omit(at, OMISSION.redacted, 0)
      } else {
        at = this.item(item, previous, at, 0, path === undefined ? undefined : path.step(INDEXES[i] ?? String(i)))
      }
      previous = item
    }
    if (length > shown) at = this.cut(at, OMISSION.width, length - shown)
    return this.close(at, TAG.end)
  }

  /** One item of a list; a primitive behind a sensitive name is hidden, as in raw headers or `set('password', x)`. */
  item(item: unknown, previous: unknown, at: number, depth: number, path: PathState | undefined): number {
    if (path !== undefined && path.redacts) return this.omit(at, OMISSION.redacted, 0)
    if (typeof previous === 'string' && this.#mayBeSecret(item) && this.redaction.announces(previous)) {
      return this.omit(at, OMISSION.redacted, 0)
    }
    return this.value(item, at, depth, path)
  }

  /** True if a member of this treatment is left out of `owner`. */
  isHidden(treatment: number, value: unknown, owner: object | undefined): boolean {
    if (this.hides((treatment & TREATMENT.sensitivity) as Sensitivity, value)) return true
    const named = treatment & (TREATMENT.value | TREATMENT.data)
    return named !== 0 && owner !== undefined && this.#isNamedSecret(owner, named)
  }

  #object(value: object, at: number, depth: number, path: PathState | undefined): number {
    if (isProxy(value)) return this.omit(at, OMISSION.proxy, 0)
    const levels = this.#levelsUp(value, depth)
    if (levels > 0) return this.#cycle(levels, at)
    if (depth >= this.maxDepth) return this.cut(at, OMISSION.depth, isArray(value) ? value.length : 0)
    if (!this.open(at)) return this.cut(at, OMISSION.size, 0)
    this.#ancestors[depth] = value
    const end = this.#inside(value, at, depth, path)
    this.#ancestors[depth] = undefined
    return end
  }

  /** Writes an object whose closing room is reserved. */
  #inside(value: object, at: number, depth: number, path: PathState | undefined): number {
    if (isArray(value)) {
      return this.close(this.items(value, value.length, this.byte(at, TAG.array), depth + 1, path), TAG.end)
    }
    const prototype = prototypeOf(value)
    if (prototype === objectPrototype && !isView(value)) {
      const names = keysOf(value)
      if (names[0] === '0' && types.isArgumentsObject(value)) {
        return this.close(this.items(value, names.length, this.byte(at, TAG.array), depth + 1, path), TAG.end)
      }
      return this.close(this.fields(value, names, this.byte(at, TAG.object), depth + 1, path), KEY.end)
    }
    if (Attributes.is(value)) {
      return this.close(this.#attributes(value, this.byte(at, TAG.object), depth + 1, path), KEY.end)
    }
    return writeExotic(this, value, this.classes.describe(prototype), at, depth, path)
  }

  #attributes(attributes: Attributes, start: number, depth: number, path: PathState | undefined): number {
    const { names, values } = attributes
    const owner = names.length > this.maxWidth ? undefined : attributes
    let at = start
    let shown = 0
    for (let i = 0; i < names.length; i++) {
      const value = values[i]
      if (value === undefined) continue
      if (shown++ >= this.maxWidth) return this.cutKeys(at, OMISSION.width, names.length - i)
      if (!this.hasRoom(at)) return this.cutKeys(at, OMISSION.size, names.length - i)
      // i is below names.length
      at = this.member(names[i]!, value, at, depth, path, owner)
    }
    return at
  }

  #cycle(levels: number, at: number): number {
    // levels is at most maxDepth, which fits one byte of a varint
    return this.byte(this.byte(at, TAG.cycle), levels)
  }

  #levelsUp(value: object, depth: number): number {
    for (let i = depth - 1; i >= 0; i--) if (this.#ancestors[i] === value) return depth - i
    return 0
  }

  #name(name: string, at: number, depth: number): number {
    return this.key(at, this.keys.intern(name, depth > 1), name)
  }

  #mayBeSecret(item: unknown): boolean {
    return typeof item === 'string' || typeof item === 'number' || typeof item === 'bigint' || isView(item)
  }

  /** True if a member of `owner` tells that the one of this treatment beside it is a secret. */
  #isNamedSecret(owner: object, named: number): boolean {
    const ours = Attributes.is(owner) ? owner : undefined
    const names = ours === undefined ? keysOf(owner) : ours.names
    for (let i = 0; i < names.length && i < this.maxWidth; i++) {
      // i is below names.length
      const name = names[i]!
      const naming = namingOf(name)
      if (naming === NAMING.none) continue
      const value = ours === undefined ? dataOf(owner, name) : ours.values[i]
      if (typeof value === 'string' && (hiddenBeside(naming, value, this.redaction) & named) !== 0) return true
    }
    return false
  }
}

/** Value of a data property. */
function dataOf(owner: object, name: string): unknown {
  const descriptor = descriptorOf(owner, name)
  return descriptor === undefined || 'get' in descriptor ? undefined : descriptor.value
}
