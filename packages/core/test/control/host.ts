/** A program that is recorded into the directory of its first argument, and does what it is told by lines on its stdin. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createScope } from '../../src/scope.ts'

const [, , directory = ''] = process.argv
const scope = await createScope({ sources: false, directory, keep: { policy: 'window', maxSeconds: 600 } })
scope.span('before', () => scope.log('what led to it'))
await scope.flush()

/** Until a file says so. */
function block(): void {
  process.stdout.write('blocked\n')
  while (!existsSync(join(directory, 'go')));
  process.stdout.write('free\n')
}

const ORDERS: Readonly<Record<string, () => void>> = {
  block,
  /** Before it hears of anything. */
  'block and stop'() {
    block()
    void scope.stop()
  },
  'block and exit'() {
    block()
    process.exit(7)
  },
  stop: () => void scope.stop(),
  exit: () => process.exit(7),
  'run out': () => process.stdin.destroy(),
}

createInterface({ input: process.stdin }).on('line', (line) => ORDERS[line]?.())
process.stdout.write(`${scope.node}\n`)
