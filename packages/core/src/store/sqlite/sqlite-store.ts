/** A recording file open for writing: one commit is one transaction. Writer thread only. */

import type { DatabaseSync } from 'node:sqlite'
import {
  CinescopeError,
  decodeSegmentMeta,
  type Definition,
  keyNumber,
  KIND_LIMIT,
  type LedgerRow,
} from '@cinescope/protocol'
import type { Commit } from '../../base/commit.ts'
import type { ProcessInfo } from '../../base/process.ts'
import type { FilmChange, SealedSegment } from '../../base/sealed-segment.ts'
import { compressBlock, plainBlock } from '../compression.ts'
import { mayCarry } from '../carried-state.ts'
import {
  carriedBudget,
  type EventStore,
  filmNumber,
  type PruneReport,
  type RecordingState,
  type StoreView,
} from '../event-store.ts'
import { adoptedTrace, TRACE_KEY } from '../film-change.ts'
import { ledgerRowsOf } from '../ledger-rows.ts'
import { Removal, type RemovedContent } from '../removal.ts'
import { attachedOf, blobsOf } from './attached.ts'
import { CarriedTable } from './carried-sql.ts'
import { isBusy } from './connect.ts'
import { logPath, sizeOf } from './files.ts'
import type { RecordingLock } from './lock.ts'
import { createRecordingFile, type WritableRecording } from './open.ts'
import { SqliteView } from './read-view.ts'
import { MAX_SEGMENT_PAGES, summaryValues } from './schema.ts'
import { ReadQueue } from './read-queue.ts'
import {
  type AttachedStatements,
  attachedStatements,
  type WriterStatements,
  writerStatements,
} from './writer-statements.ts'

/** Creates the recording at `path`. @throws CSC_ERR_STORE */
export function createSqliteStore(path: string, info: ProcessInfo): EventStore {
  return new SqliteStore(path, createRecordingFile(path), info)
}

/** Finished segments that are kept, whatever they weigh: readers refuse 32,768 and more, of which threads have up to 128 tails each. */
const MOST_SEGMENTS = 24_576
/** Segments removed by one call of `prune` at most, so that the writer is never away for long. */
const PRUNE_SLICE = 64

class SqliteStore implements EventStore {
  readonly process: ProcessInfo
  readonly #path: string
  readonly #database: DatabaseSync
  readonly #lock: RecordingLock
  readonly #view: SqliteView
  /** The numbers of `TRACE_KEY`, of each thread its own; other keys are many, and only in the recording. */
  readonly #traceKeys = new Set<number>()
  #pruned: Float64Array = new Float64Array(KIND_LIMIT)
  readonly #sql: WriterStatements
  readonly #attached: AttachedStatements
  readonly #carried: CarriedTable
  #taken = new Float64Array(KIND_LIMIT)
  /** Tails in the recording, so that replacing them searches nothing. */
  #tails: readonly { readonly thread: number; readonly id: number }[] = []
  /** Finished segments in the recording. */
  #finished = 0
  #isOpen = true

  constructor(path: string, { database, lock }: WritableRecording, info: ProcessInfo) {
    this.process = info
    this.#path = path
    this.#database = database
    this.#lock = lock
    this.#view = new SqliteView(database, new ReadQueue(database, logPath(path)))
    database
      .prepare('INSERT INTO process VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(
        info.node,
        info.pid,
        info.service,
        info.hostname,
        info.nodeVersion,
        info.cinescopeVersion,
        info.anchor.atNs,
        info.anchor.wallMs,
        'live',
      )
    this.#sql = writerStatements(database)
    this.#attached = attachedStatements(database)
    this.#carried = new CarriedTable(database)
  }

  state(): RecordingState {
    return this.#isOpen ? 'live' : 'closed'
  }

