/**
 * The lock beside a recording that is being written: an empty SQLite database in which the writer holds one exclusive
 * transaction, open for as long as it lives. The system frees it however the writer ends; see decision 0006.
 */

import { closeSync, existsSync, lstatSync, openSync, realpathSync, unlinkSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { connect, isBusy } from './connect.ts'

/** A writer's hold on its recording. */
export interface RecordingLock {
  /** Frees the lock and removes its file. Idempotent. */
  release(): void
}

/** Takes the lock of the recording at `path`; throws what the system says when it exists or cannot be made. */
export function lockRecording(path: string): RecordingLock {
  const lock = lockPath(path)
  closeSync(openSync(lock, 'wx', 0o600))
  const database = connect(lock, { readOnly: false })
  hold(database)
  return held(lock, database)
}

/**
 * Takes the lock of a recording that nobody writes, to change it; undefined while somebody has it, who writes it or changes it.
 * Throws what the system says when it cannot be made, or is no lock.
 */
export function takeLock(path: string): RecordingLock | undefined {
  const lock = lockPath(existsSync(path) ? realpathSync(path) : path)
  if (!existsSync(lock)) closeSync(openSync(lock, 'a', 0o600))
  // one that is there may be anything
  const stat = lstatSync(lock)
  if (!stat.isFile() || stat.size > 0) throw new Error(`${lock} is no lock of a recording; remove it`)
  const database = connect(lock, { readOnly: false, timeoutMs: 0 })
  try {
    hold(database)
  } catch (thrown) {
    database.close()
    if (isBusy(thrown)) return undefined
    throw thrown
  }
  // whoever had it may have removed the file meanwhile: then this is the lock of nothing
  if (lstatSync(lock, { throwIfNoEntry: false })?.ino === stat.ino) return held(lock, database)
  database.close()
  return undefined
}

/** A journal on disk would be one file more, and stay behind after a kill. */
function hold(database: DatabaseSync): void {
  database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
}

function held(lock: string, database: DatabaseSync): RecordingLock {
  return {
    release() {
      if (!database.isOpen) return
      // before it is free, so that nobody takes it in between; where the system does not let an open file go, after that
      removeLock(lock)
      database.close()
      removeLock(lock)
    },
  }
}

/** True while the writer of the recording at `path` lives, in whatever process. About 0.1 ms; never waits and is waited for by nobody. */
export function isLocked(path: string): boolean {
  const lock = lockFileOf(path)
  if (lock === undefined) return false
  let database: DatabaseSync | undefined
  try {
    database = connect(lock, { readOnly: true, timeoutMs: 0 })
    // reads the header, for which it needs a shared lock, and no more
    database.prepare('PRAGMA user_version').get()
    return false
  } catch (thrown) {
    return isBusy(thrown)
  } finally {
    database?.close()
  }
}

/** The lock's file if it is what a writer makes: an empty file, no link. Nothing else is opened: a pipe would be waited for. */
function lockFileOf(path: string): string | undefined {
  try {
    const lock = lockPath(realpathSync(path))
    const stat = lstatSync(lock)
    return stat.isFile() && stat.size === 0 ? lock : undefined
  } catch {
    // absent, or not to be looked at: nobody that can be seen holds it
    return undefined
  }
}

/** Where the system does not let a file go that a reader looks at just now, it stays: a free lock means nothing. */
function removeLock(lock: string): void {
  try {
    unlinkSync(lock)
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (code !== 'EBUSY' && code !== 'EPERM' && code !== 'EACCES' && code !== 'ENOENT') throw thrown
  }
}

function lockPath(path: string): string {
  return `${path}-lock`
}
