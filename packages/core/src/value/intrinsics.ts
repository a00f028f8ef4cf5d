/** Built-ins captured at load, so that a patched prototype is never called while a value is walked. */

import { types } from 'node:util'

const uncurry = Function.prototype.bind.bind(Function.prototype.call) as <This, Args extends unknown[], Result>(
  method: (this: This, ...args: Args) => Result,
) => (self: This, ...args: Args) => Result

/** The getter `name` of a built-in prototype as a function of its receiver. */
function getter<Result>(prototype: object, name: PropertyKey): (self: unknown) => Result {
  const method = Object.getOwnPropertyDescriptor(prototype, name)?.get as (this: unknown) => Result
  return uncurry(method)
}

/** True for a proxy, a revoked one too. Runs no trap. */
export const isProxy: (value: unknown) => boolean = types.isProxy
/** Own descriptor of a property; never call it on a proxy. */
export const descriptorOf: (value: object, key: PropertyKey) => PropertyDescriptor | undefined =
  Object.getOwnPropertyDescriptor
/** Own enumerable string keys; never call it on a proxy. */
export const keysOf: (value: object) => string[] = Object.keys
/** Prototype; never call it on a proxy. */
export const prototypeOf: (value: object) => object | null = Object.getPrototypeOf as (value: object) => object | null
export const hasOwn: (value: object, key: PropertyKey) => boolean = Object.hasOwn
export const isArray: (value: unknown) => value is unknown[] = Array.isArray as (value: unknown) => value is unknown[]
export const isView: (value: unknown) => value is ArrayBufferView = ArrayBuffer.isView as (
  value: unknown,
) => value is ArrayBufferView
export const objectPrototype: object = Object.prototype
export const errorPrototype: object = Error.prototype

/** Getter of an own accessor, else undefined; climbs to the prototype if the property is not own. */
export const getterOf: (value: object, key: PropertyKey) => unknown = uncurry(
  (Object.prototype as unknown as { __lookupGetter__(this: object, key: PropertyKey): unknown }).__lookupGetter__,
)

export const mapGet: <K, V>(map: Map<K, V>, key: K) => V | undefined = uncurry(Map.prototype.get) as <K, V>(
  map: Map<K, V>,
  key: K,
) => V | undefined
export const setHas: <T>(set: ReadonlySet<T>, item: T) => boolean = uncurry(Set.prototype.has) as <T>(
  set: ReadonlySet<T>,
  item: T,
) => boolean
export const weakGet: <K extends object, V>(map: WeakMap<K, V>, key: K) => V | undefined = uncurry(
  WeakMap.prototype.get,
) as <K extends object, V>(map: WeakMap<K, V>, key: K) => V | undefined
export const weakSet: (map: WeakMap<object, unknown>, key: object, value: unknown) => unknown = uncurry(
  WeakMap.prototype.set,
)

/** Code unit at an index, NaN beyond the end. */
export const unitAt: (text: string, index: number) => number = uncurry(String.prototype.charCodeAt)

/** Runs an expression without looking up what the program may have put on it. */
export const execute: (regexp: RegExp, text: string) => RegExpExecArray | null = uncurry(RegExp.prototype.exec)

/** Copies code units below 256 as bytes, natively; works on views of shared memory. */
export const writeLatin1: (into: Uint8Array, text: string, at: number, length: number) => number = uncurry(
  (Buffer.prototype as unknown as { latin1Write(this: Uint8Array, text: string, at: number, length: number): number })
    .latin1Write,
)

type Slice = (this: Uint8Array, from: number, to: number) => string
const bufferMethods = Buffer.prototype as unknown as {
  readonly utf8Slice: Slice
  readonly latin1Slice: Slice
  utf8Write(this: Uint8Array, text: string, at: number, length: number): number
}
/** Text of UTF-8 bytes; what is no UTF-8 becomes U+FFFD. */
export const utf8Text: (bytes: Uint8Array, from: number, to: number) => string = uncurry(bufferMethods.utf8Slice)
/** Text of bytes below 128. */
export const asciiText: (bytes: Uint8Array, from: number, to: number) => string = uncurry(bufferMethods.latin1Slice)
/** Writes a text as UTF-8; gives the number of bytes. Stops before a character that does not fit. */
export const writeUtf8: (into: Uint8Array, text: string, at: number, length: number) => number = uncurry(
  bufferMethods.utf8Write,
)
/** Steps a built-in iterator. */
export type Step = (iterator: unknown) => IteratorResult<unknown, unknown>

