/** A process that records a span a few ms long, again and again, until it is told to end. Its directory is its argument. */

import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { createScope } from '../../src/scope.ts'

const scope = await createScope({ sources: { vitals: true }, directory: process.argv[2] ?? '', handleSignals: false })
await scope.flush()
let isEnded = false
void once(process.stdin, 'data').then(() => (isEnded = true))
process.stdout.write('ready\n')
for (let n = 0; !isEnded; n++) await scope.span(`turn ${n}`, () => setTimeout(5))
await scope.stop()
process.stdout.write(JSON.stringify(scope.status()))
process.exit()
