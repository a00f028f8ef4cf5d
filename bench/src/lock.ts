/** One bench at a time on a machine. */

import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where the lock is, for every checkout on this machine. */
export const LOCK_PATH: string = join(tmpdir(), 'cinescope-bench.lock')

/** Takes the lock; a lock whose process is gone is taken over. @throws Error that names the holder */
export function takeLock(path: string, pid: number, isAlive: (pid: number) => boolean = isRunning): Disposable {
  if (!create(path, pid)) {
    const holder = Number(readFileSync(path, 'utf8'))
    if (isAlive(holder)) throw new Error(`another bench is running (process ${holder}, lock ${path})`)
    rmSync(path, { force: true })
    if (!create(path, pid)) throw new Error(`another bench has just started (lock ${path})`)
  }
  return { [Symbol.dispose]: () => rmSync(path, { force: true }) }
}

function create(path: string, pid: number): boolean {
  let file: number
  try {
    file = openSync(path, 'wx')
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw thrown
  }
  writeSync(file, String(pid))
  closeSync(file)
  return true
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    return process.kill(pid, 0)
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}