export const mapEntries: (map: unknown) => unknown = uncurry(Map.prototype.entries)
export const mapSize: (map: unknown) => number = getter(Map.prototype, 'size')
export const nextEntry: Step = uncurry(nextOf(new Map().entries())) as Step
export const setValues: (set: unknown) => unknown = uncurry(Set.prototype.values)
export const setSize: (set: unknown) => number = getter(Set.prototype, 'size')
export const nextItem: Step = uncurry(nextOf(new Set().values())) as Step

export const dateTime: (date: unknown) => number = uncurry(Date.prototype.getTime)
export const symbolDescription: (symbol: unknown) => string | undefined = getter(Symbol.prototype, 'description')
export const regexpSource: (regexp: unknown) => string = getter(RegExp.prototype, 'source')

/** Flag letters of a RegExp with the built-in getters that tell them; `flags` itself would call user code. */
export const REGEXP_FLAGS: readonly (readonly [string, (regexp: unknown) => boolean])[] = [
  ['d', getter(RegExp.prototype, 'hasIndices')],
  ['g', getter(RegExp.prototype, 'global')],
  ['i', getter(RegExp.prototype, 'ignoreCase')],
  ['m', getter(RegExp.prototype, 'multiline')],
  ['s', getter(RegExp.prototype, 'dotAll')],
  ['u', getter(RegExp.prototype, 'unicode')],
  ['v', getter(RegExp.prototype, 'unicodeSets')],
  ['y', getter(RegExp.prototype, 'sticky')],
]

export const unboxNumber: (box: unknown) => number = uncurry(Number.prototype.valueOf)
export const unboxString: (box: unknown) => string = uncurry(String.prototype.valueOf)
export const unboxBoolean: (box: unknown) => boolean = uncurry(Boolean.prototype.valueOf)
export const unboxSymbol: (box: unknown) => symbol = uncurry(Symbol.prototype.valueOf)
export const unboxBigint: (box: unknown) => bigint = uncurry(BigInt.prototype.valueOf)

const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object
export const typedArrayName: (view: unknown) => string | undefined = getter(typedArray, Symbol.toStringTag)
export const typedArrayBuffer: (view: unknown) => ArrayBufferLike = getter(typedArray, 'buffer')
export const typedArrayOffset: (view: unknown) => number = getter(typedArray, 'byteOffset')
export const typedArrayBytes: (view: unknown) => number = getter(typedArray, 'byteLength')
export const dataViewBuffer: (view: unknown) => ArrayBufferLike = getter(DataView.prototype, 'buffer')
export const dataViewOffset: (view: unknown) => number = getter(DataView.prototype, 'byteOffset')
export const dataViewBytes: (view: unknown) => number = getter(DataView.prototype, 'byteLength')
export const bufferBytes: (buffer: unknown) => number = getter(ArrayBuffer.prototype, 'byteLength')
export const sharedBufferBytes: (buffer: unknown) => number = getter(SharedArrayBuffer.prototype, 'byteLength')
export const Bytes: Uint8ArrayConstructor = Uint8Array

/** Message of a DOMException (fetch aborts and timeouts), which is no own property. Throws on any other object. */
export const domExceptionMessage: (error: unknown) => string = getter(DOMException.prototype, 'message')

/** Getter that V8 gives to errors of this realm for `stack`, when it does. */
export const stackGetter: ((this: unknown) => unknown) | undefined = Object.getOwnPropertyDescriptor(
  new Error('probe'),
  'stack',
)?.get
export const readStack: ((error: unknown) => unknown) | undefined =
  stackGetter === undefined ? undefined : uncurry(stackGetter)

/** A copy that does not keep alive a longer text that `text` may be a slice of. */
export function ownCopy(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le')
}

export const parseJson: (text: string) => unknown = JSON.parse

function nextOf(iterator: Iterator<unknown>): (this: unknown) => unknown {
  return (Object.getPrototypeOf(iterator) as { next: (this: unknown) => unknown }).next
}
