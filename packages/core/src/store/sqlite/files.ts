/** The files of a recording. */

import { statSync } from 'node:fs'
import { CinescopeError } from '@cinescope/protocol'

/** Bytes to which the writer cuts its log when it begins it anew. */
export const LOG_BYTES = 16_777_216

/** The log of a recording that is written: SQLite's. */
export function logPath(path: string): string {
  return `${path}-wal`
}

/** A recording while it is written anew, before it takes the place of the old one. */
export function compactPath(path: string): string {
  return `${path}-compact`
}

/** What SQLite keeps beside a recording while it is open, and leaves behind when its process is killed. */
export function filesBeside(path: string): readonly string[] {
  return [logPath(path), `${path}-shm`, `${path}-journal`]
}

/** Bytes of a file; 0 when it is absent. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/** Tells a file from another one that comes to its path. @throws CSC_ERR_NO_RECORDING where none can be seen */
export function identityOf(path: string): string {
  try {
    const { dev, ino, birthtimeNs } = statSync(path, { bigint: true })
    // numbers of files that are gone are given again
    return `${dev}-${ino}-${birthtimeNs}`
  } catch (cause) {
    throw new CinescopeError('CSC_ERR_NO_RECORDING', `${path} cannot be read`, { cause })
  }
}
