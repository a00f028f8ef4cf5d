/** Runs the programs of this folder in processes of their own, from sources. */

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** How a program ended and what it printed. */
export interface Outcome {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** True if it was ended because its time was up. */
  readonly isTimeout: boolean
}

/** Starts `programs/<name>.ts` on this Node; `flags` are Node's own. */
export function startProgram(
  name: string,
  args: readonly string[],
  options: SpawnOptions = {},
  flags: readonly string[] = [],
): ChildProcess {
  const { NODE_OPTIONS: _flags, CINESCOPE_DISABLED: _off, ...env } = process.env
  return spawn(
    process.execPath,
    [
      '--conditions=@cinescope/source',
      ...flags,
      fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url)),
      ...args,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], ...options, env: { ...env, ...options.env } },
  )
}

/** Runs a program to its end, or until `timeoutMs` is up. */
export function runProgram(
  name: string,
  args: readonly string[],
  timeoutMs: number,
  options: SpawnOptions = {},
): Promise<Outcome> {
  return outcomeOf(startProgram(name, args, options), timeoutMs)
}

/** What becomes of a child. */
export async function outcomeOf(child: ChildProcess, timeoutMs: number): Promise<Outcome> {
  let stdout = ''
  let stderr = ''
  let isTimeout = false
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const timer = setTimeout(() => {
    isTimeout = true
    child.kill('SIGKILL')
  }, timeoutMs)
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (...end) => resolve(end))
  })
  clearTimeout(timer)
  return { code, signal, stdout, stderr, isTimeout }
}

/** A temporary directory that goes when it is disposed of. */
export interface TemporaryDirectory extends AsyncDisposable {
  readonly path: string
}

/** Makes a directory for one test. */
export async function temporaryDirectory(): Promise<TemporaryDirectory> {
  const path = await mkdtemp(join(tmpdir(), 'cinescope-badluck-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
