/** Sockets that processes have left behind which were killed: nobody listens, and nobody else removes them. */

import { lstat, readdir, unlink } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { SOCKET_NAME } from './place.ts'

/** Looked at in one go; a directory with more is cleared over several starts. */
const MOST = 256
/** One that is younger may be about to be listened to. */
const YOUNG_MS = 10_000

/** Removes those in the directory that refuse a connection. Never rejects: what cannot be removed stays. */
export async function removeStale(directory: string, signal: AbortSignal): Promise<void> {
  const names = await readdir(directory).catch((): string[] => [])
  for (const name of names.filter((each) => SOCKET_NAME.test(each)).slice(0, MOST)) {
    if (signal.aborted) return
    const path = join(directory, name)
    // another process that starts may be doing the same
    const isStale = await isOld(path).then(
      (isOne) => isOne && isRefused(path),
      () => false,
    )
    if (isStale) await unlink(path).catch(() => undefined)
  }
}

async function isOld(path: string): Promise<boolean> {
  const { mtimeMs } = await lstat(path)
  return Date.now() - mtimeMs > YOUNG_MS
}

function isRefused(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path).unref()
    socket.on('connect', () => socket.destroy())
    socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'))
    socket.on('close', () => resolve(false))
  })
}
