/** What is known about a prototype: the name of its class, and what its objects probably are. */

import { types } from 'node:util'
import { descriptorOf, errorPrototype, isProxy, prototypeOf, weakGet, weakSet } from './intrinsics.ts'
import type { KeyTable } from './keys.ts'

/** What an object is, by its internal slots. */
export const SORT = {
  ordinary: 0,
  date: 1,
  map: 2,
  set: 3,
  error: 4,
  regexp: 5,
  opaque: 6,
  boxed: 7,
  buffer: 8,
} as const

/** One of the codes of `SORT`. */
export type Sort = (typeof SORT)[keyof typeof SORT]

/** A prototype as objects of its class are written. */
export interface ClassInfo {
  readonly name: string
  /** Interned number of the name, or -1. */
  readonly id: number
  /** What all objects of the class are taken for; undefined where each is looked at. */
  readonly sort: Sort | undefined
}

const MAX_NAME = 64
const MAX_CHAIN = 16
const SLOTTED =
  /^(?:Date|Map|Set|RegExp|Promise|WeakMap|WeakSet|WeakRef|\w*Error|DOMException|Number|String|Boolean|Symbol|BigInt|(?:Shared)?ArrayBuffer|\w*Iterator|\w*Generator|)$/

/** Remembers one entry per prototype, weakly. */
export class ClassTable {
  readonly #keys: KeyTable
  readonly #infos = new WeakMap<object, ClassInfo>()
  readonly #unnamed: ClassInfo

  constructor(keys: KeyTable) {
    this.#keys = keys
    this.#unnamed = { name: 'Object', id: keys.intern('Object'), sort: undefined }
  }

  /** Describes the class whose prototype is `prototype`; null and proxies have no name. */
  describe(prototype: object | null): ClassInfo {
    if (prototype === null || isProxy(prototype)) return this.#unnamed
    return weakGet(this.#infos, prototype) ?? this.#add(prototype)
  }

  /** A class that is known by name only. */
  named(name: string): ClassInfo {
    return { name, id: this.#keys.intern(name), sort: undefined }
  }

  #add(prototype: object): ClassInfo {
    const name = className(prototype)
    const sort = isAlwaysOrdinary(prototype) ? SORT.ordinary : undefined
    const info = { name, id: this.#keys.intern(name), sort }
    weakSet(this.#infos, prototype, info)
    return info
  }
}

/** Looks at internal slots, so objects of other realms and with foreign prototypes are told right. Never pass a proxy. */
export function sortOf(value: object): Sort {
  if (types.isDate(value)) return SORT.date
  if (types.isMap(value)) return SORT.map
  if (types.isSet(value)) return SORT.set
  if (types.isNativeError(value) || inheritsError(value)) return SORT.error
  if (types.isRegExp(value)) return SORT.regexp
  if (types.isAnyArrayBuffer(value)) return SORT.buffer
  if (types.isBoxedPrimitive(value)) return SORT.boxed
  return isOpaque(value) ? SORT.opaque : SORT.ordinary
}

/** Name of a function as its own data property tells it, without running anything; empty if there is none. */
export function functionName(method: object): string {
  const descriptor = descriptorOf(method, 'name')
  if (descriptor === undefined || 'get' in descriptor || typeof descriptor.value !== 'string') return ''
  return descriptor.value
}

function isOpaque(value: object): boolean {
  return (
    types.isPromise(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value) ||
    types.isGeneratorObject(value) ||
    types.isMapIterator(value) ||
    types.isSetIterator(value) ||
    types.isModuleNamespaceObject(value) ||
    types.isExternal(value)
  )
}

/** True for old-style errors and DOMException, which have no error slot. */
function inheritsError(value: object): boolean {
  let prototype = prototypeOf(value)
  for (let i = 0; i < MAX_CHAIN && prototype !== null && !isProxy(prototype); i++) {
    if (prototype === errorPrototype) return true
    prototype = prototypeOf(prototype)
  }
  return false
}

/** True if nothing up the chain could give objects of this class an internal slot. */
function isAlwaysOrdinary(prototype: object): boolean {
  let each: object | null = prototype
  for (let i = 0; i < MAX_CHAIN; i++) {
    if (each === null) return true
    if (isProxy(each) || SLOTTED.test(className(each))) return false
    each = prototypeOf(each)
  }
  return false
}

function className(prototype: object): string {
  const descriptor = descriptorOf(prototype, 'constructor')
  if (descriptor === undefined || 'get' in descriptor) return ''
  const constructor: unknown = descriptor.value
  if (typeof constructor !== 'function' || isProxy(constructor)) return ''
  const name = functionName(constructor)
  return name.length > MAX_NAME ? name.slice(0, MAX_NAME) : name
}
