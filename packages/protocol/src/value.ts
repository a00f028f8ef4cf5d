/**
 * The encoded value: one self-delimiting binary document, keys interned per process. Decoding runs nothing and is bounded.
 *
 * A value is a tag byte and its payload; `v` is an unsigned LEB128 varint, `V` a nested value, `K` a key:
 * | tag | payload | meaning |
 * |---|---|---|
 * | undefined, null, true, false, nan, infinity, negativeInfinity, negativeZero | - | themselves |
 * | uint, negative | v | a safe integer, and the negation of one |
 * | double | f64 LE | any other number |
 * | latin1 | v bytes | string, one byte a code unit |
 * | utf16 | v bytes | string, two bytes a code unit LE (v = code units), lone surrogates kept |
 * | bigint | V | its decimal digits as a string |
 * | cut | v V | a string of v code units of which V is the prefix |
 * | array, set | V* end | items |
 * | object | (K V)* 0 | own enumerable string keys in order |
 * | instance | K (K V)* 0 | object of a class named by the key |
 * | map | (V V)* end | entries; an omission by `width` or `size` in a key's place stands for all that follow |
 * | date | f64 LE | ms since 1970, NaN for an invalid date |
 * | regexp | V | source with flags, a string |
 * | error | K V V V (K V)* 0 | class name, message, stack or undefined, cause or undefined, own fields |
 * | bytes | K v v bytes | view or buffer: class name, whole length, length of the prefix that follows, prefix |
 * | function, symbol | V | name or description, a string |
 * | opaque | K | an object whose inside is not looked at (Promise, WeakMap, ...): class name |
 * | cycle | v | the ancestor v levels up |
 * | omitted | reason v | left out: a reason byte and how much (keys, items, bytes; 0 = not known) |
 *
 * A key is a varint: 0 = no more keys; 1 = inline, a string value follows; 2 = keys left out: reason byte, varint count
 * (no value follows); n >= 3: interned key n - 3.
 */

import { CinescopeError } from './errors.ts'

/** Tag bytes of the format above. */
export const TAG = {
  undefined: 0x00,
  null: 0x01,
  true: 0x02,
  false: 0x03,
  nan: 0x04,
  infinity: 0x05,
  negativeInfinity: 0x06,
  negativeZero: 0x07,
  uint: 0x08,
  negative: 0x09,
  double: 0x0a,
  latin1: 0x10,
  utf16: 0x11,
  bigint: 0x12,
  cut: 0x13,
  array: 0x20,
  object: 0x21,
  instance: 0x22,
  map: 0x23,
  set: 0x24,
  date: 0x25,
  regexp: 0x26,
  error: 0x27,
  bytes: 0x28,
  function: 0x29,
  symbol: 0x2a,
  opaque: 0x2b,
  cycle: 0x2c,
  omitted: 0x30,
  end: 0xff,
} as const

/** Varints of a key that is not interned. Interned key n is written as n + KEY.first. */
export const KEY = { end: 0, inline: 1, omitted: 2, first: 3 } as const

/** Why something was left out of a value, or a whole value was. */
export const OMISSION = {
  depth: 1,
  width: 2,
  size: 3,
  getter: 4,
  proxy: 5,
  redacted: 6,
  lost: 7,
  threw: 8,
  text: 9,
  off: 10,
  corrupt: 11,
} as const

/** The name of a reason. */
export type Omission = keyof typeof OMISSION

/** Stands in a decoded value where something was left out. */
export class Omitted {
  readonly reason: Omission
  /** Keys, items or bytes left out; 0 when not known. */
  readonly amount: number

  constructor(reason: Omission, amount: number) {
    this.reason = reason
    this.amount = amount
  }

  toJSON(): object {
    return this.amount > 0 ? { $omitted: this.reason, amount: this.amount } : { $omitted: this.reason }
  }
}

/** Stands in a decoded value for something JSON has no form for: a date, map, class instance, error, buffer and so on. */
export class Special {
  readonly type: string
  /** Plain members: for an error `message`, `stack`, `cause` and own fields; for an instance its fields; `entries`, `items`, `text`, ... */
  readonly members: { readonly [key: string]: unknown }

