/** Makes one file of a recording and its log. */

import { closeSync, openSync, rmSync } from 'node:fs'
import { CinescopeError } from '@cinescope/protocol'
import { openRecordingFile } from './open.ts'

/**
 * Writes what the recording at `path` holds now to a new file, without log and without the room that retention has freed. One
 * that is live goes on undisturbed; its copy, like that of one whose writer was killed, is interrupted: what came after is unknown.
 * @throws CSC_ERR_NO_RECORDING, CSC_ERR_FORMAT, CSC_ERR_HOSTILE; CSC_ERR_STORE when `target` exists or cannot be written
 */
export function packRecording(path: string, target: string): void {
  const database = openRecordingFile(path)
  try {
    create(target)
    try {
      // the copy is what is written; the recording itself stays read-only
      database.exec('PRAGMA query_only = OFF')
      database.prepare('VACUUM INTO ?').run(target)
      openRecordingFile(target).close()
    } catch (cause) {
      rmSync(target, { force: true })
      throw failed(target, cause)
    }
  } finally {
    database.close()
  }
}

/** Nobody else may read it, as nobody else may read a recording. */
function create(target: string): void {
  try {
    closeSync(openSync(target, 'wx', 0o600))
  } catch (cause) {
    throw failed(target, cause)
  }
}

function failed(target: string, cause: unknown): CinescopeError {
  const why =
    (cause as NodeJS.ErrnoException).code === 'EEXIST'
      ? 'it exists already'
      : cause instanceof Error
        ? cause.message
        : String(cause)
  return new CinescopeError('CSC_ERR_STORE', `${target} cannot be written: ${why}`, { cause })
}
