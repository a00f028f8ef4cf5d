/** Reads of one connection, one after another, each in a transaction of its own. */

import type { DatabaseSync } from 'node:sqlite'
import { CinescopeError } from '@cinescope/protocol'

/** What node:sqlite throws: SQLite's own errors, integers beyond 2^53, use after close. */
const SQLITE_CODES: ReadonlySet<unknown> = new Set(['ERR_SQLITE_ERROR', 'ERR_OUT_OF_RANGE', 'ERR_INVALID_STATE'])

/** See above. */
export class ReadQueue {
  readonly #database: DatabaseSync
  #last: Promise<unknown> = Promise.resolve()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** Runs `read` after all earlier ones have settled. @throws CSC_ERR_STOPPED after the close, CSC_ERR_CORRUPT */
  run<T>(read: () => T | Promise<T>): Promise<T> {
    const result = this.#last.then(() => this.#transact(read))
    this.#last = result.catch(() => undefined)
    return result
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
