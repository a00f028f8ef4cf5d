/** Reads a recording's tables. Every number and length that a hostile file could lie about is checked here. */

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import {
  CinescopeError,
  decodeSegment,
  decodeSegmentMeta,
  type Entity,
  type Kind,
  LEDGER_REASONS,
  type LedgerReason,
  type LedgerRow,
  type Rows,
  type SegmentMeta,
  type Site,
  type TraceId,
} from '@cinescope/protocol'
import { expandBlock, MAX_BLOCK_BYTES } from '../compression.ts'
import { filmNumber, type FilmRow, type FilmScan, type SegmentEntry, type StoreView } from '../event-store.ts'
import { filmsSql } from './film-sql.ts'
import { MAX_SEGMENT_PAGES, SUMMARY_COLUMNS } from './schema.ts'

type SqlRow = Record<string, unknown>

/** The view of one connection. Caches what never changes (dictionaries) and what `PRAGMA data_version` says has not changed. */
export class SqliteView implements StoreView {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  readonly #sites = new Map<number, Site>()
  readonly #keys = new Map<number, string>()
  readonly #entities = new Map<number, Entity>()
  #segments: SegmentEntry[] = []
  #segmentsVersion: unknown = undefined

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** Forgets the list of segments: this connection itself has changed it. */
  invalidate(): void {
    this.#segmentsVersion = undefined
  }

  segments(): readonly SegmentEntry[] {
    const version = this.#get('PRAGMA data_version')?.['data_version']
    if (version === this.#segmentsVersion) return this.#segments
    const known = new Map(this.#segments.map((entry) => [entry.id, entry]))
    this.#segments = []
    for (const row of this.#all('SELECT id FROM segment ORDER BY id')) {
      const id = integer(row, 'id')
      this.#segments.push(known.get(id) ?? this.#entry(id))
    }
    this.#segmentsVersion = version
    return this.#segments
  }

  meta(entry: SegmentEntry): SegmentMeta {
    return decodeSegmentMeta(this.#blob('segment', 'meta', entry.id))
  }

  rows(entry: SegmentEntry): Rows {
    const row = this.#get('SELECT codec, raw_length FROM segment WHERE id = ?', entry.id)
    if (row === undefined) throw new CinescopeError('CSC_ERR_PRUNED', 'the segment has been pruned')
    const data = this.#blob('segment', 'columns', entry.id)
    return decodeSegment(expandBlock({ codec: integer(row, 'codec'), rawLength: integer(row, 'raw_length'), data }))
      .rows
  }

  page(entry: SegmentEntry, index: number): Uint8Array {
    const number = entry.id * MAX_SEGMENT_PAGES + index
    const row = this.#get('SELECT codec, raw_length FROM page WHERE number = ?', number)
    if (row === undefined) throw new CinescopeError('CSC_ERR_CORRUPT', `no value page ${index}`)
    const data = this.#blob('page', 'data', number)
    return expandBlock({ codec: integer(row, 'codec'), rawLength: integer(row, 'raw_length'), data })
  }

  film(thread: number, seq: number): FilmRow | undefined {
    const row = this.#get('SELECT * FROM film WHERE number = ?', filmNumber(thread, seq))
    return row === undefined ? undefined : filmOf(row)
  }

  films(scan: FilmScan): readonly FilmRow[] {
    const { sql, values } = filmsSql(scan)
    const films: FilmRow[] = []
    for (const row of this.#prepare(sql).iterate(...values)) {
      const film = filmOf(row)
      if (scan.sites !== undefined && !scan.sites.has(film.site)) continue
      films.push(film)
      if (films.length >= scan.limit) break
    }
    return films
  }

  filmsOfTrace(trace: TraceId): readonly FilmRow[] {
    const rows = this.#all('SELECT * FROM film WHERE trace = ? LIMIT 1000', Buffer.from(trace, 'hex'))
    return rows.map(filmOf)
  }

  site(number: number): Site | undefined {
    let site = this.#sites.get(number)
    if (site !== undefined || number === 0) return site
    const row = this.#get('SELECT * FROM site WHERE number = ?', number)
    if (row === undefined) return undefined
    site = siteOf(row)
    this.#sites.set(number, site)
    return site
  }

  sites(): ReadonlyMap<number, Site> {
    for (const row of this.#all('SELECT * FROM site')) this.#sites.set(integer(row, 'number'), siteOf(row))
    return this.#sites
  }

  key(number: number): string | undefined {
    let text = this.#keys.get(number)
    if (text !== undefined) return text
    const row = this.#get('SELECT text FROM key WHERE number = ?', number)
    if (row === undefined) return undefined
    text = string(row, 'text')
    this.#keys.set(number, text)
    return text
  }

  entity(number: number): Entity | undefined {
    let entity = this.#entities.get(number)
    if (entity !== undefined || number === 0) return entity
    const row = this.#get('SELECT kind, scope, id FROM entity WHERE number = ?', number)
    if (row === undefined) return undefined
    entity = { kind: string(row, 'kind'), scope: string(row, 'scope'), id: string(row, 'id') }
    this.#entities.set(number, entity)
    return entity
  }

  entityNumber(entity: Entity): number | undefined {
    const sql = 'SELECT number FROM entity WHERE kind = ? AND scope = ? AND id = ? ORDER BY number DESC LIMIT 1'
    const row = this.#get(sql, entity.kind, entity.scope, entity.id)
    return row === undefined ? undefined : integer(row, 'number')
  }

  ledger(): readonly LedgerRow[] {
    return this.#all('SELECT reason, kind, count FROM ledger').map((row) => ({
      reason: reasonOf(string(row, 'reason')),
      kind: string(row, 'kind') as Kind | 'unknown',
      count: integer(row, 'count'),
    }))
  }

  counters(): Readonly<Record<string, number>> {
    const counters = Object.create(null) as Record<string, number>
    for (const row of this.#all('SELECT name, value FROM counter')) {
      const value = row['value']
      if (typeof value === 'number') counters[string(row, 'name')] = value
    }
    return counters
  }

  #entry(id: number): SegmentEntry {
    const row = this.#get(`SELECT tail, ${SUMMARY_COLUMNS}, bytes FROM segment WHERE id = ?`, id)
    if (row === undefined) throw new CinescopeError('CSC_ERR_CORRUPT', `segment ${id} is missing`)
    return {
      id,
      isTail: integer(row, 'tail') === 1,
      bloom: this.#blob('segment', 'bloom', id),
      summary: {
        thread: integer(row, 'thread'),
        rows: integer(row, 'rows'),
        events: integer(row, 'events'),
        seqLow: integer(row, 'seq_low'),
        seqHigh: integer(row, 'seq_high'),
        timeLow: integer(row, 'time_low'),
        timeHigh: integer(row, 'time_high'),
        kindsLow: integer(row, 'kinds_low'),
        kindsHigh: integer(row, 'kinds_high'),
        flags: integer(row, 'flags'),
        maxDuration: integer(row, 'max_duration'),
      },
    }
  }

