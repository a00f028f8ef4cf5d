/** What a table of ours is made of. */

import { SCHEMA } from './schema.ts'

/** Columns of a table of ours, in order. */
export function columnsOf(table: string): readonly string[] {
  const body = /\((.*)\)/.exec(SCHEMA[table] ?? '')?.[1] ?? ''
  return body
    .split(', ')
    .map((column) => column.split(' ')[0] ?? '')
    .filter((name) => /^[a-z_]+$/.test(name))
}
