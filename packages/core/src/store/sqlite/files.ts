/** The files of a recording. */

import { statSync } from 'node:fs'

/** Bytes to which the writer cuts its log when it begins it anew. */
export const LOG_BYTES = 16_777_216

/** The log of a recording that is written: SQLite's. */
export function logPath(path: string): string {
  return `${path}-wal`
}

/** What SQLite keeps beside a recording while it is open, and leaves behind when its process is killed. */
export function filesBeside(path: string): readonly string[] {
  return [logPath(path), `${path}-shm`, `${path}-journal`]
}

/** Bytes of a file; 0 when it is absent. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
