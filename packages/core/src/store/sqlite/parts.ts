/** A file that holds the recordings of several processes: part 0 in the tables of a recording, each other in such tables of its own. */

import { CinescopeError } from '@cinescope/protocol'
import { SCHEMA } from './schema.ts'

/** Most processes in one file: each has tables of its own, which SQLite reads when it opens the file. */
export const MAX_PARTS = 256

/** Of a merged file: films that another process's event caused. Parts and film numbers; wall times in ms, each by its own process's clock. */
export const LINK_SCHEMA: Readonly<Record<string, string>> = {
  link: 'CREATE TABLE link(part INTEGER, number INTEGER, from_part INTEGER, from_number INTEGER, film_part INTEGER, film_number INTEGER, sent REAL, ended REAL, received REAL, PRIMARY KEY(part, number)) WITHOUT ROWID',
}

/** Of an extract: the films that were taken, by number, and the name of the file that they were taken from. */
export const EXTRACT_SCHEMA: Readonly<Record<string, string>> = {
  extract: 'CREATE TABLE extract(film INTEGER PRIMARY KEY, source TEXT)',
}

/** A table's name in a part. */
export function tableOf(table: string, part: number): string {
  return part === 0 ? table : `${table}_${part}`
}

/** Schema objects as a part has them. */
export function schemaOfPart(schema: Readonly<Record<string, string>>, part: number): Readonly<Record<string, string>> {
  if (part === 0) return schema
  const objects = Object.entries(schema).map(([name, sql]) => [
    tableOf(name, part),
    sql.replace(/^(CREATE \w+ )(\w+)/, `$1$2_${part}`).replace(/ ON (\w+)\(/, ` ON $1_${part}(`),
  ])
  return Object.fromEntries(objects) as Readonly<Record<string, string>>
}

/** What may be in a file: every object with its text. */
export interface AllowedSchema {
  readonly parts: number
  readonly required: ReadonlyMap<string, string>
  readonly optional: ReadonlyMap<string, string>
}

/** What a file that has these names may hold, and must. @throws CSC_ERR_LIMIT */
export function allowedSchema(names: Iterable<string>): AllowedSchema {
  let last = 0
  for (const name of names) last = Math.max(last, Number(/^process_([1-9]\d{0,5})$/.exec(name)?.[1] ?? 0))
  const parts = last + 1
  if (parts > MAX_PARTS)
    throw new CinescopeError('CSC_ERR_LIMIT', `the file claims ${parts} processes, of which ${MAX_PARTS} are read`)
  const all = (schema: Readonly<Record<string, string>>): [string, string][] =>
    Array.from({ length: parts }, (_, part) => Object.entries(schemaOfPart(schema, part))).flat()
  return {
    parts,
    required: new Map(all(SCHEMA)),
    optional: new Map([...all(EXTRACT_SCHEMA), ...Object.entries(LINK_SCHEMA)]),
  }
}

/** Most schema objects that are looked at. */
export const MAX_OBJECTS: number = MAX_PARTS * (Object.keys({ ...SCHEMA, ...EXTRACT_SCHEMA }).length + 1)

/** Statements after which a connection sees one part as if it were all there is. */
export function viewsOfPart(part: number): readonly string[] {
  if (part === 0) return []
  const tables = Object.entries(SCHEMA).filter(([, sql]) => sql.startsWith('CREATE TABLE'))
  return tables.map(([name]) => `CREATE TEMP VIEW ${name} AS SELECT * FROM main.${tableOf(name, part)}`)
}
