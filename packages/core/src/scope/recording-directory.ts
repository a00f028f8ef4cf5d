/** The directory of recordings: making it, before the writer is started, and names in it. */

import { mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { NodeId } from '@cinescope/protocol'
import { cannotStart } from '../base/cannot-start.ts'
import { fromHere } from '../base/from-here.ts'

/**
 * Makes the directory and those above it, mode 0700, level by level. Node's own recursive way loops for ever where a file system
 * says that a directory is not there and cannot be made either (Linux: /proc), in a thread that nothing can end.
 * @throws CSC_ERR_START
 */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await make(path)
  } catch (cause) {
    throw cannotStart(cause)
  }
}

/** Absolute path of a new recording: its name begins with the time, so that names sort by start. */
export function recordingPath(directory: string, node: NodeId, startedAt: Date): string {
  const time = startedAt.toISOString().replaceAll(/[-:]/g, '').replace('.', '')
  return join(fromHere(directory), `${time}-${process.pid}-${node}.cine`)
}

async function make(path: string): Promise<void> {
  const found = await stat(path).catch(ifMissing)
  if (found?.isDirectory() === true) return
  const above = dirname(path)
  if (found === undefined && above !== path) await make(above)
  await mkdir(path, { mode: 0o700 }).catch(async (error: unknown) => {
    // another process may have made it meanwhile
    if (!(await stat(path).catch(ifMissing))?.isDirectory()) throw error
  })
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
