/** Reads a recording's tables. Every number and length that a hostile file could lie about is checked here. */

import type { DatabaseSync } from 'node:sqlite'
import {
  CinescopeError,
  decodeRollup,
  decodeSegment,
  decodeSegmentMeta,
  decodeTile,
  type Entity,
  type Hook,
  type Kind,
  LEDGER_REASONS,
  MAX_SITES,
  type LedgerReason,
  type LedgerRow,
  type Rollup,
  type Rows,
  type SegmentMeta,
  type Site,
  type Tile,
  type TraceId,
} from '@cinescope/protocol'
import { expandBlock, MAX_PAGE_BYTES } from '../compression.ts'
import type { RouteRow } from '../../base/route-row.ts'
import type { CarriedState } from '../carried-state.ts'
import { keep } from '../read/segment-cache.ts'
import { filmKey, isWithin } from '../film-scan.ts'
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
import { carriedIn } from './carried-sql.ts'
import { HeldTails } from './held-tails.ts'
import { hookOf } from './hook-row.ts'
import type { ReadQueue } from './read-queue.ts'
import { SegmentList } from './segment-list.ts'
import { SegmentSql } from './segment-sql.ts'
import { integer, SqlReader, type SqlRow, string } from './sql-reader.ts'

/** A film or an entity takes 20 bytes of a page of 4,096 at least. */
const ROWS_PER_PAGE = 200
/** Longest key that is taken: a writer interns 64 code units at most. It stands in each value that has it, many times an answer. */
const MAX_KEY_BYTES = 256
/** Longest sketch of a route, and most routes: those of some threads more than any program has. */
const MAX_SKETCH_BYTES = 131_072
const MAX_ROUTE_ROWS = 100_000
/** Sites of all threads that are known by name at once. */
const MOST_SITES = 16 * MAX_SITES
/** Entities and keys known by name at once, those read last: in a recording that is written, entities come and go without end. */
const KEPT_NAMES = 65_536
const SITE_COLUMNS = `number, ${bounded('name')}, ${bounded('framework')}, ${bounded('file')}, line, col`
const ENTITY_COLUMNS = `${bounded('kind')}, ${bounded('scope')}, ${bounded('id')}`

const HOOK_COLUMNS = ['name', 'state', 'version', 'reason', 'remedy'].map((column) => bounded(column)).join(', ')

/** The view of one connection. Caches what never changes (dictionaries) and what `PRAGMA data_version` says has not changed. */
export class SqliteView implements StoreView {
  readonly #sql: SqlReader
  readonly #reads: ReadQueue
  readonly #segments: SegmentList
  readonly #segment: SegmentSql
  readonly #held: HeldTails
  readonly #sites = new Map<number, Site>()
  readonly #keys = new Map<number, string>()
  readonly #entities = new Map<number, Entity>()
  #lastSegments: readonly SegmentEntry[] = []

  /** `reads` are those of the same connection. */
  constructor(database: DatabaseSync, reads: ReadQueue) {
    this.#sql = new SqlReader(database)
    this.#reads = reads
    this.#segments = new SegmentList(this.#sql)
    this.#segment = new SegmentSql(this.#sql)
    this.#held = new HeldTails(this.#sql)
  }

