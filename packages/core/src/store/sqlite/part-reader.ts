/** One process's recording as it is stored, for whoever copies it: rows and blocks, checked but not interpreted. */

import type { DatabaseSync } from 'node:sqlite'
import {
  CinescopeError,
  decodeSegment,
  decodeSegmentMeta,
  type LedgerRow,
  type NodeId,
  type Rows,
  type SegmentMeta,
} from '@cinescope/protocol'
import { expandBlock, MAX_BLOCK_BYTES, MAX_PAGE_BYTES, type StoredBlock } from '../compression.ts'
import type { SegmentEntry } from '../event-store.ts'
import { ATTACHED, type Attached, type PlainRow } from './attached.ts'
import { columnsOf, keyLength } from './columns-of.ts'
import { bounded } from './bounded.ts'
import { MAX_STATE_BYTES } from './carried-sql.ts'
import { openRecordingFile } from './open.ts'
import { asCorrupt, ReadQueue } from './read-queue.ts'
import { SqliteView } from './read-view.ts'
import { tableOf } from './parts.ts'
import { MAX_SEGMENT_PAGES } from './schema.ts'
import { SegmentSql } from './segment-sql.ts'
import { logPath } from './files.ts'
import { integer, SqlReader, string } from './sql-reader.ts'

/** A segment as it is stored. */
export interface StoredSegment {
  readonly entry: SegmentEntry
  readonly bloom: Uint8Array
  readonly meta: Uint8Array
  readonly columns: StoredBlock
  readonly pages: readonly StoredBlock[]
  readonly attached: readonly Attached[]
}

/** A stored segment that was read whole and found sound. */
export interface SoundSegment extends StoredSegment {
  readonly rows: Rows
  readonly decoded: SegmentMeta
}

/** See the file's first line. One state of it, however long that takes. */
export class PartReader {
  readonly path: string
  readonly node: NodeId
  readonly view: SqliteView
  readonly #database: DatabaseSync
  readonly #part: number
  readonly #sql: SqlReader
  readonly #segment: SegmentSql

  /** @throws as `openRecordingFile`, CSC_ERR_CORRUPT */
  constructor(path: string, part: number, node: NodeId) {
    this.path = path
    this.node = node
    this.#part = part
    this.#database = openRecordingFile(path, part)
    this.#database.exec('BEGIN')
    this.view = new SqliteView(this.#database, new ReadQueue(this.#database, logPath(path)))
    this.#sql = new SqlReader(this.#database)
    this.#segment = new SegmentSql(this.#sql)
  }

  /** Those whose zone map fails its checks are left out. */
  segments(): readonly SegmentEntry[] {
    try {
      return this.view.segments()
    } catch (thrown) {
      throw asCorrupt(thrown)
    }
  }

  ledger(): readonly LedgerRow[] {
    return this.view.ledger()
  }

  /** True for the recording of a few films of a process. */
  get isExtract(): boolean {
    return this.ledger().some(({ reason }) => reason === 'notExtracted')
  }

  /** The segment with everything that is in it; undefined when any of it fails its checks. */
  sound(entry: SegmentEntry): SoundSegment | undefined {
    try {
      const { id, summary } = entry
      const meta = this.#segment.meta(id)
      const decoded = decodeSegmentMeta(meta)
      if (decoded.pages.length > MAX_SEGMENT_PAGES) return undefined
      const columns = this.#segment.columns(id)
      const { rows, thread } = decodeSegment(expandBlock(columns))
      if (thread !== summary.thread || rows.length !== summary.rows) return undefined
      const pages = decoded.pages.map((_, index) => this.#segment.page(id, index))
      for (const [index, page] of pages.entries()) {
        if (expandBlock(page, MAX_PAGE_BYTES).length !== decoded.pages[index]?.rawLength) return undefined
      }
      const bloom = this.#sql.blob('segment', 'bloom', id)
      return { entry, bloom, meta, columns, pages, attached: this.#attached(id), rows, decoded }
    } catch (thrown) {
      if (!(thrown instanceof CinescopeError)) throw thrown
      return undefined
    }
  }

  #attached(id: number): Attached[] {
    return ATTACHED.flatMap((table) => {
      const columns = columnsOf(table).slice(1)
      const found = columns.map((column) => bounded(column, MAX_BLOCK_BYTES)).join(', ')
      const row = this.#sql.get(`SELECT ${found} FROM ${table} WHERE segment = ?`, id)
      return row === undefined ? [] : [{ table, values: plainRow(row, columns) }]
    })
  }

  /** The films that an extract was made of, by number, and the names of the files they were taken from. */
  extract(): readonly { readonly film: number; readonly source: string }[] {
    const table = tableOf('extract', this.#part)
    if (this.#sql.get('SELECT 1 FROM sqlite_schema WHERE name = ?', table) === undefined) return []
    return this.#sql
      .all(`SELECT film, ${bounded('source')} FROM ${table} ORDER BY film LIMIT 100000`)
      .map((row) => ({ film: integer(row, 'film'), source: string(row, 'source') }))
  }

  /** Rows of a table of short columns by its key, which is the first of them, or more. */
  *plainRows(table: string): Generator<PlainRow> {
    const columns = columnsOf(table)
    const most = table === 'carried' ? MAX_STATE_BYTES : undefined
    const found = columns.map((column) => bounded(column, most)).join(', ')
    // by the columns themselves, whose tree has that order: a sort would walk it to its end first
    const key = columns.slice(0, keyLength(table))
    const order = key.map((column) => `${table}.${column}`).join(', ')
    const statement = this.#database.prepare(`SELECT ${found} FROM ${table} ORDER BY ${order}`)
    let last: PlainRow | undefined
    try {
      for (const row of statement.iterate()) {
        const plain = plainRow(row, columns)
        // pages that meet themselves would give the same rows without end
        if (last !== undefined && !isBefore(last, plain, key.length))
          throw new CinescopeError('CSC_ERR_CORRUPT', `rows of ${table} are out of order`)
        last = plain
        yield plain
      }
    } catch (thrown) {
      throw asCorrupt(thrown)
    }
  }

  /** When the process began, in ms by its wall clock, and whether its writer has closed the recording. */
  process(): { readonly beganMs: number; readonly isClosed: boolean } {
    const row = this.#sql.get(`SELECT anchor_wall, ${bounded('state')} FROM process LIMIT 1`)
    const began = row?.['anchor_wall']
    return { beganMs: typeof began === 'number' ? began : 0, isClosed: row?.['state'] === 'closed' }
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close()
  }
}

function plainRow(row: Readonly<Record<string, unknown>>, columns: readonly string[]): PlainRow {
  return columns.map((column) => {
    const value = row[column]
    if (value === null || typeof value === 'string' || value instanceof Uint8Array) return value
    if (typeof value !== 'number' || !(Math.abs(value) <= Number.MAX_SAFE_INTEGER))
      throw new CinescopeError('CSC_ERR_CORRUPT', `column ${column} holds a number that no writer puts there`)
    return value
  })
}

/** Of keys of one table, which are numbers or texts in the order of their bytes. */
function isBefore(a: PlainRow, b: PlainRow, keyLength: number): boolean {
  for (let i = 0; i < keyLength; i++) {
    const [x, y] = [a[i], b[i]]
    if (x === y) continue
    if (typeof x === 'number') return typeof y === 'number' && x < y
    return typeof x === 'string' && typeof y === 'string' && Buffer.compare(Buffer.from(x), Buffer.from(y)) < 0
  }
  return false
}
