/**
 * HOT. Tells in one pass over a URL's bytes that nothing in it can be a secret: most URLs, once those parts are known that
 * all URLs to one server share.
 */

import { setHas, ownCopy } from './intrinsics.ts'
import { SENSITIVITY } from './names.ts'
import { isFlowName } from './oauth.ts'
import type { Redaction } from './redaction.ts'
import { scrubText } from './scrub.ts'
import { CARD_DIGITS, CLASS_SHIFT, TRIGRAM, TRIGRAM_MASK, UNIT_CLASS } from './suspicion.ts'
import { isPlainUrl } from './url-path.ts'

const DIGIT = 27
const DASH = 29
/** Bits above those of a class. */
const IS_DIGIT = 32
const SPECIAL = 64
const SLASH = 0x2f
const QUERY = 0x3f
const EQUALS = 0x3d
const AMPERSAND = 0x26
const COLON = 0x3a
const ORIGIN = /^[a-z]{1,16}:\/\/[\w.-]*(?::\d{1,5})?$/i
/** A name as `maskAssignments` reads one too. */
const NAME = /^[\w.-]{1,40}$/
/** A peer or program that calls more servers than this has each looked at anew now and then. */
const MAX_ORIGINS = 512

/**
 * Three letters of each word that `isPlainUrl` looks for, rare ones where there is a choice, in bits as `TRIGRAM` of
 * suspicion.ts and with its bits; and a digit beside a letter, without which nothing looks random.
 */
const SUSPECTS: Int32Array = suspects(
  'pas ecr tok key aut cre ses ook otp pin jwt srf cvv cvc ard ssn iba sid bea ode pwd mne see ese eri nfi tiv nvi agi unl eco',
)
const CLASSES: Uint8Array = classes()

/** Remembers the servers whose names tell nothing. */
export class PlainUrls {
  readonly #redaction: Redaction
  readonly #origins = new Set<string>()

  constructor(redaction: Redaction) {
    this.#redaction = redaction
  }

  /**
   * True if `text`, the Latin-1 `bytes[from, to)`, holds nothing that `redactUrl` or `scrubText` would mask. O(length);
   * false tells nothing, and is what is said wherever the user has given shapes.
   */
  has(text: string, bytes: Uint8Array, from: number, to: number): boolean {
    const start = pathStart(bytes, from, to)
    const query = plainUntil(bytes, start, to)
    if (query < 0 || this.#redaction.shapes.length > 0) return false
    if (start > from && !this.#isPlainOrigin(text.slice(0, start - from))) return false
    return query === to || this.#isPlainQuery(text, query - from + 1)
  }

  #isPlainOrigin(origin: string): boolean {
    if (setHas(this.#origins, origin)) return true
    if (!ORIGIN.test(origin) || !isPlainUrl(origin) || scrubText(origin, this.#redaction) !== origin) return false
    if (this.#origins.size >= MAX_ORIGINS) this.#origins.clear()
    this.#origins.add(ownCopy(origin))
    return true
  }

  /** True if no parameter has a sensitive name. That no value is one in itself is known. */
  #isPlainQuery(text: string, start: number): boolean {
    for (let from = start; from < text.length;) {
      const amp = text.indexOf('&', from)
      const end = amp < 0 ? text.length : amp
      const equals = text.indexOf('=', from)
      if (equals >= 0 && equals < end) {
        const name = text.slice(from, equals)
        if (!NAME.test(name) || isFlowName(name) || this.#redaction.classify(name) !== SENSITIVITY.none) return false
        const second = text.indexOf('=', equals + 1)
        if (second >= 0 && second < end) return false
      }
      from = end + 1
    }
    return true
  }
}

/** Behind `scheme://host:port`; `from` where there is none. */
function pathStart(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  while (at < to && isLetter(bytes[at]! | 32)) at++
  if (at === from || bytes[at] !== COLON || bytes[at + 1] !== SLASH || bytes[at + 2] !== SLASH) return from
  for (at += 3; at < to && bytes[at] !== SLASH && bytes[at] !== QUERY; at++);
  return at
}

function isLetter(lower: number): boolean {
  return lower >= 0x61 && lower <= 0x7a
}

/** Where the query begins, else `to`; -1 if there is something to look at. */
function plainUntil(bytes: Uint8Array, from: number, to: number): number {
  let query = to
  let flags = 0
  let trail = 0
  let hits = 0
  let digits = 0
  for (let i = from; i < to; i++) {
    // i is below bytes.length, the trail below 2^15
    const unit = bytes[i]!
    const kind = CLASSES[unit]!
    trail = ((trail << 5) | (kind & 31)) & TRIGRAM_MASK
    hits |= SUSPECTS[trail >>> 5]! >>> trail
    flags |= kind
    digits = (digits + ((kind & IS_DIGIT) >>> 5)) | 0
    if (unit === QUERY) {
      if (query < to) return -1
      query = i
    } else if ((unit === EQUALS || unit === AMPERSAND) && query === to) return -1
  }
  return (flags & SPECIAL) !== 0 || (hits & 1) === 1 || digits >= CARD_DIGITS ? -1 : query
}

/** What URLs are made of as suspicion.ts has it, and what nobody but a fool or a secret puts there unencoded. */
function classes(): Uint8Array {
  const table = new Uint8Array(256).fill(SPECIAL)
  // the units are below 256
  for (let unit = 0x21; unit < 0x7f; unit++) table[unit] = UNIT_CLASS[unit]! >>> CLASS_SHIFT
  for (let unit = 0x30; unit < 0x3a; unit++) table[unit]! |= IS_DIGIT
  for (const sign of '#%+:;<>@"\'`\\^{|}()[]') table[sign.charCodeAt(0)] = SPECIAL
  return table
}

function suspects(words: string): Int32Array {
  const table = TRIGRAM.slice()
  const add = (a: number, b: number, c: number): void => {
    const trail = (a << 10) | (b << 5) | c
    // the trail is below 2^15
    table[trail >>> 5]! |= 1 << trail
  }
  const letter = (word: string, index: number): number => word.charCodeAt(index) - 0x60
  for (const word of words.split(' ')) add(letter(word, 0), letter(word, 1), letter(word, 2))
  for (let each = 1; each < DIGIT; each++) {
    for (let before = 0; before < 32; before++) {
      add(before, each, DIGIT)
      add(before, DIGIT, each)
    }
    add(each, DASH, DIGIT)
    add(DIGIT, DASH, each)
  }
  return table
}
