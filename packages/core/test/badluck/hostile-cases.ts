/** Recordings that lie: each case alters a copy of a sound recording in a way that no writer would. */

import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { zstdCompressSync } from 'node:zlib'
import {
  allocateRows,
  ByteWriter,
  encodeSegment,
  encodeSegmentMeta,
  EXTENT,
  KINDS,
  type Rows,
} from '@cinescope/protocol'
import { altered } from './sample.ts'

/** What a case must come to. */
export type Fate =
  /** Opening is refused with this code. */
  | { readonly refused: string }
  /** It opens; at least one answer is an error with this code. */
  | { readonly coded: string }
  /** It opens, and what is damaged is counted. */
  | 'counted'
  /** It opens and every question has an answer or a coded error. */
  | 'survived'

/** See the file's first line. */
export interface HostileCase {
  readonly name: string
  /** Makes the recording at `path` from the sound one at `sample`. */
  make(sample: string, path: string): void
  readonly fate: Fate
}

const REFUSED = { refused: 'CSC_ERR_HOSTILE' } as const
const NOT_OURS = { refused: 'CSC_ERR_FORMAT' } as const

/** A case that is one change of SQL. */
function sql(name: string, text: string, fate: Fate): HostileCase {
  return { name, fate, make: (sample, path) => void altered(sample, path, text) }
}

function changed(name: string, change: (database: DatabaseSync) => void, fate: Fate): HostileCase {
  return { name, fate, make: (sample, path) => void altered(sample, path, change) }
}

const SCHEMA_CASES: readonly HostileCase[] = [
  sql('a trigger', 'CREATE TRIGGER t AFTER INSERT ON film BEGIN DELETE FROM film; END', REFUSED),
  sql('a view', 'CREATE VIEW v AS SELECT randomblob(1000000000) AS x', REFUSED),
  sql('a virtual table', 'CREATE VIRTUAL TABLE v USING fts5(x)', REFUSED),
  sql('an index on an expression', 'CREATE INDEX i ON film(abs(time))', REFUSED),
  sql('a partial index', 'CREATE INDEX i ON film(kind) WHERE kind > 3', REFUSED),
  sql('a generated column', 'ALTER TABLE film ADD COLUMN x GENERATED ALWAYS AS (hex(zeroblob(100000000)))', REFUSED),
  sql('a column more', 'ALTER TABLE key ADD COLUMN x', REFUSED),
  sql('a table more', 'CREATE TABLE extra(x)', REFUSED),
  sql('statistics', 'ANALYZE', REFUSED),
  sql('a table less', 'DROP TABLE counter', NOT_OURS),
  sql('an index less', 'DROP INDEX film_trace', NOT_OURS),
  sql(
    'a view in the place of a table',
    "ALTER TABLE key RENAME TO k; CREATE VIEW key AS SELECT 1 AS number, 'x' AS text",
    REFUSED,
  ),
  sql(
    'a schema text that differs by a check',
    "UPDATE sqlite_schema SET sql = 'CREATE TABLE key(number INTEGER PRIMARY KEY, text TEXT CHECK(length(hex(zeroblob(99999999))) > 0))' WHERE name = 'key'",
    REFUSED,
  ),
  sql(
    'a schema text of a megabyte',
    "UPDATE sqlite_schema SET sql = sql || printf('%.1000000c', ' ') WHERE name = 'key'",
    REFUSED,
  ),
  sql('a schema row that is no schema', "UPDATE sqlite_schema SET sql = 'nonsense' WHERE name = 'key'", NOT_OURS),
  sql(
    'a root page of another table',
    "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'page') WHERE name = 'film'",
    'survived',
  ),
  sql(
    'a root page that is not there',
    "UPDATE sqlite_schema SET rootpage = 1000000 WHERE name = 'segment'",
    'survived',
  ),
  sql('another application id', 'PRAGMA application_id = 1', NOT_OURS),
  sql('a later version', 'PRAGMA user_version = 99', NOT_OURS),
  sql('the first version there never was', 'PRAGMA user_version = 0', NOT_OURS),
]

