/** The words of the query language that mean something of their own, and the signs that compare. */

import type { EventOrder, ValueOperator } from '../query.ts'

/** Words that begin a condition or a clause; a path that is called so is written in quotes. */
export const RESERVED: ReadonlySet<string> = new Set([
  'and',
  'kind',
  'site',
  'film',
  'parent',
  'error',
  'ok',
  'duration',
  'since',
  'until',
  'text',
  'order',
  'limit',
  'cursor',
  'with',
  'without',
])

/** Words that end a step of a sequence; in one, a path that is called so is written in quotes. */
export const SEQUENCE_WORDS: ReadonlySet<string> = new Set(['within', 'without', 'by', 'limit', 'cursor', 'not'])

/** Orders of a page. */
export const ORDERS: readonly EventOrder[] = ['time', '-time', 'duration', '-duration']

/** What may stand between a path and a value. */
export const COMPARISONS: readonly Exclude<ValueOperator, 'exists'>[] = [
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'contains',
  'matches',
]

/** A path that needs no quotes. */
export const PLAIN_PATH: RegExp = /^[A-Za-z_$][\w$.-]*$/
