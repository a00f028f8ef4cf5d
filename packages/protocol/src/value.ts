/** Decodes the value documents of `value-format.ts`. Runs nothing, and is bounded by the bytes given. */

import { CinescopeError } from './errors.ts'
import { KEY, omissionName, Omitted, Special, TAG } from './value-format.ts'

/** Gives the text of an interned key; undefined when the dictionary has none of that number. */
export type KeyLookup = (key: number) => string | undefined

const MAX_DEPTH = 64
const MAX_ITEMS = 200_000

/** Adds up what decoded values take: 1 for each item, 4 for one that holds others. Two bytes can be an empty object. */
export interface DecodeTally {
  weight: number
}

/**
 * Decodes one document to plain data, `Omitted` and `Special`; objects have no prototype, so no key can reach one.
 * Time and memory are linear in the bytes given, the memory some hundred times as large; `tally` tells. @throws CSC_ERR_CORRUPT
 */
export function decodeValue(bytes: Uint8Array, keyOf: KeyLookup, tally?: DecodeTally): unknown {
  const decoder = new Decoder(bytes, keyOf)
  const value = decoder.document()
  if (tally !== undefined) tally.weight += decoder.weight
  return value
}

class Decoder {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #keyOf: KeyLookup
  #at = 0
  #depth = 0
  #items = 0
  #containers = 0

  constructor(bytes: Uint8Array, keyOf: KeyLookup) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#keyOf = keyOf
  }

  get weight(): number {
    return this.#items + this.#containers * 3
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
    this.#containers++
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
    // a spread would go over the bytes by their iterator
    for (let i = 0; i < bytes.length; i += 4096) text += fromCharCodes(bytes.subarray(i, i + 4096))
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

/** Text of at most some thousand code units. */
function fromCharCodes(units: ArrayLike<number>): string {
  // what `apply` takes is any list, whatever its type says
  return String.fromCharCode.apply(undefined, units as number[])
}
