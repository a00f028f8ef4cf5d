/** Reads a recording's tables. Every number and length that a hostile file could lie about is checked here. */

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import {
  CinescopeError,
  decodeSegment,
  decodeSegmentMeta,
  type Entity,
  type Kind,
  LEDGER_REASONS,
  MAX_SITES,
  type LedgerReason,
  type LedgerRow,
  type Rows,
  type SegmentMeta,
  type Site,
  type TraceId,
} from '@cinescope/protocol'
import { expandBlock, MAX_BLOCK_BYTES, MAX_PAGE_BYTES } from '../compression.ts'
import { filmKey } from '../film-scan.ts'
import {
  filmNumber,
  type FilmRow,
  type FilmScan,
  MAX_LIVES,
  type SegmentEntry,
  type StoreView,
} from '../event-store.ts'
import { FILM_COLUMNS, filmsSql } from './film-sql.ts'
import { bounded } from './bounded.ts'
import { MAX_SEGMENT_PAGES, SUMMARY_COLUMNS } from './schema.ts'

/** Most segments of a recording: 50 GB of ordinary ones. */
const MAX_SEGMENTS = 32_768
/** Memory for blooms of one open recording. */
const MAX_BLOOMS_BYTES = 67_108_864
/** What an array of its own costs beside its bytes. */
const BLOOM_OVERHEAD = 512
const NO_BLOOM = new Uint8Array(0)
/** Longest blobs by column: 65,536 rows at 10 bits a key; lists of 65,536 entries; blocks as stored. */
const MOST_BYTES = { bloom: 131_072, meta: 2_097_152, columns: MAX_BLOCK_BYTES, data: MAX_PAGE_BYTES } as const
/** A film or an entity takes 20 bytes of a page of 4,096 at least. */
const ROWS_PER_PAGE = 200
const SITE_COLUMNS = `number, ${bounded('name')}, ${bounded('framework')}, ${bounded('file')}, line, col`
const ENTITY_COLUMNS = `${bounded('kind')}, ${bounded('scope')}, ${bounded('id')}`

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
  #bloomBytes = 0

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
    const segments: SegmentEntry[] = []
    let last = -Infinity
    const most = MAX_SEGMENTS + 1
    const count = this.#get('SELECT count(*) AS count FROM (SELECT 1 FROM segment LIMIT ?)', most)?.['count']
    if (count === most) throw new CinescopeError('CSC_ERR_LIMIT', 'too many segments')
    this.#bloomBytes = 0
    for (const row of this.#all('SELECT id FROM segment ORDER BY id LIMIT ?', most)) {
      const id = integer(row, 'id')
      // a tree of pages that meets itself would give its rows again and again
      if (id <= last) throw new CinescopeError('CSC_ERR_CORRUPT', 'the list of segments is out of order')
      last = id
      const entry = known.get(id) ?? this.#entry(id)
      this.#bloomBytes += entry.bloom.length + BLOOM_OVERHEAD
      segments.push(entry)
    }
    this.#segments = segments
    this.#segmentsVersion = version
    // a site may have been told anew, with its place in the source
    for (const [number, site] of this.#sites) if (site.file === undefined) this.#sites.delete(number)
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
    const block = { codec: integer(row, 'codec'), rawLength: integer(row, 'raw_length'), data }
    return expandBlock(block, MAX_PAGE_BYTES)
  }

  film(thread: number, seq: number): FilmRow | undefined {
    const row = this.#get(`SELECT ${FILM_COLUMNS} FROM film WHERE number = ?`, filmNumber(thread, seq))
    return row === undefined ? undefined : filmOf(row)
  }

  films(scan: FilmScan): readonly FilmRow[] {
    const { sql, values } = filmsSql(scan, this.#mostRows())
    return this.#run(() => {
      const films: FilmRow[] = []
      let last: FilmRow | undefined
      for (const row of this.#prepare(sql).iterate(...values)) {
        const film = filmOf(row)
        if (!isAfter(film, last, scan)) throw new CinescopeError('CSC_ERR_CORRUPT', 'films are out of order')
        last = film
        if (scan.sites !== undefined && !scan.sites.has(film.site)) continue
        films.push(film)
        if (films.length >= scan.limit) break
      }
      return films
    })
  }

  filmsOfTrace(trace: TraceId): readonly FilmRow[] {
    const rows = this.#all(`SELECT ${FILM_COLUMNS} FROM film WHERE trace = ? LIMIT 1000`, Buffer.from(trace, 'hex'))
    return rows.map(filmOf)
  }

  site(number: number): Site | undefined {
    let site = this.#sites.get(number)
    if (site !== undefined || number === 0) return site
    const row = this.#get(`SELECT ${SITE_COLUMNS} FROM site WHERE number = ?`, number)
    if (row === undefined) return undefined
    site = siteOf(row)
    this.#sites.set(number, site)
    return site
  }

  sites(): ReadonlyMap<number, Site> {
    for (const row of this.#all(`SELECT ${SITE_COLUMNS} FROM site LIMIT ?`, MAX_SITES + 1))
      this.#sites.set(integer(row, 'number'), siteOf(row))
    return this.#sites
  }

  key(number: number): string | undefined {
    let text = this.#keys.get(number)
    if (text !== undefined) return text
    const row = this.#get(`SELECT ${bounded('text')} FROM key WHERE number = ?`, number)
    if (row === undefined) return undefined
    text = string(row, 'text')
    this.#keys.set(number, text)
    return text
  }

  entity(number: number): Entity | undefined {
    let entity = this.#entities.get(number)
    if (entity !== undefined || number === 0) return entity
    const row = this.#get(`SELECT ${ENTITY_COLUMNS} FROM entity WHERE number = ?`, number)
    if (row === undefined) return undefined
    entity = { kind: string(row, 'kind'), scope: string(row, 'scope'), id: string(row, 'id') }
    this.#entities.set(number, entity)
    return entity
  }

  entityNumbers(entity: Entity): readonly number[] {
    const newest = 'SELECT * FROM entity ORDER BY number DESC LIMIT ?'
    const sql = `SELECT number FROM (${newest}) WHERE kind = ? AND scope = ? AND id = ? LIMIT ?`
    return this.#all(sql, this.#mostRows(), entity.kind, entity.scope, entity.id, MAX_LIVES).map((row) =>
      integer(row, 'number'),
    )
  }

  ledger(): readonly LedgerRow[] {
    return this.#all(`SELECT ${bounded('reason')}, ${bounded('kind')}, count FROM ledger LIMIT 1000`).map((row) => ({
      reason: reasonOf(string(row, 'reason')),
      kind: string(row, 'kind') as Kind | 'unknown',
      count: integer(row, 'count'),
    }))
  }

  counters(): Readonly<Record<string, number>> {
    const counters = Object.create(null) as Record<string, number>
    for (const row of this.#all(`SELECT ${bounded('name')}, value FROM counter LIMIT 1000`)) {
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
      // one that does not fit the memory for them says maybe to every question
      bloom: this.#bloomBytes < MAX_BLOOMS_BYTES ? this.#blob('segment', 'bloom', id) : NO_BLOOM,
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
  #blob(table: 'segment' | 'page', column: keyof typeof MOST_BYTES, id: number): Uint8Array {
    const key = table === 'segment' ? 'id' : 'number'
    const size = this.#get(
      `SELECT octet_length(${column}) AS size, typeof(${column}) AS type FROM ${table} WHERE ${key} = ?`,
      id,
    )
    if (size === undefined) throw new CinescopeError('CSC_ERR_PRUNED', 'the segment has been pruned')
    if (size['type'] !== 'blob') throw new CinescopeError('CSC_ERR_CORRUPT', `${table}.${column} is no blob`)
    if (integer(size, 'size') > MOST_BYTES[column])
      throw new CinescopeError('CSC_ERR_LIMIT', `${table}.${column} is too long`)
    const row = this.#get(`SELECT ${column} AS data FROM ${table} WHERE ${key} = ?`, id)
    const data = row?.['data']
    if (!(data instanceof Uint8Array)) throw new CinescopeError('CSC_ERR_CORRUPT', `${table}.${column} is no blob`)
    return data
  }

  /** More rows than all pages together can hold: what bounds a scan of pages that meet themselves. */
  #mostRows(): number {
    return (integer(this.#get('PRAGMA page_count') ?? {}, 'page_count') + 1) * ROWS_PER_PAGE
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

/** True if the film comes after the one before it in the scan's order, as an index that is what it says gives them. */
function isAfter(film: FilmRow, last: FilmRow | undefined, scan: FilmScan): boolean {
  const place =
    last === undefined ? scan.after : { key: filmKey(last, scan.order), id: filmNumber(last.thread, last.seq) }
  if (place === undefined) return true
  const distance = filmKey(film, scan.order) - place.key || filmNumber(film.thread, film.seq) - place.id
  return scan.order.startsWith('-') ? distance < 0 : distance > 0
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
