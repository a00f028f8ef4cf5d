/** JSON for parsers that are stricter than JavaScript's. */

import { plainJson, toJson } from '../format/json.ts'

const ESCAPES = /\\(?:u(d[89a-f][0-9a-f]{2})|.)/g

/** JSON on one line, in which a lone surrogate is U+FFFD: strict parsers refuse the document otherwise. */
export function jsonText(value: unknown): string {
  return wellFormed(toJson(value, 0))
}

/** The same of a value in which JSON can hold every number. */
export function plainJsonText(value: unknown): string {
  return wellFormed(plainJson(value))
}

function wellFormed(text: string): string {
  // JSON.stringify escapes exactly the surrogates that are alone; escapes are gone through one by one, so `\\ud800` stays text
  if (!text.includes('\\ud')) return text
  return text.replace(ESCAPES, (escape, lone: string | undefined) => (lone === undefined ? escape : '\\ufffd'))
}
