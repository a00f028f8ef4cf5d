/** Calls npm, git and other commands from the scripts of this repository. */
import { spawnSync } from 'node:child_process'

/** Where and with what a command runs. */
export interface CommandOptions {
  readonly cwd: string
  readonly env?: NodeJS.ProcessEnv
}

/** Runs a command to its end and returns what it printed on stdout; throws with all its output when it fails. */
export function capture(command: string, args: readonly string[], options: CommandOptions): string {
  const result = spawnSync(command, args, { ...options, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  if (result.error === undefined && result.status === 0) return result.stdout
  const reason = result.error?.message ?? `exit status ${result.status ?? result.signal}`
  throw new Error(`${command} ${args.join(' ')}: ${reason}\n${result.stdout ?? ''}${result.stderr ?? ''}`)
}

/** Runs the npm that started this script, or the one on the PATH, and returns what it printed on stdout. */
export function npm(args: readonly string[], options: CommandOptions): string {
  const script = process.env['npm_execpath']
  if (script === undefined || !/npm-cli\.c?js$/.test(script)) return capture('npm', args, options)
  return capture(process.execPath, [script, ...args], options)
}
