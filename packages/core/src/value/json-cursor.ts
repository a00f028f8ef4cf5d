/** Reads JSON text token by token without recursion; tells when the text ends too early or stops being JSON. */

import { parseJson } from './intrinsics.ts'

// oxlint-disable-next-line no-control-regex -- raw control characters are what JSON.parse refuses
const CONTROL = /[\u0000-\u001f]/g
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

/** A place in JSON text. */
export class JsonCursor {
  /** Nothing sensible can be read from here on. */
  isBroken = false
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** Skips white space; returns the unit ahead, NaN at the end. */
  blank(): number {
    let unit = this.#text.charCodeAt(this.#at)
    while (unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09) unit = this.#text.charCodeAt(++this.#at)
    return unit
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
    else if (this.#at >= this.#text.length) this.isBroken = true
    return unit !== closing && !this.isBroken
  }

  /** A key and its colon; undefined, and broken, if there is none. */
  key(): string | undefined {
    const name = this.blank() === 0x22 ? this.string() : undefined
    if (name !== undefined && this.blank() === 0x3a) {
      this.#at++
      return name
    }
    this.isBroken = true
    return undefined
  }

  /** The string that begins here; undefined, and broken, if it does not end or holds a bad escape. */
  string(): string | undefined {
    const start = this.#at
    const end = this.#closingQuote()
    if (end < 0) return undefined
    this.#at = end + 1
    const raw = this.#text.slice(start + 1, end)
    if (!raw.includes('\\')) return raw
    try {
      return String(parseJson(this.#text.slice(start, end + 1).replace(CONTROL, ' ')))
    } catch {
      this.isBroken = true
      return undefined
    }
  }

  /** The text of the number ahead; undefined if there is none, or if the text ends with it and is only a prefix. */
  number(isWhole: boolean): string | undefined {
    NUMBER.lastIndex = this.#at
    const text = NUMBER.exec(this.#text)?.[0]
    this.#at += text?.length ?? 0
    // 12 may be the head of 1234
    return this.#at >= this.#text.length && !isWhole ? undefined : text
  }

  /** True, and behind it, if `word` is ahead. */
  accepts(word: string): boolean {
    if (!this.startsWith(word)) return false
    this.#at += word.length
    return true
  }

  startsWith(word: string): boolean {
    return this.#text.startsWith(word, this.#at)
  }

  /** Skips the value ahead. */
  skip(): void {
    const unit = this.blank()
    if (unit === 0x22) {
      const end = this.#closingQuote()
      if (end >= 0) this.#at = end + 1
    } else if (isContainer(unit)) {
      this.#at++
      this.skipRest()
    } else while (this.#at < this.#text.length && !isDelimiter(this.#text.charCodeAt(this.#at))) this.#at++
  }

  /** Skips to behind the bracket that closes the container we are in. */
  skipRest(): void {
    let depth = 1
    for (; this.#at < this.#text.length; this.#at++) {
      const unit = this.#text.charCodeAt(this.#at)
      if (unit === 0x22) {
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
    for (let i = this.#at + 1; i < this.#text.length; i++) {
      const unit = this.#text.charCodeAt(i)
      if (unit === 0x22) return i
      if (unit === 0x5c) i++
    }
    this.#at = this.#text.length
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
