/** The statements by which a recording is written, prepared once. */

import type { DatabaseSync, StatementSync } from 'node:sqlite'

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
    | 'gram'
    | 'rollup'
    | 'tile'
    | 'film'
    | 'site'
    | 'key'
    | 'entity'
    | 'ledger'
    | 'hook'
    | 'counter'
    | 'dropPages'
    | 'dropGrams'
    | 'dropRollup'
    | 'dropTiles'
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
    gram: database.prepare('INSERT INTO gram VALUES (?, ?)'),
    rollup: database.prepare('INSERT INTO rollup VALUES (?, ?, ?, ?)'),
    tile: database.prepare('INSERT INTO tile VALUES (?, ?)'),
    film: database.prepare(UPSERT_FILM),
    site: database.prepare('INSERT OR REPLACE INTO site VALUES (?, ?, ?, ?, ?, ?)'),
    key: database.prepare('INSERT OR REPLACE INTO key VALUES (?, ?)'),
    entity: database.prepare('INSERT OR REPLACE INTO entity VALUES (?, ?, ?, ?)'),
    ledger: database.prepare('INSERT OR REPLACE INTO ledger VALUES (?, ?, ?)'),
    hook: database.prepare('INSERT OR REPLACE INTO hook VALUES (?, ?, ?, ?, ?)'),
    counter: database.prepare('INSERT OR REPLACE INTO counter VALUES (?, ?)'),
    dropPages: database.prepare('DELETE FROM page WHERE number >= ? AND number < ?'),
    dropGrams: database.prepare('DELETE FROM gram WHERE segment = ?'),
    dropRollup: database.prepare('DELETE FROM rollup WHERE segment = ?'),
    dropTiles: database.prepare('DELETE FROM tile WHERE segment = ?'),
    dropStored: database.prepare("DELETE FROM ledger WHERE reason = 'stored'"),
    dropSegment: database.prepare('DELETE FROM segment WHERE id = ?'),
  }
}
