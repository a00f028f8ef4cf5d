/** Reads of one connection, one after another, each in a transaction of its own. */

import type { DatabaseSync } from 'node:sqlite'

/** See above. */
export class ReadQueue {
  readonly #database: DatabaseSync
  #last: Promise<unknown> = Promise.resolve()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** Runs `read` after all earlier ones have settled. */
  run<T>(read: () => T | Promise<T>): Promise<T> {
    const result = this.#last.then(() => this.#transact(read))
    this.#last = result.catch(() => undefined)
    return result
  }

  async #transact<T>(read: () => T | Promise<T>): Promise<T> {
    this.#database.exec('BEGIN')
    try {
      return await read()
    } finally {
      if (this.#database.isOpen) this.#database.exec('COMMIT')
    }
  }
}
