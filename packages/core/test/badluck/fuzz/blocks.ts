/** Changes inside stored blocks, behind their compression and checksums: what is decoded is what lies. */

import type { DatabaseSync } from 'node:sqlite'
import {
  ByteWriter,
  checksum32,
  decodeSegment,
  decodeSegmentMeta,
  encodeSegment,
  type Rows,
  TAG,
  valueBytes,
} from '@cinescope/protocol'
import { compressBlock, expandBlock, plainBlock } from '../../../src/store/compression.ts'
import { MAX_SEGMENT_PAGES } from '../../../src/store/sqlite/schema.ts'
import { BYTE_CHANGES, flipBits } from './bytes.ts'
import { intBelow, pick, type Random } from './random.ts'
import type { SqlChange } from './sql.ts'
import { madeUpValue } from './values.ts'

const NUMBERS = [0, 1, 2, 63, 255, 65_536, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40, 2 ** 51, 2 ** 53 - 1]
const COLUMNS = [
  'seq',
  'time',
  'duration',
  'word',
  'site',
  'parent',
  'root',
  'cause',
  'subject',
  'number',
  'valueIn',
  'valueOut',
] as const
/** Blobs that stand in their rows as they are. */
const BARE = [
  ['segment', 'id', 'meta'],
  ['segment', 'id', 'bloom'],
  ['gram', 'segment', 'filters'],
] as const