const CATALOGUE_CASES: readonly HostileCase[] = [
  sql('no process', 'DELETE FROM process', NOT_OURS),
  sql('a node id that is none', "UPDATE process SET node = 'xyz'", { refused: 'CSC_ERR_ID' }),
  sql('an infinite anchor', 'UPDATE process SET anchor_wall = 9e999', { refused: 'CSC_ERR_CORRUPT' }),
  sql('an anchor of text', "UPDATE process SET anchor_ns = 'soon'", { refused: 'CSC_ERR_CORRUPT' }),
  sql('an anchor beyond all dates', 'UPDATE process SET anchor_wall = 8.9e15', 'survived'),
  sql('a process id below zero', "UPDATE process SET pid = -1, state = 'live'", 'survived'),
  sql('a process id of text', "UPDATE process SET pid = 'init'", { refused: 'CSC_ERR_CORRUPT' }),
  sql('a host name of 30 MB', "UPDATE process SET hostname = printf('%.30000000c', 'x')", {
    refused: 'CSC_ERR_CORRUPT',
  }),
  sql('keys of 30 MB', "UPDATE key SET text = printf('%.30000000c', 'x') WHERE number < 4", 'counted'),
  sql('keys that are blobs', "UPDATE key SET text = x'00ff'", 'counted'),
  sql('keys that are not UTF-8', "UPDATE key SET text = CAST(x'c328a0a1fffe' AS TEXT)", 'survived'),
  sql('keys that are names of the prototype', "UPDATE key SET text = '__proto__'", 'survived'),
  sql('no keys', 'DELETE FROM key', 'survived'),
  sql('sites of 30 MB', "UPDATE site SET name = printf('%.30000000c', 'x')", { coded: 'CSC_ERR_CORRUPT' }),
  sql('sites with a line of text', "UPDATE site SET file = 'a', line = 'b', col = x'00'", { coded: 'CSC_ERR_CORRUPT' }),
  sql('entities of numbers', 'UPDATE entity SET kind = 1, scope = 2.5, id = NULL', 'survived'),
  sql('entities of 30 MB', "UPDATE entity SET id = printf('%.30000000c', 'x')", 'survived'),
  sql('films of other types', "UPDATE film SET time = 'x', duration = x'00', flags = 1.5, trace = 7", {
    coded: 'CSC_ERR_CORRUPT',
  }),
  sql(
    'films below zero',
    'UPDATE film SET time = -9007199254740991, duration = -5, kind = -1, site = -1, status = -1, flags = -1, events = -1, span = -1000000',
    'survived',
  ),
  sql('films beyond 2^53', 'UPDATE film SET time = 9223372036854775807', { coded: 'CSC_ERR_CORRUPT' }),
  sql('films that span everything', 'UPDATE film SET span = 9007199254740000', 'survived'),
  sql('traces of 30 MB', 'UPDATE film SET trace = zeroblob(30000000) WHERE number < 20', 'survived'),
  sql('film numbers below zero', 'UPDATE film SET number = -number', 'survived'),
  sql('a ledger of nonsense', "INSERT INTO ledger VALUES ('because', 'span', 1)", { coded: 'CSC_ERR_CORRUPT' }),
  sql('a ledger of fractions', 'UPDATE ledger SET count = 1.5', { coded: 'CSC_ERR_CORRUPT' }),
  sql('counters of text', "UPDATE counter SET value = 'much'", 'survived'),
  sql('a counter named for the prototype', "INSERT INTO counter VALUES ('__proto__', 1)", 'survived'),
]

