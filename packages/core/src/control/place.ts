/** Where the control socket of a process is: told by its node, so that whoever has the recording finds it. */

import { lstatSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CinescopeError, type NodeId } from '@cinescope/protocol'

/** Longest path of a Unix socket on every system, in bytes; some cut longer ones without a word. */
const MAX_PATH_BYTES = 103

/** Names in the directory. */
export const SOCKET_NAME: RegExp = /^[0-9a-f]{12}\.ctl$/

/** Undefined on Windows, where a named pipe has no directory. `uid` is whose processes they are. */
export function socketDirectory(uid: number): string | undefined {
  return process.platform === 'win32' ? undefined : join(tmpdir(), `cinescope-${uid}`)
}

/** The socket's path. @throws CSC_ERR_CONTROL when it is too long for one */
export function socketPath(node: NodeId, uid: number): string {
  const directory = socketDirectory(uid)
  if (directory === undefined) return `\\\\.\\pipe\\cinescope-${node}`
  const path = join(directory, `${node}.ctl`)
  if (Buffer.byteLength(path) <= MAX_PATH_BYTES) return path
  const message = `${path} is longer than a socket's path may be, ${MAX_PATH_BYTES} bytes; set TMPDIR to a shorter one`
  throw new CinescopeError('CSC_ERR_CONTROL', message)
}

/** A directory in which others may write holds sockets of theirs under our names. @throws CSC_ERR_CONTROL, or as the system does where there is none */
export function checkPrivate(directory: string, uid: number): void {
  const found = lstatSync(directory)
  const mode = (found.mode & 0o777).toString(8).padStart(4, '0')
  const wrong = !found.isDirectory()
    ? 'is no directory'
    : found.uid !== uid
      ? `belongs to user ${found.uid}, not to ${uid}`
      : (found.mode & 0o077) !== 0
        ? `has mode ${mode}, so that others reach what is in it`
        : undefined
  if (wrong === undefined) return
  const remedy = 'look who has made it, and remove it, or set TMPDIR to another directory'
  throw new CinescopeError('CSC_ERR_CONTROL', `${directory} ${wrong}; it must be yours, with mode 0700: ${remedy}`)
}
