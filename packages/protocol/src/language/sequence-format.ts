/** A query for sequences as text: what `parseSequence` reads back to the same query. */

import type { EventFilter } from '../query.ts'
import type { SequenceQuery } from '../sequence.ts'
import { conditions, number } from './format.ts'

/** The text of a query for sequences. @throws CSC_ERR_QUERY for a number that cannot be written */
export function formatSequence({ steps, absent, withinMs, without, by, limit, cursor }: SequenceQuery): string {
  const texts = steps.map(step)
  const last = texts.length - 1
  const parts = [texts.map((text, i) => (i === last && absent === true ? `not ${text}` : text)).join(' -> ')]
  if (withinMs !== undefined) parts.push(`within ${number(withinMs)}ms`)
  if (without !== undefined) parts.push(`without ${step(without)}`)
  if (by !== undefined) parts.push(`by ${by}`)
  if (limit !== undefined) parts.push(`limit ${number(limit)}`)
  if (cursor !== undefined) parts.push(`cursor ${JSON.stringify(cursor)}`)
  return parts.join(' ')
}

function step(where: EventFilter): string {
  const parts = conditions(where)
  return parts.length === 0 ? '*' : parts.join(' ')
}
