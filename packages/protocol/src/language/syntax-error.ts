/** Errors of the query language: what was expected, and where. */

import { CinescopeError } from '../errors.ts'

/** What an error's `cause` tells; the column counts UTF-16 code units from 1. */
export interface SyntaxProblem {
  readonly column: number
  readonly expected: string
}

/** Characters of the query shown on each side of the column. */
const AROUND = 48

/** An error with the line and a caret under the place. */
export function syntaxError(text: string, at: number, expected: string): CinescopeError {
  const from = Math.max(0, at - AROUND)
  const to = Math.min(text.length, at + AROUND)
  const before = `${from > 0 ? '…' : ''}${shown(text.slice(from, at))}`
  const line = `${before}${shown(text.slice(at, to))}${to < text.length ? '…' : ''}`
  const problem: SyntaxProblem = { column: at + 1, expected }
  return new CinescopeError(
    'CSC_ERR_QUERY',
    `column ${problem.column}: expected ${expected}\n  ${line}\n  ${' '.repeat(before.length)}^`,
    { cause: problem },
  )
}

/** One column a code unit, whatever it is. */
function shown(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff]/g, ' ')
}