  /** Runs `read` on this view, after all earlier ones. */
  lend<T>(read: (view: StoreView) => T | Promise<T>): Promise<T> {
    return this.#reads.run(async () => {
      try {
        return await read(this)
      } finally {
        this.#held.clear()
      }
    })
  }

  async rest(): Promise<void> {
    this.#held.hold(this.#lastSegments)
    await this.#reads.rest()
  }

  /** Forgets the list of segments: this connection itself has changed it. */
  invalidate(): void {
    this.#segments.invalidate()
  }

  segments(): readonly SegmentEntry[] {
    const segments = this.#segments.read()
    if (segments !== this.#lastSegments) {
      this.#lastSegments = segments
      // a site may have been told anew, with its place in the source
      for (const [number, site] of this.#sites) if (site.file === undefined) this.#sites.delete(number)
    }
    return segments
  }

  corruptSegments(): number {
    return this.#segments.corrupt
  }

  meta({ id }: Pick<SegmentEntry, 'id'>): SegmentMeta {
    return decodeSegmentMeta(this.#held.get(id)?.meta ?? this.#segment.meta(id))
  }

  rows({ id }: Pick<SegmentEntry, 'id'>): Rows {
    return decodeSegment(expandBlock(this.#held.get(id)?.columns ?? this.#segment.columns(id))).rows
  }

  grams(entry: SegmentEntry): Uint8Array | undefined {
    return entry.isTail ? undefined : this.#segment.grams(entry.id)
  }

  rollup(entry: SegmentEntry): Rollup | undefined {
    const block = entry.isTail ? undefined : this.#segment.rollup(entry.id)
    return block === undefined ? undefined : decodeRollup(expandBlock(block))
  }

  tileBits(entry: SegmentEntry): readonly number[] {
    return entry.isTail ? [] : this.#segment.tiles(entry.id).map(({ bits }) => bits)
  }

  tile(entry: SegmentEntry, index: number): Tile {
    const place = this.#segment.tiles(entry.id)[index]
    if (place === undefined) throw new CinescopeError('CSC_ERR_CORRUPT', `no tile ${index}`)
    return decodeTile(expandBlock(this.#segment.tile(entry.id, place)))
  }

  page({ id }: Pick<SegmentEntry, 'id'>, index: number): Uint8Array {
    const held = this.#held.get(id)
    const block = held === undefined ? this.#segment.page(id, index) : held.pages[index]
    if (block === undefined) throw new CinescopeError('CSC_ERR_CORRUPT', `no value page ${index}`)
    return expandBlock(block, MAX_PAGE_BYTES)
  }

  film(thread: number, seq: number): FilmRow | undefined {
    const row = this.#sql.get(`SELECT ${FILM_COLUMNS} FROM film WHERE number = ?`, filmNumber(thread, seq))
    return row === undefined ? undefined : filmOf(row)
  }

  films(scan: FilmScan): readonly FilmRow[] {
    const { sql, values } = filmsSql(scan, this.#mostRows())
    const films: FilmRow[] = []
    let last: FilmRow | undefined
    this.#sql.each(sql, values, (row) => {
      const film = filmOf(row)
      if (!isAfter(film, last, scan)) throw new CinescopeError('CSC_ERR_CORRUPT', 'films are out of order')
      last = film
      if (isKept(film, scan)) films.push(film)
      return films.length < scan.limit
    })
    return films
  }

  filmsOfTrace(trace: TraceId): readonly FilmRow[] {
    const rows = this.#sql.all(`SELECT ${FILM_COLUMNS} FROM film WHERE trace = ? LIMIT 1000`, Buffer.from(trace, 'hex'))
    return rows.map(filmOf)
  }

  site(number: number): Site | undefined {
    let site = this.#sites.get(number)
    if (site !== undefined || number === 0) return site
    const row = this.#sql.get(`SELECT ${SITE_COLUMNS} FROM site WHERE number = ?`, number)
    if (row === undefined) return undefined
    site = siteOf(row)
    this.#sites.set(number, site)
    return site
  }

  sites(): ReadonlyMap<number, Site> {
    let last = -1
    this.#sql.each(`SELECT ${SITE_COLUMNS} FROM site ORDER BY number LIMIT ?`, [MOST_SITES], (row) => {
      const number = integer(row, 'number')
      // pages that meet themselves would give the same sites without end
      if (number <= last) throw new CinescopeError('CSC_ERR_CORRUPT', 'sites are out of order')
      last = number
      this.#sites.set(number, siteOf(row))
      return true
    })
    return this.#sites
  }

  key(number: number): string | undefined {
    let text = this.#keys.get(number)
    if (text !== undefined) return text
    const row = this.#sql.get(`SELECT ${bounded('text', MAX_KEY_BYTES)} FROM key WHERE number = ?`, number)
    if (row === undefined) return undefined
    text = string(row, 'text')
    keep(this.#keys, number, text, KEPT_NAMES)
    return text
  }

  keyNumbers(text: string): readonly number[] {
    return this.#sql
      .all(
        'SELECT number FROM (SELECT number, text FROM key LIMIT ?) WHERE text = ? LIMIT 1000',
        this.#mostRows(),
        text,
      )
      .map((row) => integer(row, 'number'))
  }

  entity(number: number): Entity | undefined {
    let entity = this.#entities.get(number)
    if (entity !== undefined || number === 0) return entity
    const row = this.#sql.get(`SELECT ${ENTITY_COLUMNS} FROM entity WHERE number = ?`, number)
    if (row === undefined) return undefined
    entity = { kind: string(row, 'kind'), scope: string(row, 'scope'), id: string(row, 'id') }
    keep(this.#entities, number, entity, KEPT_NAMES)
    return entity
  }

  entityNumbers(entity: Entity): readonly number[] {
    const newest = 'SELECT * FROM entity ORDER BY number DESC LIMIT ?'
    const sql = `SELECT number FROM (${newest}) WHERE kind = ? AND scope = ? AND id = ? LIMIT ?`
    return this.#sql
      .all(sql, this.#mostRows(), entity.kind, entity.scope, entity.id, MAX_LIVES)
      .map((row) => integer(row, 'number'))
  }

  carried(entity: number): CarriedState | undefined {
    return carriedIn(this.#sql, entity)
  }

  ledger(): readonly LedgerRow[] {
    return this.#sql
      .all(`SELECT ${bounded('reason')}, ${bounded('kind')}, count FROM ledger LIMIT 1000`)
      .map((row) => ({
        reason: reasonOf(string(row, 'reason')),
        kind: string(row, 'kind') as Kind | 'unknown',
        count: integer(row, 'count'),
      }))
  }

  routes(): readonly RouteRow[] {
    const rows: RouteRow[] = []
    const sql = `SELECT thread, site, kind, films, failed, kept, ${bounded('sketch', MAX_SKETCH_BYTES)} FROM route LIMIT ?`
    this.#sql.each(sql, [MAX_ROUTE_ROWS], (row) => rows.push(routeOf(row)) > 0)
    return rows
  }

  counters(): Readonly<Record<string, number>> {
    const counters = Object.create(null) as Record<string, number>
    for (const row of this.#sql.all(`SELECT ${bounded('name')}, value FROM counter LIMIT 1000`)) {
      const value = row['value']
      if (typeof value === 'number') counters[string(row, 'name')] = value
    }
    return counters
  }

  hooks(): readonly Hook[] {
    return this.#sql.all(`SELECT ${HOOK_COLUMNS} FROM hook ORDER BY name LIMIT 1000`).map(hookOf)
  }

  /** More rows than all pages together can hold: what bounds a scan of pages that meet themselves. */
  #mostRows(): number {
    return (integer(this.#sql.get('PRAGMA page_count') ?? {}, 'page_count') + 1) * ROWS_PER_PAGE
  }
}

/** @throws CSC_ERR_CORRUPT */
function routeOf(row: SqlRow): RouteRow {
  const sketch = row['sketch']
  if (!(sketch instanceof Uint8Array)) throw new CinescopeError('CSC_ERR_CORRUPT', 'route.sketch is no blob')
  const of = (column: string): number => integer(row, column)
  const [thread, site, kind] = [of('thread'), of('site'), of('kind')]
  return { thread, site, kind, films: of('films'), failed: of('failed'), kept: of('kept'), sketch }
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

/** What the statement leaves to its caller. */
function isKept(film: FilmRow, { sites, during }: FilmScan): boolean {
  return (sites === undefined || sites.has(film.site)) && (during === undefined || isWithin(during, film.time))
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