  commit(commit: Commit): void {
    const replaced = this.#tails.filter((tail) => tail.thread === commit.replacesTailsOf)
    const tails = this.#tails.filter((tail) => tail.thread !== commit.replacesTailsOf)
    this.#write(() => {
      for (const definition of commit.definitions) this.#define(definition)
      for (const { id } of replaced) this.#dropSegment(id)
      for (const segment of commit.sealed) this.#append(segment, false)
      if (commit.tail !== undefined)
        tails.push({ thread: commit.tail.summary.thread, id: this.#append(commit.tail, true) })
      for (const film of commit.films) this.#applyFilm(film)
      this.#writeLedger(commit.taken, this.#pruned, commit.lost)
      for (const { thread, site, kind, films, failed, kept, sketch } of commit.routes ?? [])
        this.#sql.route.run(thread, site, kind, films, failed, kept, sketch)
      for (const [name, value] of Object.entries(commit.counters)) this.#sql.counter.run(name, value)
    })
    this.#taken = commit.taken.slice()
    this.#tails = tails
    this.#finished += commit.sealed.length
  }

  read<T>(read: (view: StoreView) => T | Promise<T>): Promise<T> {
    return this.#view.lend(read)
  }

  bytes(): number {
    return sizeOf(this.#path) + sizeOf(logPath(this.#path))
  }

  prune(maxBytes: number): PruneReport {
    const excess = this.#usedBytes() - maxBytes
    const surplus = this.#finished - MOST_SEGMENTS
    if (excess <= 0 && surplus <= 0) return { segments: 0, events: new Map() }
    const removal = new Removal(this.#pruned, (entity) => this.#view.carried(entity))
    try {
      this.#write(() => this.#remove(removal, excess, surplus, carriedBudget(maxBytes)))
    } catch (thrown) {
      this.#carried.recount()
      throw thrown
    }
    this.#pruned = removal.pruned
    this.#finished -= removal.segments
    return { segments: removal.segments, events: removal.events }
  }

  finish(): void {
    if (!this.#isOpen) return
    this.#write(() => this.#database.exec("UPDATE process SET state = 'closed'"))
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    this.#leaveOneFile()
    this.close()
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#database.close()
    // last: a reader that finds it free finds the recording closed, or its writer gone
    this.#lock.release()
  }

  /** While a reader holds the file it stays in WAL mode; the log is empty then. */
  #leaveOneFile(): void {
    try {
      this.#database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE')
    } catch (thrown) {
      if (!isBusy(thrown)) throw storeError(thrown)
    }
  }

  #write(change: () => void): void {
    try {
      this.#database.exec('BEGIN IMMEDIATE')
      try {
        change()
        this.#database.exec('COMMIT')
      } catch (thrown) {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
        throw thrown
      } finally {
        this.#view.invalidate()
      }
    } catch (thrown) {
      throw storeError(thrown)
    }
  }

  #define(definition: Definition): void {
    if (definition.kind === 'key') {
      if (definition.text === TRACE_KEY) this.#traceKeys.add(definition.number)
      this.#sql.key.run(definition.number, definition.text)
    } else if (definition.kind === 'site') {
      const { name, framework, file, line, column } = definition.site
      this.#sql.site.run(definition.number, name, framework ?? null, file ?? null, line ?? null, column ?? null)
    } else if (definition.kind === 'hook') {
      const { name, state, version, reason, remedy } = definition.hook
      this.#sql.hook.run(name, state, version ?? null, reason ?? null, remedy ?? null)
    } else {
      const { kind, scope, id } = definition.entity
      this.#sql.entity.run(definition.number, kind, scope, id)
    }
  }

