/** Runs the `cinescope` command in one process many times: one JSON list of arguments a line on standard input. */

import { createInterface } from 'node:readline'

// by address: the command is above this package
const { main } = (await import(new URL('../../../../cli/src/main.ts', import.meta.url).href)) as {
  main(args: readonly string[], surroundings: object): Promise<number>
}

for await (const line of createInterface({ input: process.stdin })) {
  const args = JSON.parse(line) as string[]
  const code = await main(args, { stdout: process.stdout, stderr: process.stderr, nowMs: Date.now() })
  if (code > 1) process.exitCode = code
}
