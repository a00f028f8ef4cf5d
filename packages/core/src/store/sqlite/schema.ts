/** The fixed schema of a recording file. A reader refuses a file that holds anything else. */

import type { SegmentSummary } from '../../base/sealed-segment.ts'

/** `CINE` in ASCII: SQLite's application_id of a recording. */
export const APPLICATION_ID = 0x43494e45

/** Version of schema and segment format; SQLite's user_version. */
export const FORMAT_VERSION = 6

/**
 * Every object of a recording, by name, as SQLite stores its text. Integers are exact below 2^53; times are ns since the anchor.
 * `film.number` is thread * 2^40 + seq; `page.number` is segment * 4096 + index.
 */
export const SCHEMA: Readonly<Record<string, string>> = {
  process:
    'CREATE TABLE process(node TEXT PRIMARY KEY, pid INTEGER, service TEXT, hostname TEXT, node_version TEXT, version TEXT, anchor_ns INTEGER, anchor_wall REAL, state TEXT) WITHOUT ROWID',
  site: 'CREATE TABLE site(number INTEGER PRIMARY KEY, name TEXT, framework TEXT, file TEXT, line INTEGER, col INTEGER)',
  key: 'CREATE TABLE key(number INTEGER PRIMARY KEY, text TEXT)',
  entity: 'CREATE TABLE entity(number INTEGER PRIMARY KEY, kind TEXT, scope TEXT, id TEXT)',
  segment:
    'CREATE TABLE segment(id INTEGER PRIMARY KEY AUTOINCREMENT, tail INTEGER, thread INTEGER, rows INTEGER, events INTEGER, seq_low INTEGER, seq_high INTEGER, time_low INTEGER, time_high INTEGER, kinds_low INTEGER, kinds_high INTEGER, flags INTEGER, max_duration INTEGER, codec INTEGER, raw_length INTEGER, bytes INTEGER, bloom BLOB, meta BLOB, columns BLOB)',
  page: 'CREATE TABLE page(number INTEGER PRIMARY KEY, codec INTEGER, raw_length INTEGER, data BLOB)',
  gram: 'CREATE TABLE gram(segment INTEGER PRIMARY KEY, filters BLOB)',
  rollup: 'CREATE TABLE rollup(segment INTEGER PRIMARY KEY, codec INTEGER, raw_length INTEGER, cells BLOB)',
  tile: 'CREATE TABLE tile(segment INTEGER PRIMARY KEY, levels BLOB)',
  carried:
    'CREATE TABLE carried(entity INTEGER PRIMARY KEY, thread INTEGER, seq INTEGER, time INTEGER, word INTEGER, site INTEGER, parent INTEGER, root INTEGER, whole INTEGER, place INTEGER, lost INTEGER, value BLOB)',
  film: 'CREATE TABLE film(number INTEGER PRIMARY KEY, time INTEGER, duration INTEGER, kind INTEGER, site INTEGER, status INTEGER, flags INTEGER, events INTEGER, errors INTEGER, span INTEGER, trace BLOB)',
  film_time: 'CREATE INDEX film_time ON film(time, number)',
  film_trace: 'CREATE INDEX film_trace ON film(trace) WHERE trace IS NOT NULL',
  route:
    'CREATE TABLE route(thread INTEGER, site INTEGER, kind INTEGER, films INTEGER, failed INTEGER, kept INTEGER, sketch BLOB, PRIMARY KEY(thread, site, kind)) WITHOUT ROWID',
  ledger: 'CREATE TABLE ledger(reason TEXT, kind TEXT, count INTEGER, PRIMARY KEY(reason, kind)) WITHOUT ROWID',
  hook: 'CREATE TABLE hook(name TEXT PRIMARY KEY, state TEXT, version TEXT, reason TEXT, remedy TEXT) WITHOUT ROWID',
  counter: 'CREATE TABLE counter(name TEXT PRIMARY KEY, value REAL) WITHOUT ROWID',
}

/** Objects that SQLite adds by itself. */
export const SYSTEM_OBJECTS: Readonly<Record<string, string>> = {
  sqlite_sequence: 'CREATE TABLE sqlite_sequence(name,seq)',
}

/** Most value pages of a segment. */
export const MAX_SEGMENT_PAGES = 4096

/** Columns of a zone map, in the order of `SegmentSummary`. */
export const SUMMARY_COLUMNS =
  'thread, rows, events, seq_low, seq_high, time_low, time_high, kinds_low, kinds_high, flags, max_duration'

/** The values of these columns. */
export function summaryValues(summary: SegmentSummary): readonly number[] {
  const { thread, rows, events, seqLow, seqHigh, timeLow, timeHigh, kindsLow, kindsHigh, flags, maxDuration } = summary
  return [thread, rows, events, seqLow, seqHigh, timeLow, timeHigh, kindsLow, kindsHigh, flags, maxDuration]
}