/** By name. */
export const BLOCK_CHANGES: Readonly<Record<string, SqlChange>> = {
  'rows of a segment': (database, random) =>
    changeBlock(database, random, COLUMNS_BLOCK, (raw) => {
      const { rows, thread } = decodeSegment(raw)
      const changes = 1 + intBelow(random, 6)
      for (let i = 0; i < changes; i++) changeRows(rows, random)
      makeEncodable(rows)
      return encodeSegment(new ByteWriter(), random() < 0.9 ? thread : intBelow(random, 70_000), rows).slice()
    }),
  'bytes of a segment': (database, random) =>
    changeBlock(database, random, COLUMNS_BLOCK, (raw) => {
      const changed = Buffer.from(changeBytes(Buffer.from(raw), random))
      // its own checksum stands behind the rest
      if (changed.length >= 4)
        changed.writeUInt32LE(checksum32(changed.subarray(0, changed.length - 4)), changed.length - 4)
      return changed
    }),
  'bytes of a value page': (database, random) =>
    changeBlock(database, random, PAGE_BLOCK, (raw) => changeBytes(Buffer.from(raw), random)),
  'tags of a value page': (database, random) =>
    changeBlock(database, random, PAGE_BLOCK, (raw) => {
      const page = Buffer.from(raw)
      const changes = 1 + intBelow(random, 10)
      for (let i = 0; i < changes && page.length > 0; i++)
        page[intBelow(random, page.length)] = pick(random, Object.values(TAG))
      return page
    }),
  'values made up': madeUpValues,
  'a value page of one tag': (database, random) =>
    changeBlock(database, random, PAGE_BLOCK, (raw) => Buffer.alloc(raw.length, pick(random, Object.values(TAG)))),
  'a bare blob'(database, random) {
    const [table, key, column] = pick(random, BARE)
    const row = anyRow(database, random, table, key, column)
    const blob = row?.['data']
    if (row === undefined || !(blob instanceof Uint8Array)) return
    const changed = changeBytes(Buffer.from(blob), random)
    database.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${key} = ?`).run(changed, Number(row['key']))
  },
}

const COLUMNS_BLOCK = ['segment', 'id', 'columns'] as const
const PAGE_BLOCK = ['page', 'number', 'data'] as const

/** Every value of a page gives way to one of the same length. */
function madeUpValues(database: DatabaseSync, random: Random): void {
  const sql = 'SELECT id, codec, raw_length, columns, meta FROM segment LIMIT 1 OFFSET ?'
  const count = Number(database.prepare('SELECT count(*) AS n FROM segment').get()?.['n'])
  const row = database.prepare(sql).get(intBelow(random, Math.max(1, count)))
  const [columns, meta] = [row?.['columns'], row?.['meta']]
  if (row === undefined || !(columns instanceof Uint8Array) || !(meta instanceof Uint8Array)) return
  const block = { codec: Number(row['codec']), rawLength: Number(row['raw_length']), data: columns }
  const { rows } = decodeSegment(expandBlock(block))
  const { pages } = decodeSegmentMeta(meta)
  const index = intBelow(random, Math.max(1, pages.length))
  const to = pages[index + 1]?.firstRow ?? rows.length
  const parts: Uint8Array[] = []
  for (let at = pages[index]?.firstRow ?? 0; at < to; at++)
    for (const length of [rows.valueIn[at]!, rows.valueOut[at]!])
      parts.push(madeUpValue(random, Math.min(65_536, valueBytes(length))))
  const page = compressBlock(Buffer.concat(parts))
  database
    .prepare('UPDATE page SET codec = ?, raw_length = ?, data = ? WHERE number = ?')
    .run(page.codec, page.rawLength, page.data, Number(row['id']) * MAX_SEGMENT_PAGES + index)
}

type Place = readonly [table: string, key: string, column: string]

/** Expands a block, changes it and stores it as one that passes its checks. */
function changeBlock(
  database: DatabaseSync,
  random: Random,
  [table, key, column]: Place,
  change: (raw: Uint8Array) => Uint8Array,
): void {
  const row = anyRow(database, random, table, key, column)
  const data = row?.['data']
  if (row === undefined || !(data instanceof Uint8Array)) return
  const raw = expandBlock({ codec: Number(row['codec']), rawLength: Number(row['raw_length']), data })
  const store = random() < 0.5 ? plainBlock : compressBlock
  const block = store(change(raw))
  database
    .prepare(`UPDATE ${table} SET codec = ?, raw_length = ?, ${column} = ? WHERE ${key} = ?`)
    .run(block.codec, block.rawLength, block.data, Number(row['key']))
}

function anyRow(
  database: DatabaseSync,
  random: Random,
  ...[table, key, column]: Place
): Record<string, unknown> | undefined {
  const codec = column === 'data' || column === 'columns' ? ', codec, raw_length' : ''
  const count = Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'])
  const sql = `SELECT ${key} AS key, ${column} AS data${codec} FROM ${table} LIMIT 1 OFFSET ?`
  return database.prepare(sql).get(intBelow(random, Math.max(1, count)))
}

function changeBytes(bytes: Buffer, random: Random): Uint8Array {
  return random() < 0.4 ? flipBits(bytes, random) : pick(random, Object.values(BYTE_CHANGES))(bytes, random, bytes)
}

/** One number of one row, or of all. */
function changeRows(rows: Rows, random: Random): void {
  if (rows.length === 0) return
  const column = rows[pick(random, COLUMNS)]
  const from = intBelow(random, rows.length)
  const to = random() < 0.8 ? from + 1 : rows.length
  const number = pick(random, NUMBERS)
  const kind = random()
  for (let row = from; row < to; row++) {
    const old = column[row]!
    if (kind < 0.4) column[row] = number
    else if (kind < 0.6) column[row] = old + number
    else if (kind < 0.75) column[row] = column[intBelow(random, rows.length)]!
    else if (kind < 0.9) column[row] = old ^ (1 << intBelow(random, 31))
    else column[row] = pick(random, [-1, -(2 ** 40), 0.5, Number.NaN, Infinity, -Infinity, 1e300])
  }
}

/** Whole numbers where the encoding has no others, and no reference to what comes later: it would have no end. */
function makeEncodable(rows: Rows): void {
  for (const column of [rows.seq, rows.time])
    for (let row = 0; row < rows.length; row++) column[row] = whole(column[row]!, 2 ** 51)
  for (const column of [rows.parent, rows.root, rows.cause])
    for (let row = 0; row < rows.length; row++) column[row] = whole(column[row]!, rows.seq[row]!)
}

function whole(value: number, most: number): number {
  return Number.isNaN(value) ? 0 : Math.trunc(Math.min(most, Math.max(-(2 ** 51), value)))
}
