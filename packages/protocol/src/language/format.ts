/** A query for events as text: what `parseQuery` reads back to the same query. */

import { CinescopeError } from '../errors.ts'
import type { EventFilter, EventQuery, ValueTest } from '../query.ts'
import { instantText } from './instant.ts'
import { PLAIN_PATH, RESERVED, SEQUENCE_WORDS } from './words.ts'

/** The text of a query. @throws CSC_ERR_QUERY for a number that cannot be written */
export function formatQuery(query: EventQuery): string {
  const { where, order, limit, cursor, values } = query
  const parts = where === undefined ? [] : conditions(where)
  if (order !== undefined) parts.push(`order by ${order}`)
  if (limit !== undefined) parts.push(`limit ${number(limit)}`)
  if (cursor !== undefined) parts.push(`cursor ${JSON.stringify(cursor)}`)
  if (values !== undefined) parts.push(values ? 'with values' : 'without values')
  return parts.join(' ')
}

/** The texts of the conditions of a filter; none for one that fits every event. @throws CSC_ERR_QUERY */
export function conditions(where: EventFilter): string[] {
  const parts: string[] = []
  if (where.kinds !== undefined) parts.push(`kind:${where.kinds.join(',')}`)
  if (where.site !== undefined) parts.push(`site:${JSON.stringify(where.site)}`)
  if (where.film !== undefined) parts.push(`film:${where.film}`)
  if (where.parent !== undefined) parts.push(`parent:${where.parent}`)
  if (where.error !== undefined) parts.push(where.error ? 'error' : 'ok')
  if (where.minDurationMs !== undefined) parts.push(`duration >= ${number(where.minDurationMs)}ms`)
  if (where.maxDurationMs !== undefined) parts.push(`duration <= ${number(where.maxDurationMs)}ms`)
  if (where.from !== undefined) parts.push(`since ${instantText(finite(where.from))}`)
  if (where.to !== undefined) parts.push(`until ${instantText(finite(where.to))}`)
  for (const [key, value] of Object.entries(where.attributes ?? {})) parts.push(`${path(key)} = ${operand(value)}`)
  for (const test of where.values ?? []) parts.push(testText(test))
  if (where.text !== undefined) parts.push(`text ~ ${JSON.stringify(where.text)}`)
  return parts
}

function testText(test: ValueTest): string {
  return test.op === 'exists' ? `${path(test.path)} exists` : `${path(test.path)} ${test.op} ${operand(test.value)}`
}

function path(text: string): string {
  const isPlain = PLAIN_PATH.test(text) && !RESERVED.has(text) && !SEQUENCE_WORDS.has(text)
  return isPlain ? text : JSON.stringify(text)
}

function operand(value: string | number | boolean | null): string {
  if (typeof value === 'string') return JSON.stringify(value)
  return typeof value === 'number' ? number(value) : String(value)
}

/** A number that can be read back. @throws CSC_ERR_QUERY */
export function number(value: number): string {
  return Object.is(value, -0) ? '-0' : String(finite(value))
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value
  throw new CinescopeError('CSC_ERR_QUERY', `the number ${value} cannot be written in a query`)
}
