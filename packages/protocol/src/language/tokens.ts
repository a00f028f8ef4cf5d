/** Words, strings and signs of the query language. */

import { syntaxError } from './syntax-error.ts'

/** Longest query, in UTF-16 code units. */
const MAX_QUERY_LENGTH = 8_192

/** A piece of a query and where it stands. `text` is what was written, of a string what it says. */
export interface Token {
  readonly kind: 'word' | 'string' | 'sign' | 'end'
  readonly text: string
  readonly at: number
}

const SPACE = /\s*/y
/** A path, a name, a number, an instant: whatever has no sign in it. */
const WORD = /[\w$@.+*/-][\w$@.+*/:-]*(?<!:)/y
const SIGN = /==|!=|<=|>=|[=<>~:,]/y
const STRING = /"(?:[^"\\]|\\.)*"/sy

/** The tokens of a query, ended by one of kind `end`. @throws CSC_ERR_QUERY */
export function tokensOf(text: string): readonly Token[] {
  if (text.length > MAX_QUERY_LENGTH)
    throw syntaxError(text, MAX_QUERY_LENGTH, `a query of ${MAX_QUERY_LENGTH} characters at most`)
  const tokens: Token[] = []
  let at = 0
  for (;;) {
    at += lengthAt(SPACE, text, at)
    if (at >= text.length) break
    const token = tokenAt(text, at)
    tokens.push(token.token)
    at += token.length
  }
  tokens.push({ kind: 'end', text: '', at: text.length })
  return tokens
}

function tokenAt(text: string, at: number): { readonly token: Token; readonly length: number } {
  if (text[at] === '"') {
    const length = lengthAt(STRING, text, at)
    if (length === 0) throw syntaxError(text, text.length, `a " that ends the text begun in column ${at + 1}`)
    return { token: { kind: 'string', text: stringAt(text, at, length), at }, length }
  }
  if (text.startsWith('->', at)) return { token: { kind: 'sign', text: '->', at }, length: 2 }
  const word = wordLength(text, at)
  if (word > 0) return { token: { kind: 'word', text: text.slice(at, at + word), at }, length: word }
  const sign = lengthAt(SIGN, text, at)
  if (sign > 0) return { token: { kind: 'sign', text: text.slice(at, at + sign), at }, length: sign }
  throw syntaxError(text, at, 'a condition; a text stands in double quotes')
}

/** `kind:handler` are three tokens, `14:30` and `2026-05-01T14:30Z` one: a colon belongs to a word that begins as an instant does. */
function wordLength(text: string, at: number): number {
  const whole = lengthAt(WORD, text, at)
  if (/\d/.test(text[at]!)) return whole
  const colon = text.slice(at, at + whole).indexOf(':')
  return colon < 0 ? whole : colon
}

function stringAt(text: string, at: number, length: number): string {
  const written = text.slice(at, at + length)
  try {
    return JSON.parse(written) as string
  } catch {
    throw syntaxError(text, at, 'a text as JSON writes it, with \\n for a new line and \\" for a quote')
  }
}

function lengthAt(pattern: RegExp, text: string, at: number): number {
  const here = new RegExp(pattern.source, pattern.flags)
  here.lastIndex = at
  return here.exec(text)?.[0].length ?? 0
}
