/** Masks values that text assigns to a sensitive name: `pwd=x`, `Cookie: a=b`, `"token": "x"`, `{ \"pin\": 1 }`. */

import { decodeComponent } from './percent.ts'
import type { NameRules } from './names.ts'
import { SENSITIVITY } from './names.ts'
import { MASK } from './shapes.ts'

const MAX_NAME = 64
/** Blanks and line ends between a name and its sign. */
const MAX_BLANKS = 64
const MAX_TUPLE = 256
const TUPLE_END = /\)(?= already| is |[.,;]?$)/
const ASSIGNMENT = /["'`]?[\w.-]{1,64}["'`]?[ \t]{0,8}[:=]/y
const BLOCK = /[|>][+-]?\d?[ \t]{0,8}$/my
const ESCAPE = /\\+u([\da-f]{4})/gi
const ESCAPED = /^u[\da-f]{4}/i
const SEPARATOR = /[\s,;&)}\]"'`<>\\]/
const ELEMENT = /(<([\w:.-]{3,64})(?:\s[^<>]*)?>)(<!\[CDATA\[[^\]]*|[^<]+)/g
const SCALAR = /(?:-?\d[\d._]*|true|false)(?=$|[\s,;:&)}\]'"<])/y
const EMPTY = /(?:null|undefined|None|nil)(?=$|[\s,;&)}\]'"<])/y

/** A name in front of a `:` or `=`. */
interface Name {
  readonly text: string
  /** Where the name, with what quotes it, begins. */
  readonly start: number
  readonly isQuoted: boolean
}

/** What is assigned, and the quote that stays around its mask. */
interface Value {
  readonly start: number
  readonly end: number
  readonly quote: string
}

/** Masks what is assigned to names that `rules` call sensitive, and the text of XML elements so named. O(length). */
export function maskAssignments(text: string, rules: NameRules): string {
  const masked = maskNamed(text, rules)
  if (!masked.includes('</')) return masked
  return masked.replace(ELEMENT, (whole, open: string, name: string, content: string) =>
    rules.classify(name) === SENSITIVITY.none || content.trim() === '' ? whole : open + MASK,
  )
}

function maskNamed(text: string, rules: NameRules): string {
  let result = ''
  let kept = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit !== 0x3a && unit !== 0x3d && unit !== 0x3e && unit !== 0x25) continue
    const value = valueAt(text, i, unit, rules)
    if (value === undefined) continue
    result += text.slice(kept, value.start) + value.quote + MASK + value.quote
    kept = value.end
    i = kept - 1
  }
  return kept === 0 ? text : result + text.slice(kept)
}

/** The secret that the sign `unit` at `at` assigns, if it does. */
function valueAt(text: string, at: number, unit: number, rules: NameRules): Value | undefined {
  // `%3D` within a URL within a URL; `password -> x`
  const isEncoded = unit === 0x25
  if (isEncoded && !isEncodedEquals(text, at)) return undefined
  const isArrow = unit === 0x3e
  if (isArrow && text.charCodeAt(at - 1) !== 0x2d) return undefined
  if (unit === 0x3d && text.startsWith(')=(', at - 1)) return tupleAt(text, at, rules)
  const name = nameBefore(text, isArrow ? at - 1 : at)
  const sensitivity = name === undefined ? SENSITIVITY.none : sensitivityOf(text, name, rules)
  if (name === undefined || sensitivity === SENSITIVITY.none) return undefined
  const start = isEncoded ? at + 3 : valueStart(text, at + 1, unit === 0x3a && !name.isQuoted)
  // before the end is looked for, which would take quadratic time on a line of many such
  if (isHarmless(text, start, sensitivity === SENSITIVITY.loose)) return undefined
  const end = isEncoded ? encodedEnd(text, start) : valueEnd(text, start, name, unit === 0x3a)
  return end <= start ? undefined : { start, end, quote: openingQuote(text, start) }
}

