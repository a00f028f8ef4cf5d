/** Keeps the log of a recording that is written within its share of the budget, whoever reads. See decision 0023. */

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { CinescopeError } from '@cinescope/protocol'
import { isBusy, TIMEOUT_MS } from './connect.ts'
import { LOG_BYTES, logPath, sizeOf } from './files.ts'

/** How long readers are waited for: at first, and when there is no room left. A wait ends as soon as no transaction needs the log. */
const WAIT_MS = 30
const LAST_WAIT_MS = 400
const PAGE_BYTES = 4096
/** Of a budget however small. */
const LEAST_BYTES = 65_536
/** SQLite's own: at a commit that leaves more pages in the log it moves them to the file, as far as readers let it. */
const MOST_PAGES = 1000

/** Part of a budget that is the log's. It is begun anew at half of it: the commit that comes then may take the rest. */
export function logShare(maxBytes: number): number {
  return Math.min(LOG_BYTES, maxBytes / 4)
}

/** See the file's first line. */
export class LogKeeper {
  readonly #database: DatabaseSync
  readonly #checkpoint: StatementSync
  readonly #path: string
  #maxBytes = Infinity
  #anewFrom = Infinity
  /** Readers were in the way: not tried again before the log has this length. */
  #nextTry = 0

  constructor(database: DatabaseSync, path: string) {
    this.#database = database
    this.#checkpoint = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)')
    this.#path = path
  }

  /** Length of the log. */
  get length(): number {
    return sizeOf(logPath(this.#path))
  }

  /** Takes over the budget for file and log together. */
  keepWithin(maxBytes: number): void {
    if (maxBytes === this.#maxBytes) return
    this.#maxBytes = maxBytes
    this.#anewFrom = Math.max(LEAST_BYTES, logShare(maxBytes) / 2)
    const pages = Math.min(MOST_PAGES, Math.floor(this.#anewFrom / 2 / PAGE_BYTES))
    this.#database.exec(`PRAGMA wal_autocheckpoint = ${pages}`)
  }

  /**
   * Begins the log anew when it has grown long. Outside of a transaction.
   * @throws CSC_ERR_STORE when a reader keeps it from that and file and log together have reached the budget
   */
  makeRoom(): void {
    const { length } = this
    if (length < this.#anewFrom) return
    const isFull = length + sizeOf(this.#path) >= this.#maxBytes
    if (!isFull && length < this.#nextTry) return
    if (this.#beginAnew(isFull ? LAST_WAIT_MS : WAIT_MS)) {
      this.#nextTry = 0
      return
    }
    this.#nextTry = length + this.#anewFrom / 4
    if (isFull) throw heldLog(this.#maxBytes)
  }

  /** Makes the file as short as what it holds. False when a reader keeps it from that. */
  giveBack(): boolean {
    return this.#beginAnew(WAIT_MS)
  }

  /** Waits for readers that need the log, and for no others: those that come meanwhile read the file. False when one goes on for longer. */
  #beginAnew(waitMs: number): boolean {
    this.#database.exec(`PRAGMA busy_timeout = ${waitMs}`)
    try {
      return this.#checkpoint.get()?.['busy'] === 0
    } catch (thrown) {
      if (isBusy(thrown)) return false
      throw thrown
    } finally {
      this.#database.exec(`PRAGMA busy_timeout = ${TIMEOUT_MS}`)
    }
  }
}

function heldLog(maxBytes: number): CinescopeError {
  return new CinescopeError(
    'CSC_ERR_STORE',
    `the recording and its log have reached maxBytes (${maxBytes}), and a reader has held the log for too long; recording goes on when it lets go`,
  )
}
