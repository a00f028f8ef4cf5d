/** A file that is written beside its place and put there when it is whole. */

import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { CinescopeError } from '@cinescope/protocol'
import { filesBeside, logPath } from '../../store/sqlite/files.ts'
import { isLocked } from '../../store/sqlite/lock.ts'

/** Where a new file goes, and whether it may take the place of another. */
export interface Target {
  readonly path: string
  /** Replace what is there; default false. */
  readonly force?: boolean
  /** Ends the writing, which leaves nothing then. */
  readonly signal?: AbortSignal
}

/**
 * Runs `write` on an empty sibling of the target, mode 0600, and puts it in place; what fails leaves nothing behind. The target
 * is none of the `inputs`. @throws CSC_ERR_STORE; what `write` throws
 */
export async function writeNewFile(
  { path, force = false }: Target,
  inputs: readonly string[],
  write: (temporary: string) => Promise<void>,
): Promise<void> {
  // what a link leads to is written, not the link
  const own = existsSync(path) ? realpathSync(path) : path
  if (existsSync(path)) {
    if (!statSync(own).isFile()) throw failed(path, 'it is no file')
    if (inputs.some((input) => realpathSync(input) === own))
      throw failed(path, 'it is one of the recordings to be read')
    if (!force) throw failed(path, 'it exists already')
    refuseLive(path)
  } else if (!force && existsSync(logPath(path))) {
    throw failed(path, `${logPath(path)}, the log of another recording, is there and would be read with it`)
  }
  const temporary = `${own}.${randomBytes(6).toString('hex')}.tmp`
  try {
    closeSync(openSync(temporary, 'wx', 0o600))
    await write(temporary)
    sync(temporary)
    place(temporary, own, force)
  } catch (cause) {
    if (cause instanceof CinescopeError) throw cause
    throw failed(path, cause instanceof Error ? cause.message : String(cause), cause)
  } finally {
    for (const left of [temporary, ...filesBeside(temporary)]) rmSync(left, { force: true })
  }
}

function sync(path: string): void {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function refuseLive(path: string): void {
  if (isLocked(path)) throw failed(path, 'a process is recording into it')
}

/** A link is refused where a file of that name has come meanwhile; a rename is not. */
function place(temporary: string, path: string, force: boolean): void {
  if (force) {
    refuseLive(path)
    // with the log of the one before, that one would be read
    for (const beside of filesBeside(path)) rmSync(beside, { force: true })
    return renameSync(temporary, path)
  }
  try {
    linkSync(temporary, path)
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (code === 'EEXIST') throw failed(path, 'it exists already', thrown)
    // not every file system has links
    renameSync(temporary, path)
  }
}

function failed(path: string, why: string, cause?: unknown): CinescopeError {
  return new CinescopeError('CSC_ERR_STORE', `${path} cannot be written: ${why}`, { cause })
}
