/** Runs the real command as a child process. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createScope, type Scope, type ScopeOptions } from '@cinescope/core'

/** The command as it is written. */
export const BIN: string = join(import.meta.dirname, '../src/bin.ts')

/** What a command line printed and how it ended. */
export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command line. */
export function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  stdoutTo: 'pipe' | number = 'pipe',
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--conditions=@cinescope/source', BIN, ...args], {
      stdio: ['ignore', stdoutTo, 'pipe'],
      env: { ...process.env, ...env },
    })
    let [stdout, stderr] = ['', '']
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

/** Runs a command line that prints one JSON document. */
export async function json(...args: readonly string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await run([...args, '--json'])
  if (code !== 0) throw new Error(`ended with ${String(code)}: ${stderr}`)
  return JSON.parse(stdout) as Record<string, unknown>
}

/** A process that reads one line of the command's output and closes the pipe. */
export function runIntoHead(args: readonly string[]): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--conditions=@cinescope/source', BIN, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.stdout.once('data', () => child.stdout.destroy())
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout: '', stderr }))
  })
}

/** A directory for recordings that goes with its user. */
export class Place implements Disposable {
  readonly directory: string = mkdtempSync(join(tmpdir(), 'cinescope-cli-'))

  /** Records what `act` does, and closes the recording. */
  async record(act: (scope: Scope) => unknown, options: ScopeOptions = {}): Promise<void> {
    await using scope = await this.scope(options)
    await act(scope)
    await scope.flush()
  }

  /** A scope that records here. */
  scope(options: ScopeOptions = {}): Promise<Scope> {
    return createScope({ sources: false, directory: this.directory, service: 'shop', handleSignals: false, ...options })
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true })
  }
}

/** An order that is taken, one that fails with a cause, and a span that never ends. */
export async function recordShop(scope: Scope): Promise<void> {
  await scope.span('GET /orders/:id', async () => {
    scope.current()?.set('user.id', 42)
    await Promise.all([scope.span('load order', () => turn()), scope.span('load user', () => turn())])
    scope.log('order loaded', { order: 17 })
    scope.entity('order', '17').snapshot({ total: 9.5, password: 'hunter2' })
  })
  await scope
    .span('POST /orders', () =>
      scope.span('charge', async () => {
        await turn()
        throw new Error('card declined', { cause: new TypeError('the bank said no') })
      }),
    )
    .catch(() => undefined)
  void scope.span('never ends', () => new Promise(() => undefined))
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** A command that goes on, and the lines it has printed. */
export interface Running extends AsyncDisposable {
  readonly lines: string[]
  readonly stderr: () => string
  /** Resolves once it has printed so many lines. */
  printed(count: number): Promise<void>
  /** Sends a signal and gives the exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>
  readonly ended: Promise<number | null>
}

/** Starts a command line. */
export function start(args: readonly string[]): Running {
  const child = spawn(process.execPath, ['--conditions=@cinescope/source', BIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const output = createInterface({ input: child.stdout })
  output.on('line', (line) => lines.push(line))
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)))
  return {
    lines,
    ended,
    stderr: () => stderr,
    async printed(count) {
      while (lines.length < count) {
        const how = await Promise.race([once(output, 'line').then(() => 'line'), ended])
        if (how !== 'line') throw new Error(`ended with ${String(how)} after ${lines.length} lines: ${stderr}`)
      }
    },
    end(signal) {
      child.kill(signal)
      return ended
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
