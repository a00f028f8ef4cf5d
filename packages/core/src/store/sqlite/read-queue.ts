/** Reads of one connection, one after another, each in a transaction of its own. */

import type { DatabaseSync } from 'node:sqlite'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { CinescopeError } from '@cinescope/protocol'
import { LOG_BYTES, sizeOf } from './files.ts'

/** What node:sqlite throws: SQLite's own errors, integers beyond 2^53, use after close. */
const SQLITE_CODES: ReadonlySet<unknown> = new Set(['ERR_SQLITE_ERROR', 'ERR_OUT_OF_RANGE', 'ERR_INVALID_STATE'])

/** A log of this length is not cut back any more, because somebody reads all the time. */
const PATIENCE_BYTES = LOG_BYTES * 1.5
/** Time for two commits, and between two looks. */
const PATIENCE_MS = 400
const PAUSE_MS = 10

/** See above. */
export class ReadQueue {
  readonly #database: DatabaseSync
  readonly #log: string
  #last: Promise<unknown> = Promise.resolve()
  /** Length of the log from which on a rest waits for its end. */
  #patienceBytes = PATIENCE_BYTES

  /** `log` is the path of the recording's log. */
  constructor(database: DatabaseSync, log: string) {
    this.#database = database
    this.#log = log
  }

  /** Runs `read` after all earlier ones have settled. @throws CSC_ERR_STOPPED after the close, CSC_ERR_CORRUPT */
  run<T>(read: () => T | Promise<T>): Promise<T> {
    const result = this.#last.then(() => this.#transact(read))
    this.#last = result.catch(() => undefined)
    return result
  }

  /**
   * Lets the transaction of the read under way go for a turn of the event loop; for longer when the log has grown long. The
   * log begins anew only at a commit that meets no reader, after another that met none: readers busy all the time, each with
   * pauses however many, would never give it that. All of them see its length, and so stay away together.
   */
  async rest(): Promise<void> {
    this.#database.exec('COMMIT')
    await setImmediate()
    await this.#awaitNewLog()
    if (this.#database.isOpen) this.#database.exec('BEGIN')
  }

  async #awaitNewLog(): Promise<void> {
    const length = sizeOf(this.#log)
    if (length < this.#patienceBytes) return
    const deadline = performance.now() + PATIENCE_MS
    while (sizeOf(this.#log) >= length && performance.now() < deadline) await setTimeout(PAUSE_MS)
    // in vain: somebody else holds it, or nobody writes; not tried again before it has grown as much
    this.#patienceBytes = Math.max(LOG_BYTES, sizeOf(this.#log)) + LOG_BYTES / 2
  }

  async #transact<T>(read: () => T | Promise<T>): Promise<T> {
    try {
      this.#database.exec('BEGIN')
      try {
        return await read()
      } finally {
        if (this.#database.isOpen) this.#database.exec('COMMIT')
      }
    } catch (thrown) {
      throw this.#coded(thrown)
    }
  }

  #coded(thrown: unknown): unknown {
    if (!this.#database.isOpen) {
      return new CinescopeError('CSC_ERR_STOPPED', 'the recording has been closed', { cause: thrown })
    }
    return asCorrupt(thrown)
  }
}

/** An error of SQLite as one of ours; others as they are. */
export function asCorrupt(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || !SQLITE_CODES.has((thrown as NodeJS.ErrnoException).code)) return thrown
  return new CinescopeError('CSC_ERR_CORRUPT', `the recording cannot be read: ${thrown.message}`, { cause: thrown })
}