/** What PostgreSQL says of a constraint: `Key (email, token)=(a, b) already exists.` */
function tupleAt(text: string, at: number, rules: NameRules): Value | undefined {
  const open = text.lastIndexOf('(', at - 1)
  if (open < 0 || at - open > MAX_TUPLE) return undefined
  const names = text.slice(open + 1, at - 1).split(',')
  if (!names.some((name) => rules.classify(name) !== SENSITIVITY.none)) return undefined
  const start = at + 2
  const lineEnd = text.indexOf('\n', start)
  const line = text.slice(start, lineEnd < 0 ? text.length : lineEnd)
  const close = line.search(TUPLE_END)
  return { start, end: start + (close < 0 ? line.length : close), quote: '' }
}

function sensitivityOf(text: string, name: Name, rules: NameRules): number {
  const own = rules.classify(name.text)
  if (own !== SENSITIVITY.none || name.isQuoted) return own
  // `card number: 4`, `API key = x`
  const before = nameBefore(text, name.start)
  return before !== undefined && rules.isListed(before.text + name.text) ? SENSITIVITY.strict : SENSITIVITY.none
}

/** The name that ends at `end`, quotes and blanks between skipped; undefined if there is none with three letters. */
function nameBefore(text: string, end: number): Name | undefined {
  let to = end
  while (to > 0 && end - to < MAX_BLANKS && isSpace(text.charCodeAt(to - 1))) to--
  const unquoted = to
  while (to > 0 && unquoted - to < 8 && isQuoting(text.charCodeAt(to - 1))) to--
  let from = to
  let letters = 0
  for (; from > 0 && to - from < MAX_NAME; from--) {
    const unit = text.charCodeAt(from - 1)
    if (isLetter(unit)) letters++
    else if (!isNamePunctuation(unit) && !isEscape(text, from - 1, unit)) break
  }
  if (letters < 2) return undefined
  return { text: decodedName(text.slice(from, to)), start: from, isQuoted: to !== unquoted }
}

/** `cb%3Ftok%65n` is `token`, and so is `tok\\u0065n`. */
function decodedName(name: string): string {
  const isEscaped = name.includes('\\')
  if (!isEscaped && !name.includes('%')) return name
  const plain = isEscaped ? name.replace(ESCAPE, unescaped) : name
  return /[\w.[\]-]*$/.exec(decodeComponent(plain))?.[0] ?? ''
}

function unescaped(_: string, hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16))
}

/** A backslash before `u0065`, or before another one that is. */
function isEscape(text: string, at: number, unit: number): boolean {
  return unit === 0x5c && (text.charCodeAt(at + 1) === 0x5c || ESCAPED.test(text.slice(at + 1, at + 6)))
}

function isEncodedEquals(text: string, at: number): boolean {
  return text.charCodeAt(at + 1) === 0x33 && (text.charCodeAt(at + 2) | 32) === 0x64
}

/** End of a value inside a percent-encoded query: `%26`, or whatever ends the whole. */
function encodedEnd(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit <= 0x20 || unit === 0x26 || unit === 0x22 || unit === 0x27) return at
    if (unit === 0x25 && text.startsWith('26', at + 1)) return at
  }
  return text.length
}

/** `isYaml`: an empty rest of the line has a value only if the next line is indented. */
function valueStart(text: string, from: number, isYaml: boolean): number {
  let at = from
  // `=>`, `==`, `:=`
  while (at < text.length && at - from < 3 && (text[at] === '>' || text[at] === '=' || text[at] === ':')) at++
  while (at < text.length && isBlank(text.charCodeAt(at))) at++
  if (!isLineEnd(text.charCodeAt(at))) return at
  let next = at
  while (next - at < MAX_BLANKS && isSpace(text.charCodeAt(next))) next++
  if (isYaml && !isBlank(text.charCodeAt(next - 1))) return at
  ASSIGNMENT.lastIndex = next
  return ASSIGNMENT.test(text) ? at : next
}

