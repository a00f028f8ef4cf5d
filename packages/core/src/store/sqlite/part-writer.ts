/** Writes the recordings of several processes into one new file, each into tables of its own. */

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { LedgerRow } from '@cinescope/protocol'
import type { SealedSegment } from '../../base/sealed-segment.ts'
import { compressBlock } from '../compression.ts'
import { connect } from './connect.ts'
import { attachedOf, blobsOf, type PlainRow } from './attached.ts'
import { columnsOf } from './columns-of.ts'
import type { StoredSegment } from './part-reader.ts'
import { EXTRACT_SCHEMA, LINK_SCHEMA, schemaOfPart, tableOf } from './parts.ts'
import { APPLICATION_ID, FORMAT_VERSION, MAX_SEGMENT_PAGES, SCHEMA, summaryValues } from './schema.ts'

/** One film that an event of another film caused. Places are parts and numbers; instants are wall time in ms, each by its own clock. */
export interface StoredLink {
  readonly part: number
  readonly number: number
  readonly fromPart: number
  readonly fromNumber: number
  /** The film it is told with: its own where it stands alone. */
  readonly filmPart: number
  readonly filmNumber: number
  readonly sent: number
  /** When whoever sent it had its answer; undefined where none was waited for. */
  readonly ended: number | undefined
  readonly received: number
}

/** An empty recording at `path`, which is an empty file, in one transaction that `commit` ends. */
export class FileWriter {
  readonly #database: DatabaseSync

  constructor(path: string) {
    this.#database = connect(path, { readOnly: false })
    // a file that is not whole is thrown away: nothing has to be undone
    for (const pragma of [
      'page_size = 4096',
      'auto_vacuum = INCREMENTAL',
      `application_id = ${APPLICATION_ID}`,
      `user_version = ${FORMAT_VERSION}`,
      'journal_mode = OFF',
      'synchronous = OFF',
      'trusted_schema = OFF',
    ])
      this.#database.exec(`PRAGMA ${pragma}`)
    this.#database.exec('BEGIN')
  }

  /** Adds the tables of one more process. */
  part(part: number): PartWriter {
    return new PartWriter(this.#database, part)
  }

  links(links: readonly StoredLink[]): void {
    this.#database.exec(LINK_SCHEMA['link'] ?? '')
    const insert = this.#database.prepare('INSERT INTO link VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
    for (const link of links)
      insert.run(
        link.part,
        link.number,
        link.fromPart,
        link.fromNumber,
        link.filmPart,
        link.filmNumber,
        link.sent,
        link.ended ?? null,
        link.received,
      )
  }

  commit(): void {
    this.#database.exec('COMMIT')
  }

  close(): void {
    this.#database.close()
  }
}

/** The tables of one process. */
export class PartWriter {
  readonly #database: DatabaseSync
  readonly #part: number
  readonly #statements = new Map<string, StatementSync>()
  #isExtract = false

  constructor(database: DatabaseSync, part: number) {
    this.#database = database
    this.#part = part
    for (const sql of Object.values(schemaOfPart(SCHEMA, part))) database.exec(sql)
  }

  /** A row of a table of short columns, unless one of its key is there. */
  plain(table: string, row: PlainRow): void {
    this.#insert(table, row.length).run(...row)
  }

  ledger(rows: Iterable<LedgerRow>): void {
    for (const { reason, kind, count } of rows) this.plain('ledger', [reason, kind, count])
  }

  /** Notes which films were taken, and from which files. */
  extractsOf(films: Iterable<{ readonly film: number; readonly source: string }>): void {
    for (const { film, source } of films) {
      if (!this.#isExtract) {
        this.#database.exec(schemaOfPart(EXTRACT_SCHEMA, this.#part)[tableOf('extract', this.#part)] ?? '')
        this.#isExtract = true
      }
      this.plain('extract', [film, source])
    }
  }

  /** A segment as it is stored elsewhere, byte for byte. */
  stored({ entry, bloom, meta, columns, pages, attached }: StoredSegment): void {
    const { id, isTail, summary } = entry
    const beside = attached.flatMap(blobsOf)
    const parts = [columns.data, bloom, meta, ...pages.map(({ data }) => data), ...beside]
    const bytes = parts.reduce((sum, part) => sum + part.length, 0)
    this.plain('segment', [
      id,
      isTail ? 1 : 0,
      ...summaryValues(summary),
      columns.codec,
      columns.rawLength,
      bytes,
      bloom,
      meta,
      columns.data,
    ])
    const first = id * MAX_SEGMENT_PAGES
    for (const [index, page] of pages.entries())
      this.plain('page', [first + index, page.codec, page.rawLength, page.data])
    for (const { table, values } of attached) this.plain(table, [id, ...values])
  }

  /** A segment made anew. */
  sealed(id: number, isTail: boolean, segment: SealedSegment): void {
    const { summary, bloom, meta } = segment
    const columns = compressBlock(segment.columns)
    const pages = segment.pages.map(compressBlock)
    const attached = attachedOf(segment)
    this.stored({ entry: { id, isTail, summary, bloom }, bloom, meta, columns, pages, attached })
  }

  #insert(table: string, columns: number): StatementSync {
    let statement = this.#statements.get(table)
    if (statement === undefined) {
      const places = Array.from({ length: columns }, () => '?').join(', ')
      const names = columnsOf(table).length === columns ? `(${columnsOf(table).join(', ')})` : ''
      statement = this.#database.prepare(
        `INSERT OR IGNORE INTO ${tableOf(table, this.#part)}${names} VALUES (${places})`,
      )
      this.#statements.set(table, statement)
    }
    return statement
  }
}
