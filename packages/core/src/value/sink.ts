/**
 * HOT. Writes the pieces of an encoded value into a bounded window of bytes.
 *
 * Whoever writes an item makes sure that `ITEM_ROOM` bytes are left before `end`; every open container holds back
 * `CLOSE_ROOM` more, so that it can always say what was left out and close. So a document is whole wherever it stops.
 */

import { KEY, OMISSION, putVarint, TAG } from '@cinescope/protocol'
import { isCardNumber } from './cards.ts'
import { asciiText, execute, unitAt, writeLatin1 } from './intrinsics.ts'
import { roleOf } from './key-roles.ts'
import type { KeyTable } from './keys.ts'
import type { Sensitivity } from './names.ts'
import { SENSITIVITY } from './names.ts'
import type { Redaction } from './redaction.ts'
import { HarmlessTexts, scrubKey, scrubText } from './scrub.ts'
import { MASK } from './shapes.ts'
import {
  CLASS_SHIFT,
  FOUND,
  NOT_ASCII,
  suspicion,
  suspicionOfBytes,
  TRIGRAM,
  TRIGRAM_MASK,
  UNIT_CLASS,
} from './suspicion.ts'

/** Bytes that must be left for any key and a value that stands for one that does not fit. */
export const ITEM_ROOM = 32
/** Bytes an open container holds back: an omission marker (7) and its end. */
const CLOSE_ROOM = 8
/** Bytes that the value of an item may take without asking. */
const VALUE_ROOM = 13

/** Longer strings are not touched at all: reading one unit of a concatenated string makes V8 copy the whole. */
const MAX_TOUCHED = 262_144
/** How far beyond the visible part of a string secrets are looked for. */
const LOOK_AHEAD = 256
/** From this length on copying natively is faster than unit by unit. */
const NATIVE_LENGTH = 24
const WIDE = /[^\0-\xff]/
const MAX_INLINE_KEY = 256
/** Smallest number that may be a card. */
const MIN_CARD = 1e13

/** Code units of one string; may change between two values. */
interface StringLimit {
  readonly maxStringLength: number
}

/** Cursor-free writer: each method takes the position to write at and returns the one behind. */
export class Sink {
  into: Uint8Array = new Uint8Array(0)
  /** First index that must not be written. */
  end = 0
  /** Something was cut since the flag was last reset. */
  truncated = false
  readonly keys: KeyTable
  readonly redaction: Redaction
  readonly #strings: StringLimit
  readonly #hasShapes: boolean
  readonly #harmless: HarmlessTexts
  readonly #scratch = new DataView(new ArrayBuffer(8))

  constructor(keys: KeyTable, redaction: Redaction, strings: StringLimit) {
    this.keys = keys
    this.redaction = redaction
    this.#strings = strings
    this.#hasShapes = redaction.shapes.length > 0
    this.#harmless = new HarmlessTexts(redaction)
  }

