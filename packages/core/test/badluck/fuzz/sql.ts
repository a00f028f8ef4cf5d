/** Changes of rows and of the schema, by SQL. */

import type { DatabaseSync } from 'node:sqlite'
import { SCHEMA } from '../../../src/store/sqlite/schema.ts'
import { intBelow, pick, type Random } from './random.ts'

/** A change through a connection that may write the schema. */
export type SqlChange = (database: DatabaseSync, random: Random) => void

const TABLES = Object.entries(SCHEMA).filter(([, sql]) => sql.startsWith('CREATE TABLE'))

/** SQL of values that no writer would put there. */
const VALUES = [
  'NULL',
  '0',
  '1',
  '-1',
  '0.5',
  '63',
  '64',
  '255',
  '65536',
  '2147483648',
  '4294967295',
  '4294967296',
  '1099511627776',
  '9007199254740991',
  '9007199254740992',
  '-9007199254740991',
  '9223372036854775807',
  '-9223372036854775808',
  '1e300',
  '9e999',
  '-9e999',
  '-0.0',
  "''",
  "'x'",
  "'__proto__'",
  "'constructor'",
  "'toString'",
  "'0123456789abcdef'",
  "'000000000000'",
  "'closed'",
  "'span'",
  '\'{"a":1}\'',
  "char(27) || '[31m' || char(7) || char(155)",
  "'a' || char(10) || 'b' || char(8238) || char(0) || 'c'",
  "CAST(x'c328a0a1fffeeda080' AS TEXT)",
  "printf('%.65536c', 'x')",
  "printf('%.70000c', 'x')",
  "printf('%.3000000c', 'x')",
  "x''",
  "x'00'",
  "x'ffffffffffffffffffffffffffffffff'",
  'zeroblob(16)',
  'zeroblob(70000)',
  'zeroblob(3000000)',
]

/** Changes of a value that is there. */
const EXPRESSIONS: readonly ((column: string) => string)[] = [
  (column) => `${column} + 1`,
  (column) => `${column} - 1`,
  (column) => `-${column}`,
  (column) => `${column} * 1000003`,
  (column) => `~${column}`,
  (column) => `CAST(${column} AS TEXT)`,
  (column) => `CAST(${column} AS BLOB)`,
  (column) => `CAST(${column} AS REAL) + 0.5`,
  (column) => `substr(${column}, 2)`,
  (column) => `${column} || ${column}`,
]

/** SQL that makes objects which run something when the recording is read, or pretend to be others. */
const OBJECTS = [
  'CREATE TRIGGER t AFTER UPDATE ON process BEGIN DELETE FROM film; END',
  "CREATE TRIGGER film_time2 INSTEAD OF INSERT ON v BEGIN SELECT load_extension('x'); END",
  'CREATE VIEW v AS SELECT * FROM film',
  'CREATE TEMP VIEW film AS SELECT 1',
  "DROP TABLE counter; CREATE VIEW counter AS SELECT 'a' AS name, hex(zeroblob(900000000)) AS value",
  "DROP TABLE key; CREATE VIEW key AS SELECT 1 AS number, load_extension('x') AS text",
  'CREATE INDEX i ON film(abs(time))',
  'CREATE INDEX i ON segment(length(hex(columns)))',
  'CREATE TABLE sqlite(x)',
  'CREATE TABLE extra(x CHECK (x > hex(zeroblob(1000000))))',
  'CREATE VIRTUAL TABLE fts USING fts5(x)',
  'CREATE VIRTUAL TABLE r USING rtree(id, a, b)',
  'ANALYZE',
  'DROP INDEX film_time',
  'DROP TABLE gram',
  'ALTER TABLE hook ADD COLUMN x DEFAULT (1)',
  'ALTER TABLE site RENAME COLUMN col TO colm',
  'DELETE FROM sqlite_sequence',
  "UPDATE sqlite_sequence SET seq = 'x', name = 'film'",
  'PRAGMA user_version = 4',
  'PRAGMA application_id = 0',
  "PRAGMA encoding = 'UTF-16'",
  'PRAGMA auto_vacuum = 0; VACUUM',
  'PRAGMA page_size = 512; VACUUM',
  'PRAGMA page_size = 65536; VACUUM',
]

/** Changes of rows of the schema table itself. */
const SCHEMA_EDITS: readonly ((random: Random) => string)[] = [
  (random) => `rootpage = ${intBelow(random, 40)}`,
  () => 'rootpage = (SELECT rootpage FROM sqlite_schema ORDER BY rootpage DESC LIMIT 1)',
  () => "type = 'view'",
  () => "type = 'trigger', rootpage = 0",
  () => "name = name || '2'",
  () => "tbl_name = 'film'",
  () => 'sql = NULL',
  () => "sql = replace(sql, 'INTEGER', 'TEXT')",
  () => "sql = replace(sql, 'PRIMARY KEY', '')",
  () => "sql = replace(sql, ' WITHOUT ROWID', '')",
  () => "sql = sql || ' STRICT'",
  () => "sql = replace(sql, ')', ', x AS (hex(zeroblob(100000000))))')",
  () => "sql = x'00'",
]

/** By name. */
export const SQL_CHANGES: Readonly<Record<string, SqlChange>> = {
  'a column'(database, random) {
    const [table, columns] = anyTable(random)
    const column = pick(random, columns)
    const value = random() < 0.7 ? pick(random, VALUES) : pick(random, EXPRESSIONS)(column)
    database.exec(`UPDATE OR REPLACE ${table} SET ${column} = ${value}${where(table, columns, random)}`)
  },
  'a value of another row'(database, random) {
    const [table, columns] = anyTable(random)
    const column = pick(random, columns)
    const other = `(SELECT ${column} FROM ${table} LIMIT 1 OFFSET ${intBelow(random, 30)})`
    database.exec(`UPDATE OR REPLACE ${table} SET ${column} = ${other}${where(table, columns, random)}`)
  },
  'rows less'(database, random) {
    const [table, columns] = anyTable(random)
    database.exec(`DELETE FROM ${table}${where(table, columns, random)}`)
  },
  'rows twice'(database, random) {
    const [table, columns] = anyTable(random)
    const [key = 'rowid', ...rest] = columns
    const list = rest.join(', ')
    const shift = pick(random, [1, 1000, 4096, 1099511627776])
    database.exec(
      `INSERT OR IGNORE INTO ${table}(${key}, ${list}) SELECT ${key} + ${shift}, ${list} FROM ${table} LIMIT 500`,
    )
  },
  'an object': (database, random) => database.exec(pick(random, OBJECTS)),
  'the schema'(database, random) {
    const row = `rowid = (SELECT rowid FROM sqlite_schema LIMIT 1 OFFSET ${intBelow(random, 16)})`
    database.exec(`UPDATE sqlite_schema SET ${pick(random, SCHEMA_EDITS)(random)} WHERE ${row}`)
  },
}

function anyTable(random: Random): readonly [table: string, columns: readonly string[]] {
  const [table, sql] = pick(random, TABLES)
  const inside = sql.slice(sql.indexOf('(') + 1).replace(/, PRIMARY KEY.*/, '')
  return [table, inside.split(', ').map((column) => column.split(' ')[0] ?? '')]
}

/** All rows, or one of the first. */
function where(table: string, [key = 'rowid']: readonly string[], random: Random): string {
  if (random() < 0.4) return ''
  return ` WHERE ${key} = (SELECT ${key} FROM ${table} LIMIT 1 OFFSET ${intBelow(random, 40)})`
}