const SEGMENT_CASES: readonly HostileCase[] = [
  sql('no segments', 'DELETE FROM segment', 'survived'),
  sql('no pages', 'DELETE FROM page', 'counted'),
  sql('segments of text', "UPDATE segment SET columns = 'text'", 'counted'),
  sql('segments of 30 MB', 'UPDATE segment SET columns = zeroblob(30000000)', 'counted'),
  sql('blooms of 30 MB', 'UPDATE segment SET bloom = zeroblob(30000000)', 'counted'),
  sql('blooms of nothing', "UPDATE segment SET bloom = x''", 'survived'),
  sql('blooms of three bytes', "UPDATE segment SET bloom = x'000000'", 'survived'),
  sql('blooms of zeros', 'UPDATE segment SET bloom = zeroblob(64)', 'survived'),
  sql('metas of 30 MB', 'UPDATE segment SET meta = zeroblob(30000000)', 'counted'),
  sql('metas of text', "UPDATE segment SET meta = 'text'", 'counted'),
  sql(
    'raw lengths of a terabyte',
    'UPDATE segment SET raw_length = 1099511627776; UPDATE page SET raw_length = 1099511627776',
    'counted',
  ),
  sql('raw lengths below zero', 'UPDATE segment SET raw_length = -1; UPDATE page SET raw_length = -1', 'counted'),
  sql(
    'raw lengths one off',
    'UPDATE segment SET raw_length = raw_length - 1; UPDATE page SET raw_length = raw_length + 1',
    'counted',
  ),
  sql('codecs that are none', 'UPDATE segment SET codec = 7; UPDATE page SET codec = 9', 'counted'),
  sql('codecs swapped', 'UPDATE segment SET codec = 1 - codec; UPDATE page SET codec = 1 - codec', 'counted'),
  sql(
    'zone maps that promise nothing',
    'UPDATE segment SET seq_low = 0, seq_high = 0, time_low = 0, time_high = 0, rows = 0, kinds_low = 0',
    'survived',
  ),
  sql('zone maps turned round', 'UPDATE segment SET seq_low = seq_high + 5, time_low = time_high + 5', 'survived'),
  sql('zone maps of text', "UPDATE segment SET rows = 'many'", 'counted'),
  sql('row counts of a billion', 'UPDATE segment SET rows = 1000000000, events = 1000000000', 'survived'),
  sql('threads below zero', 'UPDATE segment SET thread = -1', 'survived'),
  changed('segments that expand to a gigabyte', bomb, 'counted'),
  changed('30,000 segments', (database) => many(database, 30_000), 'survived'),
  changed('100,000 segments', (database) => many(database, 100_000), { coded: 'CSC_ERR_LIMIT' }),
  changed('parents in a circle', (database) => replaceRows(database, circle), 'survived'),
  changed('times that are no numbers', (database) => replaceRows(database, timeless), 'survived'),
  changed('a span that is its own parent', (database) => replaceRows(database, selfish), 'survived'),
  changed('a full segment of open spans', (database) => replaceRows(database, open), 'survived'),
  changed('lengths of values beyond every page', (database) => replaceRows(database, long), 'survived'),
  changed('page directories that point anywhere', misdirected, 'survived'),
  changed('metas with lists of 65,536', listed, 'survived'),
  changed('values nested a thousand deep', nested, 'survived'),
]

const TREE_CASES: readonly HostileCase[] = ['film', 'film_time', 'entity', 'segment', 'site', 'page'].map((name) => ({
  name: `pages of ${name} that meet themselves`,
  fate: 'survived',
  make: (sample, path) => meet(sample, path, name),
}))

