/** The `cinescope` command as another process, as a developer runs it beside the server. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const BIN = fileURLToPath(new URL('src/bin.ts', import.meta.resolve('@cinescope/cli/package.json')))

/** Runs a command line and gives what it printed. @throws if it does not end with 0 */
export async function cinescope(...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [...process.execArgv, BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err] = [collect(child.stdout), collect(child.stderr)]
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`cinescope ${args.join(' ')} ended with ${String(code)}: ${await err}`)
  return out
}

async function collect(stream: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return text
}
