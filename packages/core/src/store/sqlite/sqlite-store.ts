/** A recording file open for writing: one commit is one transaction. Writer thread only. */

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { CinescopeError, type Definition, keyNumber, KIND_LIMIT } from '@cinescope/protocol'
import type { Commit } from '../../base/commit.ts'
import type { ProcessInfo } from '../../base/process.ts'
import type { PruneLimits } from '../../options/retention-limits.ts'
import type { FilmChange, SealedSegment } from '../../base/sealed-segment.ts'
import { compressBlock, plainBlock } from '../compression.ts'
import {
  carriedBudget,
  type EventStore,
  filmNumber,
  type PruneReport,
  type RecordingState,
  type StoreView,
} from '../event-store.ts'
import { adoptedTrace, TRACE_KEY } from '../film-change.ts'
import { Excess, Removal, totalOf } from '../removal.ts'
import { attachedOf, blobsOf } from './attached.ts'
import { logPath, sizeOf } from './files.ts'
import type { RecordingLock } from './lock.ts'
import { LogKeeper } from './log-keeper.ts'
import { createRecordingFile, leaveOneFile, type WritableRecording } from './open.ts'
import { PageBudget } from './page-budget.ts'
import { SqliteView } from './read-view.ts'
import { MAX_SEGMENT_PAGES, summaryValues } from './schema.ts'
import { ReadQueue } from './read-queue.ts'
import { SegmentRemover, writeLedger } from './segment-remover.ts'
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
  readonly #remover: SegmentRemover
  readonly #log: LogKeeper
  readonly #budget: PageBudget
  readonly #oldest: StatementSync
  #taken = new Float64Array(KIND_LIMIT)
  /** Tails in the recording, so that replacing them searches nothing. */
  #tails: readonly { readonly thread: number; readonly id: number }[] = []
  /** Finished segments in the recording. */
  #finished = 0
  /** Something was removed since the file was made as short as it can be. */
  #hasShrunk = false
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
    this.#remover = new SegmentRemover(database, this.#view, this.#sql)
    this.#log = new LogKeeper(database, path)
    this.#budget = new PageBudget(database)
    this.#oldest = database.prepare('SELECT time_high FROM segment WHERE tail = 0 ORDER BY id LIMIT 1')
  }

  state(): RecordingState {
    return this.#isOpen ? 'live' : 'closed'
  }

  commit(commit: Commit): void {
    const replaced = this.#tails.filter((tail) => tail.thread === commit.replacesTailsOf)
    const tails = this.#tails.filter((tail) => tail.thread !== commit.replacesTailsOf)
    const before = this.#budget.usedBytes
    this.#makeRoomInLog()
    this.#write(() => {
      for (const definition of commit.definitions) this.#define(definition)
      for (const { id } of replaced) this.#remover.drop(id)
      for (const segment of commit.sealed) this.#append(segment, false)
      if (commit.tail !== undefined)
        tails.push({ thread: commit.tail.summary.thread, id: this.#append(commit.tail, true) })
      for (const film of commit.films) this.#applyFilm(film)
      writeLedger(this.#sql, { taken: commit.taken, pruned: this.#pruned }, commit.lost)
      for (const { thread, site, kind, films, failed, kept, sketch } of commit.routes ?? [])
        this.#sql.route.run(thread, site, kind, films, failed, kept, sketch)
      for (const [name, value] of Object.entries(commit.counters)) this.#sql.counter.run(name, value)
    })
    this.#taken = commit.taken.slice()
    this.#tails = tails
    this.#finished += commit.sealed.length
    this.#budget.grewFrom(before)
  }

  read<T>(read: (view: StoreView) => T | Promise<T>): Promise<T> {
    return this.#view.lend(read)
  }

  bytes(): number {
    return sizeOf(this.#path) + sizeOf(logPath(this.#path))
  }

  prune({ maxBytes = Infinity, maxEvents = Infinity, fromNs = -Infinity }: PruneLimits): PruneReport {
    this.#log.keepWithin(maxBytes)
    const bytes = this.#budget.excessBytes(maxBytes, this.#log.length)
    const events = totalOf(this.#taken) - totalOf(this.#pruned) - maxEvents
    const excess = new Excess({ bytes, events, segments: this.#finished - MOST_SEGMENTS, fromNs })
    const isNothingTooMuch = this.#finished === 0 || !excess.includes(this.#oldestTime(fromNs))
    const surplus = this.#budget.surplusPages(maxBytes)
    if (isNothingTooMuch && surplus === 0) {
      this.#giveBack(maxBytes)
      return { segments: 0, isDone: true, events: new Map() }
    }
    const removal = new Removal(this.#pruned, (entity) => this.#remover.known(entity))
    this.#makeRoomInLog()
    try {
      this.#write(() => {
        this.#remover.remove(removal, excess, carriedBudget(maxBytes))
        writeLedger(this.#sql, { taken: this.#taken, pruned: removal.pruned }, [])
        if (surplus > 0) this.#database.exec(`PRAGMA incremental_vacuum(${surplus})`)
      })
    } catch (thrown) {
      this.#remover.recount()
      throw thrown
    }
    this.#pruned = removal.pruned
    this.#finished -= removal.segments
    this.#hasShrunk = true
    return { segments: removal.segments, isDone: false, events: removal.events }
  }

  finish(): void {
    if (!this.#isOpen) return
    this.#write(() => this.#database.exec("UPDATE process SET state = 'closed'"))
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

  /** The last that was removed may be in the log, and the file as long as before: where nothing more is recorded it would stay so. */
  #giveBack(maxBytes: number): void {
    if (!this.#hasShrunk || sizeOf(this.#path) <= maxBytes) return
    this.#hasShrunk = !this.#log.giveBack()
  }

  #leaveOneFile(): void {
    try {
      leaveOneFile(this.#database)
    } catch (thrown) {
      throw storeError(thrown)
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

  /** @throws CSC_ERR_STORE */
  #makeRoomInLog(): void {
    try {
      this.#log.makeRoom()
    } catch (thrown) {
      throw storeError(thrown)
    }
  }

  /** Newest event of the oldest finished segment; not looked up where age does not count. */
  #oldestTime(fromNs: number): number {
    if (fromNs === -Infinity) return Infinity
    return Number(this.#oldest.get()?.['time_high'] ?? Infinity)
  }
}

function storeError(thrown: unknown): CinescopeError {
  if (thrown instanceof CinescopeError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new CinescopeError('CSC_ERR_STORE', `the recording cannot be written: ${message}`, { cause: thrown })
}