  /** A blob, its length checked before it is read. */
  #blob(table: 'segment' | 'page', column: string, id: number): Uint8Array {
    const key = table === 'segment' ? 'id' : 'number'
    const size = this.#get(
      `SELECT length(${column}) AS size, typeof(${column}) AS type FROM ${table} WHERE ${key} = ?`,
      id,
    )
    if (size === undefined) throw new CinescopeError('CSC_ERR_PRUNED', 'the segment has been pruned')
    if (size['type'] !== 'blob') throw new CinescopeError('CSC_ERR_CORRUPT', `${table}.${column} is no blob`)
    if (integer(size, 'size') > MAX_BLOCK_BYTES)
      throw new CinescopeError('CSC_ERR_LIMIT', `${table}.${column} is too long`)
    const row = this.#get(`SELECT ${column} AS data FROM ${table} WHERE ${key} = ?`, id)
    const data = row?.['data']
    if (!(data instanceof Uint8Array)) throw new CinescopeError('CSC_ERR_CORRUPT', `${table}.${column} is no blob`)
    return data
  }

  #get(sql: string, ...values: (string | number | Uint8Array)[]): SqlRow | undefined {
    return this.#run(() => this.#prepare(sql).get(...values) as SqlRow | undefined)
  }

  #all(sql: string, ...values: (string | number | Uint8Array)[]): SqlRow[] {
    return this.#run(() => this.#prepare(sql).all(...values) as SqlRow[])
  }

  #run<T>(read: () => T): T {
    try {
      return read()
    } catch (cause) {
      if (cause instanceof CinescopeError) throw cause
      throw new CinescopeError('CSC_ERR_CORRUPT', `the recording cannot be read: ${messageOf(cause)}`, { cause })
    }
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#database.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}

function filmOf(row: SqlRow): FilmRow {
  const number = integer(row, 'number')
  const seq = number % 2 ** 40
  const trace = row['trace']
  return {
    thread: Math.floor(number / 2 ** 40),
    seq,
    time: integer(row, 'time'),
    duration: row['duration'] === null ? undefined : integer(row, 'duration'),
    kind: integer(row, 'kind'),
    site: integer(row, 'site'),
    status: integer(row, 'status'),
    flags: integer(row, 'flags'),
    events: integer(row, 'events'),
    errors: integer(row, 'errors'),
    lastSeq: seq + integer(row, 'span'),
    trace:
      trace instanceof Uint8Array && trace.length === 16 ? (Buffer.from(trace).toString('hex') as TraceId) : undefined,
  }
}

function siteOf(row: SqlRow): Site {
  return {
    name: string(row, 'name'),
    ...(row['framework'] === null ? {} : { framework: string(row, 'framework') }),
    ...(row['file'] === null ? {} : { file: string(row, 'file') }),
    ...(row['line'] === null ? {} : { line: integer(row, 'line') }),
    ...(row['col'] === null ? {} : { column: integer(row, 'col') }),
  }
}

function reasonOf(text: string): LedgerReason {
  const reason = LEDGER_REASONS.find((known) => known === text)
  if (reason === undefined) throw new CinescopeError('CSC_ERR_CORRUPT', `unknown ledger reason '${text.slice(0, 40)}'`)
  return reason
}

function integer(row: SqlRow, column: string): number {
  const value = row[column]
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw new CinescopeError('CSC_ERR_CORRUPT', `column ${column} holds no integer`)
  }
  return value
}

function string(row: SqlRow, column: string): string {
  const value = row[column]
  if (typeof value !== 'string' || value.length > 65_536) {
    throw new CinescopeError('CSC_ERR_CORRUPT', `column ${column} holds no text`)
  }
  return value
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
