/** The list of a recording's segments with their zone maps and blooms; those that fail their checks are left out and counted. */

import { CinescopeError } from '@cinescope/protocol'
import type { SegmentEntry } from '../event-store.ts'
import { SUMMARY_COLUMNS } from './schema.ts'
import { integer, type SqlReader } from './sql-reader.ts'

/** Most segments of a recording: 50 GB of ordinary ones. */
const MAX_SEGMENTS = 32_768
/** Memory for blooms of one open recording. */
const MAX_BLOOMS_BYTES = 67_108_864
/** What an array of its own costs beside its bytes. */
const BLOOM_OVERHEAD = 512
const NO_BLOOM = new Uint8Array(0)

/** See the file's first line. Read again only when `PRAGMA data_version` says that another connection has changed something. */
export class SegmentList {
  /** Segments left out of the list read last. */
  corrupt = 0
  readonly #sql: SqlReader
  #entries: SegmentEntry[] = []
  #version: unknown = undefined
  #bloomBytes = 0

  constructor(sql: SqlReader) {
    this.#sql = sql
  }

  /** Forgets the list: this connection itself has changed it. */
  invalidate(): void {
    this.#version = undefined
  }

  /** Ascending by id. The same array as long as nothing has changed. @throws CSC_ERR_LIMIT, CSC_ERR_CORRUPT */
  read(): readonly SegmentEntry[] {
    const version = this.#sql.get('PRAGMA data_version')?.['data_version']
    if (version === this.#version) return this.#entries
    const known = new Map(this.#entries.map((entry) => [entry.id, entry]))
    const entries: SegmentEntry[] = []
    const ids = this.#ids()
    this.#bloomBytes = 0
    for (const id of ids) {
      const entry = known.get(id) ?? this.#entry(id)
      if (entry === undefined) continue
      this.#bloomBytes += entry.bloom.length + BLOOM_OVERHEAD
      entries.push(entry)
    }
    this.#entries = entries
    this.corrupt = ids.length - entries.length
    this.#version = version
    return entries
  }

  #ids(): number[] {
    const most = MAX_SEGMENTS + 1
    const count = this.#sql.get('SELECT count(*) AS count FROM (SELECT 1 FROM segment LIMIT ?)', most)?.['count']
    if (count === most) throw new CinescopeError('CSC_ERR_LIMIT', 'too many segments')
    let last = -Infinity
    return this.#sql.all('SELECT id FROM segment ORDER BY id LIMIT ?', most).map((row) => {
      const id = integer(row, 'id')
      // a tree of pages that meets itself would give its rows again and again
      if (id <= last) throw new CinescopeError('CSC_ERR_CORRUPT', 'the list of segments is out of order')
      last = id
      return id
    })
  }

  /** Undefined when anything of it fails its checks: one damaged zone map must not cost the rest of an answer. */
  #entry(id: number): SegmentEntry | undefined {
    try {
      return this.#checkedEntry(id)
    } catch (thrown) {
      if (!(thrown instanceof CinescopeError)) throw thrown
      return undefined
    }
  }

  #checkedEntry(id: number): SegmentEntry {
    const row = this.#sql.get(`SELECT tail, ${SUMMARY_COLUMNS} FROM segment WHERE id = ?`, id)
    if (row === undefined) throw new CinescopeError('CSC_ERR_CORRUPT', `segment ${id} is missing`)
    return {
      id,
      isTail: integer(row, 'tail') === 1,
      // one that does not fit the memory for them says maybe to every question
      bloom: this.#bloomBytes < MAX_BLOOMS_BYTES ? this.#sql.blob('segment', 'bloom', id) : NO_BLOOM,
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
}
