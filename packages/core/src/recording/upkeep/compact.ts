/** Gives the room that retention has freed back to the file system. */

import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { CinescopeError } from '@cinescope/protocol'
import { compactPath, filesBeside } from '../../store/sqlite/files.ts'
import { openRecordingFile } from '../../store/sqlite/open.ts'
import { type OwnedRecording, ownRecording } from '../../store/sqlite/owned-recording.ts'
import { turns } from '../copy/turns.ts'

/** What it came to. */
export interface CompactReport {
  readonly bytesBefore: number
  readonly bytesAfter: number
}

/**
 * Writes a recording that nobody writes anew, without free pages and log, and puts it in its own place; until then, and if it
 * fails, the old one is whole. A reader that has the old one open goes on reading that. Takes as much room as the result.
 * @throws as `ownRecording`; CSC_ERR_STORE when the disk is full or a reader keeps the log; CSC_ERR_ABORTED
 */
export async function compactRecording(
  path: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<CompactReport> {
  const turn = turns(signal)
  const owned = ownRecording(path)
  const temporary = compactPath(owned.path)
  // one that was killed has left it
  removeAll(temporary)
  try {
    const bytesBefore = owned.bytes
    await turn()
    write(owned, temporary)
    await turn()
    replace(owned, temporary)
    return { bytesBefore, bytesAfter: statSync(owned.path).size }
  } finally {
    removeAll(temporary)
    owned.close()
  }
}

/** Only what is on the disk, and a recording again, takes the place of the old one. */
function write({ path, database }: OwnedRecording, temporary: string): void {
  try {
    closeSync(openSync(temporary, 'wx', statSync(path).mode & 0o777))
    database.prepare('VACUUM INTO ?').run(temporary)
    const file = openSync(temporary, 'r+')
    try {
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  } catch (cause) {
    throw failed(path, cause)
  }
  openRecordingFile(temporary).close()
}

/** The log is empty by then: with one that is not, the new file would be read as if it were the log's. */
function replace(owned: OwnedRecording, temporary: string): void {
  owned.foldLog()
  try {
    renameSync(temporary, owned.path)
  } catch (cause) {
    throw failed(owned.path, cause)
  }
  for (const beside of filesBeside(owned.path)) rmSync(beside, { force: true })
}

function removeAll(temporary: string): void {
  for (const left of [temporary, ...filesBeside(temporary)]) rmSync(left, { force: true })
}

function failed(path: string, cause: unknown): CinescopeError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new CinescopeError('CSC_ERR_STORE', `${path} cannot be compacted and is as it was: ${why}`, { cause })
}