const FILE_CASES: readonly HostileCase[] = [
  { name: 'an empty file', fate: NOT_OURS, make: (_, path) => writeFileSync(path, '') },
  { name: 'a text', fate: NOT_OURS, make: (_, path) => writeFileSync(path, 'this is no recording\n'.repeat(1000)) },
  { name: 'nothing', fate: { refused: 'CSC_ERR_NO_RECORDING' }, make: () => undefined },
  { name: 'an empty directory', fate: { refused: 'CSC_ERR_NO_RECORDING' }, make: (_, path) => mkdirSync(path) },
  {
    name: 'a directory of directories',
    // what is in a directory is opened when it is asked
    fate: { coded: 'CSC_ERR_FORMAT' },
    make: (_, path) => mkdirSync(`${path}/x.cine`, { recursive: true }),
  },
  { name: 'a link to itself', fate: { refused: 'CSC_ERR_NO_RECORDING' }, make: (_, path) => symlinkSync(path, path) },
  { name: 'a link to a device', fate: NOT_OURS, make: (_, path) => symlinkSync('/dev/zero', path) },
  { name: 'a pipe', fate: NOT_OURS, make: (_, path) => void spawnSync('mkfifo', [path]) },
  {
    name: 'a pipe for a log',
    fate: 'survived',
    make: (sample, path) => {
      altered(sample, path, 'PRAGMA journal_mode = WAL')
      spawnSync('mkfifo', [`${path}-wal`])
    },
  },
  {
    name: 'a log of noise',
    fate: 'survived',
    make: (sample, path) => {
      altered(sample, path, 'PRAGMA journal_mode = WAL')
      writeFileSync(`${path}-wal`, Buffer.alloc(100_000, 7))
    },
  },
  {
    name: 'a hot journal of noise',
    fate: 'survived',
    make: (sample, path) => {
      altered(sample, path, '')
      writeFileSync(`${path}-journal`, Buffer.from(`d9d505f920a163d7${'00000001'.repeat(200)}`, 'hex'))
    },
  },
]

/** All of them. */
export const HOSTILE_CASES: readonly HostileCase[] = [
  ...SCHEMA_CASES,
  ...CATALOGUE_CASES,
  ...SEGMENT_CASES,
  ...TREE_CASES,
  ...FILE_CASES,
]

/** Kinds of b-tree pages, and where their cells' places begin. */
const INTERIOR = { table: 5, index: 2, header: 12 } as const

/**
 * Makes each of the three upper levels of a b-tree point at one page of the next only, some tens of times: a small file whose
 * tree, walked to its end, holds more rows than anybody can wait for.
 */
function meet(sample: string, path: string, name: string): void {
  let rootPage = 0
  altered(sample, path, (database) => {
    database.exec('PRAGMA journal_mode = DELETE')
    const numbers = 'WITH RECURSIVE n(i) AS (SELECT 100000 UNION ALL SELECT i + 1 FROM n WHERE i < 112000)'
    database.exec(`${numbers} INSERT INTO film SELECT i, i, i, 18, 1, 200, 0, 2, 0, 1, NULL FROM n`)
    database.exec(`${numbers} INSERT INTO entity SELECT i, 'kind', 'scope', 'e' || i FROM n`)
    database.exec(`${numbers} INSERT INTO site SELECT i, 's' || i, NULL, NULL, NULL, NULL FROM n`)
    database.exec(`${numbers} INSERT INTO page SELECT i, 0, 1, x'00' FROM n`)
    database.exec(
      `${numbers} INSERT INTO segment SELECT i, 0, 0, 1, 1, i, i, i, i, 0, 0, 0, 0, 0, 1, 1, x'', x'', x'00' FROM n`,
    )
    const row = database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(name)
    rootPage = Number(row?.['rootpage'])
  })
  const file = readFileSync(path)
  const page = (number: number): Buffer => file.subarray((number - 1) * 4096, number * 4096)
  const root = page(rootPage)
  const children = childrenOf(root)
  const [second, third, leaf] = children
  if (second === undefined || third === undefined || leaf === undefined) throw new Error(`${name} is too small`)
  root.copy(page(second))
  root.copy(page(third))
  pointAt(root, second)
  pointAt(page(second), third)
  pointAt(page(third), leaf)
  writeFileSync(path, file)
}

function cellsOf(page: Buffer): number[] {
  if (page[0] !== INTERIOR.table && page[0] !== INTERIOR.index) throw new Error('not an interior page')
  return Array.from({ length: page.readUInt16BE(3) }, (_, cell) => page.readUInt16BE(INTERIOR.header + 2 * cell))
}

