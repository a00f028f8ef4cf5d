/** HOT. Reads JSON in UTF-8 token by token without recursion; tells when the bytes end too early or stop being JSON. */

import { asciiText, parseJson, utf8Text } from './intrinsics.ts'
import { CARD_DIGITS } from './suspicion.ts'

// oxlint-disable-next-line no-control-regex -- raw control characters are what JSON.parse refuses
const CONTROL = /[\u0000-\u001f]/g
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/
/** Numbers of at most so many digits are read digit by digit. */
const PLAIN_DIGITS = 15
const TENS: readonly number[] = Array.from({ length: PLAIN_DIGITS + 1 }, (_, power) => 10 ** power)

const QUOTE = 0x22
const BACKSLASH = 0x5c
const POINT = 0x2e
/** What `blank` returns at the end. */
export const AT_END = -1

/** A place in JSON. */
export class JsonCursor {
  readonly bytes: Uint8Array
  /** Nothing sensible can be read from here on. */
  isBroken = false
  /** Where the string passed last begins and ends, without its quotes. */
  from = 0
  to = 0
  /** The string passed last holds a backslash. */
  isEscaped = false
  readonly #end: number
  #at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.#end = bytes.length
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.#at = 3
  }

  /** Skips white space; returns the byte ahead, `AT_END` at the end. */
  blank(): number {
    const { bytes } = this
    for (; this.#at < this.#end; this.#at++) {
      // at is below end, which is at most bytes.length
      const unit = bytes[this.#at]!
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return unit
    }
    return AT_END
  }

  /** Steps over the opening bracket ahead. */
  enter(): void {
    this.#at++
  }

  /** Steps over the comma before all items but the first; false behind the closing bracket and where the text is broken. */
  hasNext(count: number, closing: number): boolean {
    if (this.isBroken) return false
    let unit = this.blank()
    if (count > 0 && unit === 0x2c) {
      this.#at++
      unit = this.blank()
    } else if (count > 0 && unit !== closing) this.isBroken = true
    if (unit === closing) this.#at++
    else if (this.#at >= this.#end) this.isBroken = true
    return unit !== closing && !this.isBroken
  }

  /** Passes the colon behind a key; false, and broken, if there is none. */
  colon(): boolean {
    if (this.blank() === 0x3a) this.#at++
    else this.isBroken = true
    return !this.isBroken
  }

  /** Passes the string ahead and says where it lies; false, and broken, if there is none or it does not end. */
  string(): boolean {
    if (this.blank() !== QUOTE) {
      this.isBroken = true
      return false
    }
    this.from = this.#at + 1
    const end = this.#closingQuote()
    if (end < 0) return false
    this.to = end
    this.#at = end + 1
    return true
  }

  /** Text of the string passed last; undefined, and broken, if it holds a bad escape. */
  text(): string | undefined {
    if (!this.isEscaped) return utf8Text(this.bytes, this.from, this.to)
    try {
      return String(parseJson(utf8Text(this.bytes, this.from - 1, this.to + 1).replace(CONTROL, ' ')))
    } catch {
      this.isBroken = true
      return undefined
    }
  }

  /** The short number ahead; NaN, and nothing passed, if it is of another kind or may go on beyond the end. */
  short(): number {
    const { bytes } = this
    const isNegative = bytes[this.#at] === 0x2d
    const start = isNegative ? this.#at + 1 : this.#at
    const last = Math.min(this.#end, start + PLAIN_DIGITS + 1)
    let value = 0
    let point = -1
    let at = start
    for (; at < last; at++) {
      // at is below end
      const unit = bytes[at]!
      if (unit === POINT && point < 0) point = at
      else if (unit < 0x30 || unit > 0x39) break
      else value = value * 10 + unit - 0x30
    }
    const whole = (point < 0 ? at : point) - start
    // 12 may be the head of 1234 and of 1e5
    if (whole === 0 || at >= last || !isDelimiter(bytes[at]!)) return Number.NaN
    // 012 is no number, and -0 is not 0
    if (bytes[start] === 0x30 && (whole > 1 || (isNegative && point < 0))) return Number.NaN
    if (point >= 0) {
      // 1. is no number, and in front of a point a card is looked for
      if (at === point + 1 || whole >= CARD_DIGITS) return Number.NaN
      // both are exact, so the quotient is the nearest number, as that of the text
      value /= TENS[at - point - 1]!
    }
    this.#at = at
    return isNegative ? -value : value
  }

  /** The text of the number ahead; undefined if there is none, or if the text ends with it and is only a prefix. */
  number(isWhole: boolean): string | undefined {
    let end = this.#at
    while (end < this.#end && isNumeric(this.bytes[end]!)) end++
    const text = NUMBER.exec(asciiText(this.bytes, this.#at, end))?.[0]
    this.#at += text?.length ?? 0
    // 12 may be the head of 1234
    return this.#at >= this.#end && !isWhole ? undefined : text
  }

  /** True, and behind it, if `word` (ASCII) is ahead. */
  accepts(word: string): boolean {
    if (!this.startsWith(word)) return false
    this.#at += word.length
    return true
  }

  startsWith(word: string): boolean {
    if (this.#end - this.#at < word.length) return false
    for (let i = 0; i < word.length; i++) if (this.bytes[this.#at + i] !== word.charCodeAt(i)) return false
    return true
  }

  /** Skips the value ahead. */
  skip(): void {
    const unit = this.blank()
    if (unit === QUOTE) {
      const end = this.#closingQuote()
      if (end >= 0) this.#at = end + 1
    } else if (isContainer(unit)) {
      this.#at++
      this.skipRest()
    } else while (this.#at < this.#end && !isDelimiter(this.bytes[this.#at]!)) this.#at++
  }

  /** Skips to behind the bracket that closes the container we are in. */
  skipRest(): void {
    let depth = 1
    for (; this.#at < this.#end; this.#at++) {
      // at is below end
      const unit = this.bytes[this.#at]!
      if (unit === QUOTE) {
        const end = this.#closingQuote()
        if (end < 0) return
        this.#at = end
      } else if (isContainer(unit)) depth++
      else if ((unit === 0x7d || unit === 0x5d) && --depth === 0) {
        this.#at++
        return
      }
    }
    this.isBroken = true
  }

  /** Index of the quote that ends the string ahead; -1, broken and at the end, if there is none. */
  #closingQuote(): number {
    const { bytes } = this
    const end = this.#end
    this.isEscaped = false
    for (let i = this.#at + 1; i < end; i = (i + 1) | 0) {
      const unit = bytes[i]
      if (unit === QUOTE) return i
      if (unit !== BACKSLASH) continue
      this.isEscaped = true
      i = (i + 1) | 0
    }
    this.#at = end
    this.isBroken = true
    return -1
  }
}

/** True for the opening bracket of an object or array. */
export function isContainer(unit: number): boolean {
  return unit === 0x7b || unit === 0x5b
}

function isDelimiter(unit: number): boolean {
  return unit <= 0x20 || unit === 0x2c || unit === 0x5d || unit === 0x7d
}

function isNumeric(unit: number): boolean {
  return (
    (unit >= 0x30 && unit <= 0x39) || unit === 0x2b || unit === 0x2d || unit === 0x2e || unit === 0x45 || unit === 0x65
  )
}
