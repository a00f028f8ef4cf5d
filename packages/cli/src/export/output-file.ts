/** A file that is there whole or not at all. */

import { randomBytes } from 'node:crypto'
import {
  createWriteStream,
  existsSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
} from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import { CinescopeError } from '@cinescope/protocol'

/** How a file is written. */
export interface FileOptions {
  /** Write over a file of that name. */
  readonly force: boolean
}

/**
 * Writes the chunks to a sibling, mode 0600, which gets the file's name once it is complete. What ends the writing, a signal too,
 * removes the sibling. @throws CSC_ERR_OUTPUT
 */
export async function writeFileWhole(
  path: string,
  chunks: AsyncIterable<string>,
  { force }: FileOptions,
): Promise<void> {
  if (!force && existsSync(path)) throw taken(path)
  // what a link leads to is written, not the link
  const own = existsSync(path) ? realpathSync(path) : path
  if (existsSync(own) && !statSync(own).isFile()) throw noFile(path)
  const part = `${own}.${randomBytes(6).toString('hex')}.part`
  // before it is there, or a signal between the two would leave it
  using _watch = removeOnSignal(part)
  const descriptor = attempt(path, () => openSync(part, 'wx', 0o600))
  try {
    await writeChunks(path, descriptor, chunks)
    attempt(path, () => publish(part, own, force))
  } finally {
    rmSync(part, { force: true })
  }
}

/** Only what the file system says is told as a failure of the output; a recording that cannot be read stays what it is. */
async function writeChunks(path: string, descriptor: number, chunks: AsyncIterable<string>): Promise<void> {
  const file = createWriteStream('', { fd: descriptor, flush: true })
  let refusal: Error | undefined
  file.on('error', (error) => (refusal ??= error))
  try {
    await pipeline(Readable.from(chunks, { objectMode: true, highWaterMark: 1 }), file)
  } catch (thrown) {
    throw refusal !== undefined && thrown === refusal && isSystemError(refusal) ? refused(path, refusal) : thrown
  }
}

/** A link fails where the name is taken, also since it was looked at; where there are no links, the look must do. */
function publish(part: string, path: string, force: boolean): void {
  if (force) return renameSync(part, path)
  try {
    linkSync(part, path)
  } catch (thrown) {
    if (existsSync(path)) throw taken(path)
    if (!isSystemError(thrown)) throw thrown
    return renameSync(part, path)
  }
  unlinkSync(part)
}

/** Ends the process as the signal would have, without what is half written. */
function removeOnSignal(part: string): Disposable {
  const end = (signal: NodeJS.Signals): void => {
    rmSync(part, { force: true })
    stop()
    process.kill(process.pid, signal)
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const stop = (): void => {
    for (const signal of signals) process.off(signal, end)
  }
  for (const signal of signals) process.on(signal, end)
  return { [Symbol.dispose]: stop }
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (thrown) {
    throw isSystemError(thrown) ? refused(path, thrown) : thrown
  }
}

function isSystemError(thrown: unknown): thrown is NodeJS.ErrnoException {
  return thrown instanceof Error && 'syscall' in thrown
}

function refused(path: string, cause: NodeJS.ErrnoException): CinescopeError {
  const why = cause.code === 'ENOSPC' ? 'there is no space left on the device' : cause.message
  return new CinescopeError('CSC_ERR_OUTPUT', `${path} cannot be written: ${why}. Nothing of it was kept`, { cause })
}

function noFile(path: string): CinescopeError {
  return new CinescopeError('CSC_ERR_OUTPUT', `${path} is no file; leave --out away to write to a pipe or a device`)
}

function taken(path: string): CinescopeError {
  return new CinescopeError('CSC_ERR_OUTPUT', `${path} exists already; name another file, or add --force`)
}
