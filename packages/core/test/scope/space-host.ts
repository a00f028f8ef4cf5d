/** A process that records until there is no room, says so, is told that there is, and goes on. Its directory is its argument. */

import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { createScope } from '../../src/scope.ts'

const scope = await createScope({ sources: false, directory: process.argv[2] ?? '', handleSignals: false })
const isWritten = (): Promise<boolean> =>
  scope.flush().then(
    () => true,
    () => false,
  )

async function logUntil(isEnough: (written: boolean) => boolean, line: string): Promise<void> {
  for (;;) {
    for (let n = 0; n < 200; n++) scope.log(line, { text: 'x'.repeat(900), n: Math.random().toString(36) })
    if (isEnough(await isWritten())) return
    await setTimeout(20)
  }
}

await logUntil((written) => !written, 'before')
const full = scope.status()
process.stdout.write('full\n')
await once(process.stdin, 'data')
await logUntil((written) => written, 'between')
scope.span('after', () => scope.log('after'))
await scope.flush()
const status = scope.status()
await scope.stop()
process.stdout.write(`${JSON.stringify({ full, status, stopped: scope.status() })}\n`)
process.exit()