  constructor(type: string, members: { readonly [key: string]: unknown }) {
    this.type = type
    this.members = members
  }

  toJSON(): object {
    return { $type: this.type, ...this.members }
  }
}

/** Gives the text of an interned key; undefined when the dictionary has none of that number. */
export type KeyLookup = (key: number) => string | undefined

const REASONS = new Map<number, Omission>(Object.entries(OMISSION).map(([name, code]) => [code, name as Omission]))
const MAX_DEPTH = 64
const MAX_ITEMS = 200_000

/** The reason of a code; `corrupt` for one that this version does not know. */
export function omissionName(code: number): Omission {
  return REASONS.get(code) ?? 'corrupt'
}

/**
 * Decodes one document to plain data, `Omitted` and `Special`; objects have no prototype, so no key can reach one.
 * Time and memory are linear in the bytes given. @throws CSC_ERR_CORRUPT
 */
export function decodeValue(bytes: Uint8Array, keyOf: KeyLookup): unknown {
  return new Decoder(bytes, keyOf).document()
}

class Decoder {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #keyOf: KeyLookup
  #at = 0
  #depth = 0
  #items = 0

  constructor(bytes: Uint8Array, keyOf: KeyLookup) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#keyOf = keyOf
  }

  document(): unknown {
    const value = this.#value(this.#byte())
    if (this.#at !== this.#bytes.length) throw corrupt('bytes follow the value')
    return value
  }

  #value(tag: number): unknown {
    if (++this.#items > MAX_ITEMS) throw corrupt('too many items')
    switch (tag) {
      case TAG.undefined:
        return undefined
      case TAG.null:
        return null
      case TAG.true:
        return true
      case TAG.false:
        return false
      case TAG.nan:
        return Number.NaN
      case TAG.infinity:
        return Number.POSITIVE_INFINITY
      case TAG.negativeInfinity:
        return Number.NEGATIVE_INFINITY
      case TAG.negativeZero:
        return -0
      case TAG.uint:
        return this.#varint()
      case TAG.negative:
        return -this.#varint()
      case TAG.double:
        return this.#double()
      case TAG.omitted:
        return this.#omitted()
      case TAG.cycle:
        return new Special('cycle', { levels: this.#varint() })
      default:
        return this.#textual(tag)
    }
  }

  #textual(tag: number): unknown {
    switch (tag) {
      case TAG.latin1:
        return this.#latin1()
      case TAG.utf16:
        return this.#utf16()
      case TAG.bigint:
        return new Special('bigint', { text: this.#string() })
      case TAG.cut:
        return new Special('cut', { length: this.#varint(), text: this.#string() })
      case TAG.date:
        return this.#date()
      case TAG.regexp:
        return new Special('RegExp', { text: this.#string() })
      case TAG.function:
        return new Special('function', { name: this.#string() })
      case TAG.symbol:
        return new Special('symbol', { description: this.#string() })
      case TAG.opaque:
        return new Special(this.#className(), {})
      case TAG.bytes:
        return this.#binary()
      default:
        return this.#nested(tag)
    }
  }

  #nested(tag: number): unknown {
    if (++this.#depth > MAX_DEPTH) throw corrupt('nested too deeply')
    const value = this.#container(tag)
    this.#depth--
    return value
  }

  #container(tag: number): unknown {
    switch (tag) {
      case TAG.array:
        return this.#list()
      case TAG.set:
        return new Special('Set', { items: this.#list() })
      case TAG.map:
        return new Special('Map', { entries: this.#entries() })
      case TAG.object:
        return this.#fields(emptyObject())
      case TAG.instance:
        return new Special(this.#className(), this.#fields(emptyObject()))
      case TAG.error:
        return this.#error()
      default:
        throw corrupt(`unknown tag ${tag}`)
    }
  }

  #list(): unknown[] {
    const items: unknown[] = []
    for (let tag = this.#byte(); tag !== TAG.end; tag = this.#byte()) items.push(this.#value(tag))
    return items
  }

  #entries(): unknown[] {
    const entries: unknown[] = []
    for (let tag = this.#byte(); tag !== TAG.end; tag = this.#byte()) {
      const key = this.#value(tag)
      const isRest = key instanceof Omitted && (key.reason === 'width' || key.reason === 'size')
      entries.push(isRest ? key : [key, this.#value(this.#byte())])
    }
    return entries
  }

  #fields(into: Record<string, unknown>): Record<string, unknown> {
    for (let code = this.#varint(); code !== KEY.end; code = this.#varint()) {
      if (code === KEY.omitted) into['$omitted'] = this.#omitted()
      else into[this.#key(code)] = this.#value(this.#byte())
    }
    return into
  }

  #error(): Special {
    const type = this.#className()
    const members = emptyObject()
    members['message'] = this.#value(this.#byte())
    const stack = this.#value(this.#byte())
    const cause = this.#value(this.#byte())
    if (stack !== undefined) members['stack'] = stack
    if (cause !== undefined) members['cause'] = cause
    return new Special(type, this.#fields(members))
  }

  #date(): Special {
    const ms = this.#double()
    const valid = Math.abs(ms) <= 8.64e15
    return new Special('Date', { text: valid ? new Date(ms).toISOString() : 'Invalid Date' })
  }

  #binary(): Special {
    const type = this.#className()
    const length = this.#varint()
    const prefix = this.#take(this.#varint())
    let hex = ''
    for (const byte of prefix) hex += byte.toString(16).padStart(2, '0')
    return new Special(type, { length, hex })
  }

  #omitted(): Omitted {
    return new Omitted(omissionName(this.#byte()), this.#varint())
  }

  #className(): string {
    return this.#key(this.#varint())
  }

  #key(code: number): string {
    if (code === KEY.inline) return this.#string()
    if (code < KEY.first) throw corrupt('a key was expected')
    return this.#keyOf(code - KEY.first) ?? `?${code - KEY.first}`
  }

  #string(): string {
    const tag = this.#byte()
    if (tag === TAG.latin1) return this.#latin1()
    if (tag === TAG.utf16) return this.#utf16()
    if (tag === TAG.cut) {
      this.#varint()
      if (++this.#depth > MAX_DEPTH) throw corrupt('nested too deeply')
      const text = `${this.#string()}…`
      this.#depth--
      return text
    }
    if (tag === TAG.omitted) return `[${this.#omitted().reason}]`
    throw corrupt('a string was expected')
  }

  #latin1(): string {
    const bytes = this.#take(this.#varint())
    let text = ''
    for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096))
    return text
  }

  #utf16(): string {
    const bytes = this.#take(this.#varint() * 2)
    const units: number[] = []
    let text = ''
    for (let i = 0; i < bytes.length; i += 2) {
      // i and i + 1 are below the even length
      units.push(bytes[i]! | (bytes[i + 1]! << 8))
      if (units.length === 4096 || i + 2 >= bytes.length) text += String.fromCharCode(...units.splice(0))
    }
    return text
  }

  #double(): number {
    this.#need(8)
    const value = this.#view.getFloat64(this.#at, true)
    this.#at += 8
    return value
  }

  #varint(): number {
    let value = 0
    let scale = 1
    for (let i = 0; i < 8; i++) {
      const byte = this.#byte()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 128
    }
    throw corrupt('a number is too long')
  }

  #take(length: number): Uint8Array {
    this.#need(length)
    const bytes = this.#bytes.subarray(this.#at, this.#at + length)
    this.#at += length
    return bytes
  }

  #byte(): number {
    this.#need(1)
    // #need has checked the index
    return this.#bytes[this.#at++]!
  }

  #need(length: number): void {
    if (this.#at + length > this.#bytes.length) throw corrupt('the value ends too early')
  }
}

function emptyObject(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>
}

function corrupt(why: string): CinescopeError {
  return new CinescopeError('CSC_ERR_CORRUPT', `corrupt value: ${why}`)
}