  /** Gives the segment's id. */
  #append(segment: SealedSegment, isTail: boolean): number {
    const store = isTail ? plainBlock : compressBlock
    const columns = store(segment.columns)
    const pages = segment.pages.map(store)
    const attached = attachedOf(segment)
    const blobs = [columns.data, segment.bloom, segment.meta, ...pages.map(({ data }) => data)]
    const bytes = blobs.concat(attached.flatMap(blobsOf)).reduce((sum, { length }) => sum + length, 0)
    const { lastInsertRowid } = this.#sql.segment.run(
      isTail ? 1 : 0,
      ...summaryValues(segment.summary),
      columns.codec,
      columns.rawLength,
      bytes,
      segment.bloom,
      segment.meta,
      columns.data,
    )
    const id = Number(lastInsertRowid)
    const first = id * MAX_SEGMENT_PAGES
    pages.forEach((page, index) => this.#sql.page.run(first + index, page.codec, page.rawLength, page.data))
    for (const { table, values } of attached) this.#attached.put.get(table)?.run(id, ...values)
    return id
  }

  #applyFilm(film: FilmChange): void {
    const trace =
      film.adopted === undefined
        ? undefined
        : adoptedTrace(film.adopted, (key) =>
            this.#traceKeys.has(keyNumber(film.thread, key)) ? TRACE_KEY : undefined,
          )
    this.#sql.film.run(
      filmNumber(film.thread, film.seq),
      film.time,
      film.duration ?? null,
      film.kind,
      film.site,
      film.status,
      film.flags,
      film.events,
      film.errors,
      film.lastSeq - film.seq,
      trace === undefined ? null : Buffer.from(trace, 'hex'),
      film.hasRoot ? 1 : 0,
      film.hasRoot ? 1 : 0,
    )
  }

  /** A kind of which nothing is stored any more has no row, so the rows of before go first. */
  #writeLedger(taken: Float64Array, pruned: Float64Array, lost: readonly LedgerRow[]): void {
    this.#sql.dropStored.run()
    const stored = taken.map((count, kind) => count - pruned[kind]!)
    for (const row of [...ledgerRowsOf('stored', stored), ...ledgerRowsOf('pruned', pruned), ...lost]) {
      this.#sql.ledger.run(row.reason, row.kind, row.count)
    }
  }

  #remove(removal: Removal, excess: number, surplus: number, carriedBytes: number): void {
    let freed = 0
    const oldest = this.#database
      .prepare('SELECT id, thread, events, bytes, kinds_high, meta FROM segment WHERE tail = 0 ORDER BY id LIMIT ?')
      .all(PRUNE_SLICE)
    for (const row of oldest) {
      if (freed >= excess && removal.segments >= surplus) break
      freed += Number(row['bytes'])
      const [id, thread] = [Number(row['id']), Number(row['thread'])]
      removal.count(thread, Number(row['events']), decodeSegmentMeta(row['meta'] as Uint8Array))
      if (mayCarry(Number(row['kinds_high']))) removal.carry(thread, () => this.#contentOf(id))
      this.#dropSegment(id)
    }
    this.#carried.apply(removal.carrier.changes, removal.known, carriedBytes)
    if (this.#carried.forgotten > 0) this.#sql.counter.run('cinescope.states.forgotten', this.#carried.forgotten)
    for (const thread of removal.events.keys()) this.#dropOrphanFilms(thread)
    this.#writeLedger(this.#taken, removal.pruned, [])
  }

  #contentOf(id: number): RemovedContent {
    return {
      rows: this.#view.rows({ id }),
      pages: this.#view.meta({ id }).pages,
      pageOf: (index) => this.#view.page({ id }, index),
    }
  }

  #dropSegment(id: number): void {
    const first = id * MAX_SEGMENT_PAGES
    this.#sql.dropPages.run(first, first + MAX_SEGMENT_PAGES)
    for (const drop of this.#attached.drop) drop.run(id)
    this.#sql.dropSegment.run(id)
  }

  /** Films whose last event lies before all that is left of their thread; all of them when nothing is left. */
  #dropOrphanFilms(thread: number): void {
    const row = this.#database.prepare('SELECT min(seq_low) AS low FROM segment WHERE thread = ?').get(thread)
    const from = filmNumber(thread, 0)
    const low = row?.['low'] === null ? filmNumber(thread + 1, 0) : from + Number(row?.['low'])
    this.#database
      .prepare('DELETE FROM film WHERE number >= ? AND number < ? AND number + span < ?')
      .run(from, low, low)
  }

  #usedBytes(): number {
    const number = (pragma: string): number => Number(this.#database.prepare(`PRAGMA ${pragma}`).get()?.[pragma] ?? 0)
    return (number('page_count') - number('freelist_count')) * number('page_size')
  }
}

function storeError(thrown: unknown): CinescopeError {
  if (thrown instanceof CinescopeError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new CinescopeError('CSC_ERR_STORE', `the recording cannot be written: ${message}`, { cause: thrown })
}