/** End of the value that begins at `start`: its closing quote or bracket, the end of its line, or the next separator. */
function valueEnd(text: string, start: number, name: Name, isColon: boolean): number {
  let at = start
  while (text.charCodeAt(at) === 0x5c) at++
  const unit = text.charCodeAt(at)
  if (unit === 0x22 || unit === 0x27 || unit === 0x60) return tailEnd(text, quoteEnd(text, at, at - start))
  if (unit === 0x7b || unit === 0x5b) return tailEnd(text, bracketEnd(text, at))
  const isLine = isColon && !name.isQuoted
  BLOCK.lastIndex = start
  if (isLine && (isIndented(text, start) || BLOCK.test(text))) return blockEnd(text, start)
  for (at = start; at < text.length; at++) {
    const each = text.charCodeAt(at)
    if (each === 0x0a || each === 0x0d) break
    if (isLine) continue
    if (each <= 0x20 || each === 0x26 || each === 0x22 || each === 0x27 || each === 0x7d) break
    if (isColon && (each === 0x2c || each === 0x5d)) break
  }
  return at
}

/** True if nothing but blanks is before `at` in its line, some of them. */
function isIndented(text: string, at: number): boolean {
  let from = at
  while (at - from < MAX_BLANKS && isBlank(text.charCodeAt(from - 1))) from--
  return from < at && isLineEnd(text.charCodeAt(from - 1))
}

/** End of a block of YAML: its line, and all lines behind it that are indented. */
function blockEnd(text: string, start: number): number {
  let at = start
  while (at < text.length) {
    const isEnd = isLineEnd(text.charCodeAt(at))
    if (isEnd && !isSpace(text.charCodeAt(at + 1))) break
    at++
  }
  return at
}

/** What sticks to a closing quote or bracket belongs to the value, `pwd=[a]b`. */
function tailEnd(text: string, from: number): number {
  let at = from
  while (at < text.length && !SEPARATOR.test(text.charAt(at))) at++
  return at
}

/** The quote, with the backslashes before it, that opens the value at `start`; empty if it is not quoted. */
function openingQuote(text: string, start: number): string {
  let at = start
  while (text.charCodeAt(at) === 0x5c) at++
  const unit = text.charCodeAt(at)
  return unit === 0x22 || unit === 0x27 || unit === 0x60 ? text.slice(start, at + 1) : ''
}

/** Just behind the quote that closes the one at `open`, which `slashes` backslashes precede. */
function quoteEnd(text: string, open: number, slashes: number): number {
  const quote = text.charCodeAt(open)
  let run = 0
  for (let i = open + 1; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === 0x5c) run++
    else {
      if (unit === quote && (slashes === 0 ? run % 2 === 0 : run <= slashes)) return i + 1
      run = 0
    }
  }
  return text.length
}

function bracketEnd(text: string, open: number): number {
  let depth = 0
  for (let i = open; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === 0x22 || unit === 0x27 || unit === 0x60) i = quoteEnd(text, i, backslashesBefore(text, i)) - 1
    else if (unit === 0x7b || unit === 0x5b) depth++
    else if ((unit === 0x7d || unit === 0x5d) && --depth === 0) return i + 1
  }
  return text.length
}

function backslashesBefore(text: string, at: number): number {
  let count = 0
  while (at - count > 0 && text.charCodeAt(at - count - 1) === 0x5c) count++
  return count
}

/** Null tells nothing; a number or boolean only under a name that is sensitive for its strings. */
function isHarmless(text: string, start: number, isLoose: boolean): boolean {
  EMPTY.lastIndex = start
  if (EMPTY.test(text)) return true
  SCALAR.lastIndex = start
  return isLoose && SCALAR.test(text)
}

function isBlank(unit: number): boolean {
  return unit === 0x20 || unit === 0x09
}

function isLineEnd(unit: number): boolean {
  return unit === 0x0a || unit === 0x0d
}

function isSpace(unit: number): boolean {
  return isBlank(unit) || isLineEnd(unit)
}

function isQuoting(unit: number): boolean {
  return unit === 0x22 || unit === 0x27 || unit === 0x60 || unit === 0x5c
}

function isLetter(unit: number): boolean {
  return (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a) || unit >= 0xc0
}

function isNamePunctuation(unit: number): boolean {
  return (
    (unit >= 0x30 && unit <= 0x39) ||
    unit === 0x5f ||
    unit === 0x2d ||
    unit === 0x2e ||
    unit === 0x5b ||
    unit === 0x5d ||
    unit === 0x25
  )
}
