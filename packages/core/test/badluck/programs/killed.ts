/** Records several thousand events a second until it is killed: `killed.ts <directory> <ack file> <steady|blocked|pruned>`. */

import { openSync, writeSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { createScope, type Scope } from '@cinescope/core'
import { checkValue } from '../check-value.ts'

const [directory = '.', ackPath = 'ack', mode = 'steady'] = process.argv.slice(2)
const acks = openSync(ackPath, 'a')
const scope = await createScope({ sources: false, directory, ...(mode === 'pruned' ? { maxBytes: 1_048_576 } : {}) })
const sleeper = new Int32Array(new SharedArrayBuffer(4))
let n = 0

/** Tells the parent that everything up to `n` has been recorded by now. A pipe or a buffer would lose what the kill finds in it. */
function acknowledge(): void {
  writeSync(acks, `${n} ${Date.now()}\n`)
}

/** One film of about 12 events, spans nested and overlapping; `n` counts its proven values. */
function film(to: Scope): void {
  to.span('root', () => {
    to.span('child', () => {
      to.log('line', { check: checkValue(++n) })
      return { check: checkValue(++n) }
    })
    to.span('failing child', () => {
      to.entity('counter', `c${n % 7}`).snapshot({ check: checkValue(++n) })
      to.current()?.set('check.n', n)
      return { check: checkValue(++n) }
    })
    return { check: checkValue(++n) }
  })
}

async function slowFilm(to: Scope): Promise<void> {
  await to.span('slow', async () => {
    await setTimeout(50 + (n % 300))
    to.log('late', { check: checkValue(++n) })
  })
}

acknowledge()
while (scope.status().commits === 0) {
  film(scope)
  await setTimeout(5)
}
process.stdout.write('ready\n')
for (let round = 0; ; round++) {
  for (let i = 0; i < 4; i++) film(scope)
  if (round % 3 === 0) void slowFilm(scope)
  acknowledge()
  // 4 films of 12 events each 6 ms: about 8,000 events a second; when blocked the event loop turns once in 100 rounds
  if (mode === 'blocked' && round % 100 !== 0) Atomics.wait(sleeper, 0, 0, 6)
  else await setTimeout(6)
}
