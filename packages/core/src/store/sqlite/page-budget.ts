/** How much of a recording's file is in use, and how much of it is too much. See decision 0023. */

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { logShare } from './log-keeper.ts'

const PAGE_BYTES = 4096
/** Room is kept for so many commits like the largest of late, and made for so many more at once. */
const ROOM_COMMITS = 2
const PRUNED_COMMITS = 6
/** By this a large commit counts less with each one that follows. */
const FADING = 0.95
/** Pages given back at once. */
const VACUUM_PAGES = 128

/** See the file's first line. */
export class PageBudget {
  readonly #all: StatementSync
  readonly #free: StatementSync
  /** Bytes by which commits of late have made the recording larger, the most of them. */
  #growth = 0

  constructor(database: DatabaseSync) {
    this.#all = database.prepare('PRAGMA page_count')
    this.#free = database.prepare('PRAGMA freelist_count')
  }

  /** Bytes of pages that are in use; those that are free serve the next segments. */
  get usedBytes(): number {
    return (this.#pages - this.freePages) * PAGE_BYTES
  }

  get freePages(): number {
    return Number(this.#free.get()?.['freelist_count'] ?? 0)
  }

  /** Takes note of a commit before which so many bytes were in use. */
  grewFrom(usedBytes: number): void {
    this.#growth = Math.max(this.usedBytes - usedBytes, this.#growth * FADING)
  }

  /**
   * Bytes in use beyond what leaves room for the next commits; 0 when nothing has to go. The file must not grow beyond what the
   * log leaves of the budget, since it does not get smaller by itself. A log that a reader keeps long leaves less.
   */
  excessBytes(maxBytes: number, logBytes: number): number {
    const most = maxBytes - Math.max(logShare(maxBytes), logBytes)
    const room = Math.min(most / 4, this.#growth * ROOM_COMMITS)
    const excess = this.usedBytes - most + room
    return excess <= 0 ? 0 : excess + Math.min(most / 8, this.#growth * PRUNED_COMMITS)
  }

  /** Free pages to be given back now: of a file beyond its share, after a commit larger than any before. */
  surplusPages(maxBytes: number): number {
    const beyond = this.#pages - Math.floor((maxBytes - logShare(maxBytes)) / PAGE_BYTES)
    return Math.max(0, Math.min(beyond, this.freePages, VACUUM_PAGES))
  }

  get #pages(): number {
    return Number(this.#all.get()?.['page_count'] ?? 0)
  }
}
