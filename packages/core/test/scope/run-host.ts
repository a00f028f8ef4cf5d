/** Runs a host process to its end. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** How a process ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** What a test may do to a host. */
export interface HostOptions {
  /** Sent once the host has printed `ready`. */
  readonly kill?: NodeJS.Signals
  readonly env?: Readonly<Record<string, string>>
  /** Told of what the host prints, as it does. */
  readonly onOutput?: (text: string, child: ChildProcess) => void
  /** Wraps the command, e.g. in a shell with limits. */
  readonly shell?: (command: string) => string
}

/** Runs `scenario` of host.ts, recorded into `directory`, or bare. */
export async function runHost(
  scenario: string,
  directory: string | undefined,
  options: HostOptions = {},
): Promise<Ended> {
  const script = fileURLToPath(new URL('./host.ts', import.meta.url))
  const args = ['--conditions=@cinescope/source', script, scenario, ...(directory === undefined ? [] : [directory])]
  const quoted = [process.execPath, ...args].map((part) => `'${part}'`).join(' ')
  const [command, given] =
    options.shell === undefined ? [process.execPath, args] : ['/bin/bash', ['-c', options.shell(quoted)]]
  const { NODE_OPTIONS: _unset, CINESCOPE_DISABLED: _off, ...env } = process.env
  const child = spawn(command, given, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...env, ...options.env } })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text
    if (options.kill !== undefined && text.includes('ready')) child.kill(options.kill)
    options.onOutput?.(text, child)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text
  })
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code, signal, ...output }
}