  get #maxString(): number {
    return this.#strings.maxStringLength
  }

  /** True when another item of a container may be begun. */
  hasRoom(at: number): boolean {
    return this.end - at >= ITEM_ROOM
  }

  omit(at: number, reason: number, amount: number): number {
    this.into[at] = TAG.omitted
    this.into[at + 1] = reason
    return putVarint(this.into, at + 2, amount)
  }

  /** An omission because of a limit. */
  cut(at: number, reason: number, amount: number): number {
    this.truncated = true
    return this.omit(at, reason, amount)
  }

  /** Marks the keys that are left out at the end of an object. */
  cutKeys(at: number, reason: number, amount: number): number {
    this.truncated = true
    this.into[at] = KEY.omitted
    this.into[at + 1] = reason
    return putVarint(this.into, at + 2, amount)
  }

  /** True if the container fits; it then holds back its room until `close`. */
  open(at: number): boolean {
    if (this.end - at < CLOSE_ROOM + ITEM_ROOM) return false
    this.end -= CLOSE_ROOM
    return true
  }

  /** Writes the end byte of a container: `KEY.end` for one with keys, else `TAG.end`. */
  close(at: number, byte: number): number {
    this.end += CLOSE_ROOM
    this.into[at] = byte
    return at + 1
  }

  /** Ends a container that turned out to need no end; gives back its room. */
  release(at: number): number {
    this.end += CLOSE_ROOM
    return at
  }

  byte(at: number, byte: number): number {
    this.into[at] = byte
    return at + 1
  }

  /** Writes a key by its number, or inline when `id` is negative. */
  key(at: number, id: number, key: string): number {
    if (id >= 0) return putVarint(this.into, at, id + KEY.first)
    this.into[at] = KEY.inline
    const units = Math.min(MAX_INLINE_KEY, (this.end - at - VALUE_ROOM - 11) >>> 1)
    const seen = key.length > MAX_INLINE_KEY ? key.slice(0, MAX_INLINE_KEY + LOOK_AHEAD) : key
    return this.#put(scrubKey(seen, this.redaction), at + 1, units)
  }

  /** How the key is treated, `id` as `keys.intern` gave it. */
  sensitivity(id: number, key: string): Sensitivity {
    return id >= 0 ? this.keys.sensitivity(id) : this.redaction.classify(key)
  }

  /** The same with the bits of `TREATMENT` that are no sensitivity. */
  treatment(id: number, key: string): number {
    return id >= 0 ? this.keys.treatment(id) : this.redaction.classify(key) | roleOf(key)
  }

  number(value: number, at: number): number {
    const into = this.into
    if (value === 0 && 1 / value < 0) return this.byte(at, TAG.negativeZero)
    if ((value | 0) === value) {
      into[at] = value < 0 ? TAG.negative : TAG.uint
      return putVarint(into, at + 1, value < 0 ? -value : value)
    }
    if (Number.isSafeInteger(value)) {
      if (value >= MIN_CARD && isCardNumber(value)) return this.omit(at, OMISSION.redacted, 0)
      into[at] = value < 0 ? TAG.negative : TAG.uint
      return putVarint(into, at + 1, value < 0 ? -value : value)
    }
    if (value !== value) return this.byte(at, TAG.nan)
    if (value === Infinity) return this.byte(at, TAG.infinity)
    if (value === -Infinity) return this.byte(at, TAG.negativeInfinity)
    into[at] = TAG.double
    return this.double(value, at + 1)
  }

  double(value: number, at: number): number {
    this.#scratch.setFloat64(0, value, true)
    for (let i = 0; i < 8; i++) this.into[at + i] = this.#scratch.getUint8(i)
    return at + 8
  }

  /** A string of the recorded program: secrets masked, cut to its limit and to the room. */
  string(text: string, at: number): number {
    const length = text.length
    if (length > this.#maxString || length + 4 > this.end - at || this.#hasShapes) return this.#guarded(text, at)
    if (length >= NATIVE_LENGTH) return this.#long(text, at)
    const into = this.into
    into[at] = TAG.latin1
    into[at + 1] = length
    let to = at + 2
    let trail = 0
    let found = 0
    let digits = 0
    let units = 0
    for (let i = 0; i < length; i++) {
      const unit = unitAt(text, i)
      into[to++] = unit
      units |= unit
      // the class index is below 256, the trail below 2^15
      const kind = UNIT_CLASS[unit & 255]!
      trail = ((trail << 5) | (kind >>> CLASS_SHIFT)) & TRIGRAM_MASK
      found |= (kind & FOUND) | ((TRIGRAM[trail >>> 5]! >>> trail) & 1)
      digits = (digits + (kind & 1)) | 0
    }
    const mayHold = suspicion(found, digits)
    if (units < 256 && (mayHold === 0 || this.#harmless.has(text, mayHold))) return to
    this.wipe(at, to)
    return this.#guarded(text, at)
  }

  /** The same for `bytes[from, to)`; -1, and nothing written, unless they are ASCII, within all limits and no secret. */
  ascii(bytes: Uint8Array, from: number, to: number, at: number): number {
    const length = to - from
    if (length > this.#maxString || length + 4 > this.end - at || this.#hasShapes) return -1
    const into = this.into
    into[at] = TAG.latin1
    const start = putVarint(into, at + 1, length)
    const shift = (start - from) | 0
    let trail = 0
    let found = 0
    let digits = 0
    for (let i = from; i < to; i = (i + 1) | 0) {
      // i is below bytes.length, the class index below 256, the trail below 2^15
      const unit = bytes[i]!
      into[(i + shift) | 0] = unit
      const kind = UNIT_CLASS[unit]!
      trail = ((trail << 5) | (kind >>> CLASS_SHIFT)) & TRIGRAM_MASK
      found |= (kind & FOUND) | ((TRIGRAM[trail >>> 5]! >>> trail) & 1)
      digits = (digits + (kind & 1)) | 0
    }
    const end = start + length
    const mayHold = suspicion(found, digits)
    const isAscii = (found & NOT_ASCII) === 0
    if (isAscii && (mayHold === 0 || this.#harmless.has(asciiText(bytes, from, to), mayHold))) return end
    this.wipe(at, end)
    return -1
  }

  /** A Latin-1 text as it is, for the caller to look at what was written; -1, and nothing written, if it is another or too long. */
  latin1(text: string, at: number): number {
    const { length } = text
    if (length > this.#maxString || length + 4 > this.end - at || execute(WIDE, text) !== null) return -1
    const start = putVarint(this.into, this.byte(at, TAG.latin1), length)
    return length === 0 ? start : start + writeLatin1(this.into, text, start, length)
  }

  /** A text of ours, or one that has been scrubbed. */
  plain(text: string, at: number): number {
    return this.#put(text, at, this.#maxString)
  }

  /** Overwrites bytes that are given up, so that nothing unredacted stays behind in the buffer. */
  wipe(from: number, to: number): void {
    for (let i = from; i < to; i++) this.into[i] = 0
  }

  /** True if a value under a key of this sensitivity is left out; what cannot hold a secret stays. */
  hides(sensitivity: Sensitivity, value: unknown): boolean {
    if (sensitivity === SENSITIVITY.none || value === undefined || value === null) return false
    return sensitivity === SENSITIVITY.strict || (typeof value !== 'number' && typeof value !== 'boolean')
  }

  /** The same, copied natively. */
  #long(text: string, at: number): number {
    if (execute(WIDE, text) !== null) return this.#guarded(text, at)
    const into = this.into
    into[at] = TAG.latin1
    const start = putVarint(into, at + 1, text.length)
    const end = start + writeLatin1(into, text, start, text.length)
    const mayHold = suspicionOfBytes(into, start, end)
    if (mayHold === 0 || this.#harmless.has(text, mayHold)) return end
    this.wipe(at, end)
    return this.#guarded(text, at)
  }

  #guarded(text: string, at: number): number {
    if (text.length > MAX_TOUCHED) return this.#cutString('', text.length, at)
    const seen = text.length > this.#maxString ? text.slice(0, this.#maxString + LOOK_AHEAD) : text
    const safe = scrubText(seen, this.redaction)
    if (safe === MASK) return this.omit(at, OMISSION.redacted, 0)
    if (text.length <= this.#maxString) return this.#put(safe, at, this.#maxString)
    return this.#cutString(safe, text.length, at)
  }

  /** Writes `text` up to `units` code units and to the room, cut if longer. */
  #put(text: string, at: number, units: number): number {
    const room = this.end - at
    const isWide = execute(WIDE, text) !== null
    const bytes = isWide ? text.length * 2 : text.length
    if (text.length > units || bytes + 4 > room) return this.#cutString(text, text.length, at, units)
    return this.#copy(text, text.length, at, isWide)
  }

  #cutString(text: string, length: number, at: number, units = this.#maxString): number {
    this.truncated = true
    const start = putVarint(this.into, this.byte(at, TAG.cut), length)
    const isWide = execute(WIDE, text) !== null
    const room = Math.max(0, this.end - start - 4)
    return this.#copy(text, Math.min(text.length, units, isWide ? room >>> 1 : room), start, isWide)
  }

  #copy(text: string, length: number, at: number, isWide: boolean): number {
    const into = this.into
    into[at] = isWide ? TAG.utf16 : TAG.latin1
    let to = putVarint(into, at + 1, length)
    if (!isWide) return length === 0 ? to : to + writeLatin1(into, text, to, length)
    for (let i = 0; i < length; i++) {
      const unit = unitAt(text, i)
      into[to++] = unit
      into[to++] = unit >>> 8
    }
    return to
  }
}
