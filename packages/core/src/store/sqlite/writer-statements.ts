/** The statements by which a recording is written, prepared once. */

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { ATTACHED } from './attached.ts'
import { columnsOf } from './columns-of.ts'

/** Plain parameters: Node 22.15 cannot bind numbered ones by position. */
const UPSERT_FILM = `INSERT INTO film VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(number) DO UPDATE SET
  time = iif(?, excluded.time, time), kind = iif(?, excluded.kind, kind), site = iif(excluded.site, excluded.site, site),
  duration = coalesce(excluded.duration, duration), status = iif(excluded.status, excluded.status, status),
  flags = flags | excluded.flags, events = events + excluded.events, errors = errors + excluded.errors,
  span = max(span, excluded.span), trace = coalesce(excluded.trace, trace)`

/** By what they write or drop. */
export type WriterStatements = Readonly<
  Record<
    | 'segment'
    | 'page'
    | 'film'
    | 'site'
    | 'key'
    | 'entity'
    | 'ledger'
    | 'hook'
    | 'route'
    | 'counter'
    | 'dropPages'
    | 'dropStored'
    | 'dropSegment',
    StatementSync
  >
>

/** Prepares them. */
export function writerStatements(database: DatabaseSync): WriterStatements {
  return {
    segment: database.prepare(
      'INSERT INTO segment(tail, thread, rows, events, seq_low, seq_high, time_low, time_high, kinds_low, kinds_high, flags, max_duration, codec, raw_length, bytes, bloom, meta, columns) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ),
    page: database.prepare('INSERT INTO page VALUES (?, ?, ?, ?)'),
    film: database.prepare(UPSERT_FILM),
    site: database.prepare('INSERT OR REPLACE INTO site VALUES (?, ?, ?, ?, ?, ?)'),
    key: database.prepare('INSERT OR REPLACE INTO key VALUES (?, ?)'),
    entity: database.prepare('INSERT OR REPLACE INTO entity VALUES (?, ?, ?, ?)'),
    ledger: database.prepare('INSERT OR REPLACE INTO ledger VALUES (?, ?, ?)'),
    hook: database.prepare('INSERT OR REPLACE INTO hook VALUES (?, ?, ?, ?, ?)'),
    route: database.prepare('INSERT OR REPLACE INTO route VALUES (?, ?, ?, ?, ?, ?, ?)'),
    counter: database.prepare('INSERT OR REPLACE INTO counter VALUES (?, ?)'),
    dropPages: database.prepare('DELETE FROM page WHERE number >= ? AND number < ?'),
    dropStored: database.prepare("DELETE FROM ledger WHERE reason = 'stored'"),
    dropSegment: database.prepare('DELETE FROM segment WHERE id = ?'),
  }
}

/** Those that put a row beside a segment, and that drop it, by table. */
export interface AttachedStatements {
  readonly put: ReadonlyMap<string, StatementSync>
  readonly drop: readonly StatementSync[]
}

/** Prepares them. */
export function attachedStatements(database: DatabaseSync): AttachedStatements {
  const places = (table: string): string =>
    columnsOf(table)
      .map(() => '?')
      .join(', ')
  return {
    put: new Map(ATTACHED.map((table) => [table, database.prepare(`INSERT INTO ${table} VALUES (${places(table)})`)])),
    drop: ATTACHED.map((table) => database.prepare(`DELETE FROM ${table} WHERE segment = ?`)),
  }
}
