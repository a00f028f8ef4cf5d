/**
 * Records lines when it is told how many, so that a tail can be read beside it: `tailed.ts <directory> [maxBytes]`. Messages
 * to it: a number of lines, of which every tenth lies in a span; `stop`. It answers each with the number of lines so far.
 */

import { setImmediate } from 'node:timers/promises'
import { createScope } from '@cinescope/core'

const [directory = '.', maxBytes] = process.argv.slice(2)
const scope = await createScope({
  sources: false,
  directory,
  ...(maxBytes === undefined ? {} : { maxBytes: Number(maxBytes) }),
})
let n = 0

async function lines(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const line = (): void => scope.log('line', { n: ++n, text: 'x'.repeat(maxBytes === undefined ? 0 : 400) })
    if (i % 10 === 9) await scope.span('step', () => setImmediate().then(line))
    else line()
    if (i % 1000 === 999) await scope.flush()
  }
}

process.on('message', (message) => {
  const done = message === 'stop' ? scope.stop() : lines(Number(message)).then(() => scope.flush())
  void done.then(() => process.send?.(n, undefined, undefined, () => message === 'stop' && process.exit(0)))
})
await scope.flush()
process.send?.(0)
