/** A recording that nobody writes, opened to be changed: its lock is held meanwhile. See decision 0023. */

import { realpathSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { CinescopeError, KIND_LIMIT, kindName } from '@cinescope/protocol'
import { carriedBudget } from '../event-store.ts'
import { Excess, type ExcessParts, Removal } from '../removal.ts'
import { logPath, sizeOf } from './files.ts'
import { type RecordingLock, takeLock } from './lock.ts'
import { leaveOneFile, openRecordingFile, openToChange } from './open.ts'
import { PageBudget } from './page-budget.ts'
import { SqliteView } from './read-view.ts'
import { ReadQueue } from './read-queue.ts'
import { SegmentRemover } from './segment-remover.ts'
import { writerStatements } from './writer-statements.ts'

/** Pages given back in one step: some MB of log. */
const VACUUM_PAGES = 1024
const MOVED_TO_PRUNED =
  "INSERT INTO ledger VALUES ('pruned', ?, ?) ON CONFLICT(reason, kind) DO UPDATE SET count = count + excluded.count"
const TAKEN_FROM_STORED = "UPDATE ledger SET count = count - ? WHERE reason = 'stored' AND kind = ?"

/** What is to be left: bytes in use and events. */
export interface LeftOver {
  readonly maxBytes: number
  readonly maxEvents: number
  readonly fromNs: number
}

/** Opens it. @throws as `openRecordingFile`; CSC_ERR_STORE when somebody writes or changes it, or it cannot be written */
export function ownRecording(path: string): OwnedRecording {
  // what is no recording is refused before a lock is made beside it
  openRecordingFile(path).close()
  const own = realpathSync(path)
  const lock = lockOf(own)
  let database: DatabaseSync | undefined
  try {
    database = openToChange(own)
    return new OwnedRecording(own, database, lock)
  } catch (thrown) {
    database?.close()
    lock.release()
    throw coded(own, thrown)
  }
}

/** @throws CSC_ERR_STORE */
export function lockOf(path: string): RecordingLock {
  let lock: RecordingLock | undefined
  try {
    lock = takeLock(path)
  } catch (cause) {
    throw new CinescopeError('CSC_ERR_STORE', `${path} cannot be locked: ${messageOf(cause)}`, { cause })
  }
  if (lock !== undefined) return lock
  throw new CinescopeError(
    'CSC_ERR_STORE',
    `${path} is live: a process is recording into it, or changing it. Stop that first; \`maxBytes\`, \`maxAgeMs\` and \`maxEvents\` bound a live one`,
  )
}

/** See the file's first line. */
export class OwnedRecording {
  /** Without links. */
  readonly path: string
  readonly database: DatabaseSync
  readonly #lock: RecordingLock
  readonly #view: SqliteView
  readonly #budget: PageBudget
  readonly #remover: SegmentRemover

  constructor(path: string, database: DatabaseSync, lock: RecordingLock) {
    this.path = path
    this.database = database
    this.#lock = lock
    this.#view = new SqliteView(database, new ReadQueue(database, logPath(path)))
    this.#budget = new PageBudget(database)
    this.#remover = new SegmentRemover(database, this.#view, writerStatements(database))
    this.#remover.recount()
  }

  /** Bytes of its file and log. */
  get bytes(): number {
    return sizeOf(this.path) + sizeOf(logPath(this.path))
  }

  /** How much is too much. */
  excess({ maxBytes, maxEvents, fromNs }: LeftOver): ExcessParts {
    const stored = this.database
      .prepare("SELECT coalesce(sum(count), 0) AS n FROM ledger WHERE reason = 'stored'")
      .get()
    return { bytes: this.#budget.usedBytes - maxBytes, events: Number(stored?.['n']) - maxEvents, fromNs }
  }

  /** Removes some of the oldest segments, in one transaction; those counted are none when nothing is too much any more. @throws CSC_ERR_STORE, CSC_ERR_CORRUPT */
  pruneSome(left: LeftOver): Removal {
    const removal = new Removal(new Float64Array(KIND_LIMIT), (entity) => this.#remover.known(entity))
    changing(this.path, () => {
      this.database.exec('BEGIN IMMEDIATE')
      try {
        this.#remover.remove(removal, new Excess(this.excess(left)), carriedBudget(left.maxBytes))
        this.#moveInLedger(removal.pruned)
        this.database.exec('COMMIT')
      } catch (thrown) {
        if (this.database.isTransaction) this.database.exec('ROLLBACK')
        throw thrown
      } finally {
        this.#view.invalidate()
      }
    })
    return removal
  }

  /** Gives some free pages back to the file system. False when there are no more. @throws CSC_ERR_STORE */
  giveBackSome(): boolean {
    return changing(this.path, () => {
      const before = this.#budget.freePages
      this.database.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`)
      this.database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      const after = this.#budget.freePages
      // a file that somebody else made may not be able to
      return after > 0 && after < before
    })
  }

  /** Writes the log into the file. @throws CSC_ERR_STORE when a reader keeps it from that */
  foldLog(): void {
    if (changing(this.path, () => leaveOneFile(this.database))) return
    throw new CinescopeError(
      'CSC_ERR_STORE',
      `${this.path} is being read, so that its log cannot be folded into it; try again`,
    )
  }

  /** Leaves one file if no reader is in the way, and frees the lock. Idempotent. */
  close(): void {
    if (!this.database.isOpen) return
    try {
      changing(this.path, () => leaveOneFile(this.database))
    } finally {
      this.database.close()
      this.#lock.release()
    }
  }

  /** By name: kinds that this version does not know are one there. */
  #moveInLedger(pruned: Float64Array): void {
    const [add, subtract] = [this.database.prepare(MOVED_TO_PRUNED), this.database.prepare(TAKEN_FROM_STORED)]
    for (const [code, count] of pruned.entries()) {
      if (count === 0) continue
      const kind = kindName(code) ?? 'unknown'
      add.run(kind, count)
      subtract.run(count, kind)
    }
    this.database.exec("DELETE FROM ledger WHERE reason = 'stored' AND count <= 0")
  }
}

/** @throws CSC_ERR_STORE; errors of ours as they are */
function changing<T>(path: string, change: () => T): T {
  try {
    return change()
  } catch (thrown) {
    throw coded(path, thrown)
  }
}

function coded(path: string, cause: unknown): CinescopeError {
  if (cause instanceof CinescopeError) return cause
  return new CinescopeError('CSC_ERR_STORE', `${path} cannot be changed: ${messageOf(cause)}`, { cause })
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
