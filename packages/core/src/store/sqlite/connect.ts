/** Connections to SQLite files. */

import { createRequire } from 'node:module'
import type * as Sqlite from 'node:sqlite'
import type { DatabaseSync } from 'node:sqlite'

/** How a file is opened. */
export interface ConnectOptions {
  readonly readOnly: boolean
  /** How long a statement waits for locks of others; default 2000. */
  readonly timeoutMs?: number
}

/** Longest row of a file that is read: one largest block and what stands beside it. */
const MAX_ROW_BYTES = 20_000_000
/** How long a statement waits for locks of others unless told otherwise. */
export const TIMEOUT_MS = 2000
/** SQLite's codes for locks that others hold; the bits above these say more. */
const SQLITE_BUSY = 5
const SQLITE_LOCKED = 6
const PRIMARY_CODE = 0xff

/** node:sqlite is loaded when first needed: importing it costs time at start-up and, on Node 22, prints a warning. */
export function connect(path: string, { readOnly, timeoutMs = TIMEOUT_MS }: ConnectOptions): DatabaseSync {
  const sqlite = createRequire(import.meta.url)('node:sqlite') as typeof Sqlite
  return new sqlite.DatabaseSync(path, {
    readOnly,
    timeout: timeoutMs,
    allowExtension: false,
    enableDoubleQuotedStringLiterals: false,
    // from Node 24.14 on; a lying length cannot make SQLite itself allocate more than this
    ...(readOnly ? { limits: { length: MAX_ROW_BYTES } } : {}),
  })
}

/** True for what SQLite throws when another connection holds a lock. */
export function isBusy(thrown: unknown): boolean {
  const code = ((thrown as { errcode?: number }).errcode ?? 0) & PRIMARY_CODE
  return code === SQLITE_BUSY || code === SQLITE_LOCKED
}
