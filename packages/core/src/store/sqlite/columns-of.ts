/** What a table of ours is made of. */

import { SCHEMA } from './schema.ts'

/** Columns of a table of ours, in order. */
export function columnsOf(table: string): readonly string[] {
  const body = /\((.*)\)/.exec(SCHEMA[table] ?? '')?.[1] ?? ''
  return body
    .replace(/, PRIMARY KEY\([^)]*\)/, '')
    .split(', ')
    .map((column) => column.split(' ')[0] ?? '')
    .filter((name) => /^[a-z_]+$/.test(name))
}

/** How many of the first columns are a table's key. */
export function keyLength(table: string): number {
  const key = /PRIMARY KEY\(([^)]*)\)/.exec(SCHEMA[table] ?? '')?.[1]
  return key === undefined ? 1 : key.split(', ').length
}