function childrenOf(page: Buffer): number[] {
  return cellsOf(page).map((at) => page.readUInt32BE(at))
}

function pointAt(page: Buffer, child: number): void {
  for (const at of cellsOf(page)) page.writeUInt32BE(child, at)
  page.writeUInt32BE(child, 8)
}

/** A frame of some hundred kilobytes that expands to a gigabyte, and claims as much as any reader takes. */
function bomb(database: DatabaseSync): void {
  const frame = zstdCompressSync(Buffer.alloc(2 ** 30))
  database.prepare('UPDATE segment SET codec = 1, raw_length = 16777216, columns = ?').run(frame)
  database.prepare('UPDATE page SET codec = 1, raw_length = 262144, data = ?').run(frame)
}

function many(database: DatabaseSync, count: number): void {
  database.exec(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
     INSERT INTO segment SELECT i + 1000, 0, 0, 1, 1, i, i, i, i, 0, 0, 0, 0, 0, 10, 10, x'0000000000000000', x'', x'00' FROM n`,
  )
}

/** Replaces the rows of every segment by 65,536 rows that `fill` has written, checksum and all. */
function replaceRows(database: DatabaseSync, fill: (rows: Rows) => void, rowCount = 2000): void {
  const rows = allocateRows(rowCount)
  rows.length = rowCount
  for (let i = 0; i < rowCount; i++) {
    rows.seq[i] = i + 1
    rows.time[i] = i
    rows.duration[i] = 1
    rows.word[i] = KINDS.span | (EXTENT.whole << 8)
    rows.root[i] = 1
  }
  fill(rows)
  const columns = encodeSegment(new ByteWriter(), 0, rows).slice()
  const update = 'UPDATE segment SET codec = 0, raw_length = ?, columns = ?, seq_low = 0, seq_high = 100000, bloom = ?'
  database.prepare(update).run(columns.length, columns, new Uint8Array(0))
}

function circle(rows: Rows): void {
  for (let i = 0; i < rows.length; i++) rows.parent[i] = ((i + 1) % rows.length) + 1
}

function selfish(rows: Rows): void {
  for (let i = 0; i < rows.length; i++) rows.parent[i] = i + 1
}

function timeless(rows: Rows): void {
  for (let i = 0; i < rows.length; i++) {
    rows.number[i] = i % 2 === 0 ? Number.NaN : -Infinity
    rows.duration[i] = i % 3 === 0 ? Number.NaN : Infinity
  }
}

function open(rows: Rows): void {
  for (let i = 0; i < rows.length; i++) rows.word[i] = KINDS.span | (EXTENT.open << 8)
}

function long(rows: Rows): void {
  for (let i = 0; i < rows.length; i++) rows.valueIn[i] = 0x7fffffff
}

function misdirected(database: DatabaseSync): void {
  const pages = [5, 4, 3, 2, 1, 0].map((n) => ({ firstRow: n * 1_000_000, rawLength: n }))
  const meta = encodeSegmentMeta({ pages, anchors: [], closes: [], open: [], kinds: [] })
  database.prepare('UPDATE segment SET meta = ?').run(meta)
}

function listed(database: DatabaseSync): void {
  const closes = Array.from({ length: 65_536 }, (_, i) => i)
  const anchors = [{ atNs: Number.NaN as never, wallMs: Infinity as never }]
  const meta = encodeSegmentMeta({ pages: [], anchors, closes, open: closes, kinds: [] })
  database.prepare('UPDATE segment SET meta = ?').run(meta)
}

/** Arrays in arrays, in every value page. */
function nested(database: DatabaseSync): void {
  const page = Buffer.alloc(100_000, 0x14)
  database.prepare('UPDATE page SET codec = 0, raw_length = ?, data = ?').run(page.length, page)
}
