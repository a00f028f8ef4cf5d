/** A real PostgreSQL of its own, made and started for one test file. */

import { execFile, execFileSync } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A running server. */
export interface Postgres extends AsyncDisposable {
  readonly port: number
  readonly user: string
}

/** Why there can be none here; undefined when there can. */
export function postgresMissing(): string | undefined {
  try {
    execFileSync('initdb', ['--version'], { stdio: 'ignore' })
    if (isRoot() && identity() === undefined) return 'no user postgres, and PostgreSQL does not run as root'
    return undefined
  } catch {
    return 'no initdb on the path'
  }
}

/** Starts one on a free port of 127.0.0.1, with a superuser `test` and no password. */
export async function startPostgres(): Promise<Postgres> {
  const directory = mkdtempSync(join(tmpdir(), 'cinescope-postgres-'))
  const own = isRoot() ? identity() : undefined
  if (own !== undefined) chownSync(directory, own.uid, own.gid)
  const options = { ...own, cwd: directory, env: { ...process.env, LC_ALL: 'C' } }
  const data = join(directory, 'data')
  await run('initdb', ['-D', data, '-A', 'trust', '-U', 'test', '--no-sync'], options)
  const port = await freePort()
  const settings = `-p ${port} -k ${directory} -c listen_addresses=127.0.0.1 -c fsync=off`
  await run('pg_ctl', ['-D', data, '-o', settings, '-l', join(directory, 'log'), '-w', 'start'], options)
  return {
    port,
    user: 'test',
    async [Symbol.asyncDispose]() {
      await run('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop'], options)
      rmSync(directory, { recursive: true })
    },
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}

function identity(): { readonly uid: number; readonly gid: number } | undefined {
  try {
    const id = (flag: string): number =>
      Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }))
    return { uid: id('-u'), gid: id('-g') }
  } catch {
    return undefined
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
