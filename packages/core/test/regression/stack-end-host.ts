/** A process whose stack ends again and again, inside of spans or where one is about to begin. It catches that, and lives. */

import { createScope } from '../../src/scope.ts'

const scope = await createScope({ store: 'memory', sources: false, handleSignals: false })

function nested(depth: number): void {
  scope.span('nested', () => nested(depth + 1))
}

/** Each level on the way back, which has a little more room than the one below, begins a span. */
function atTheEnd(depth: number): void {
  try {
    atTheEnd(depth + 1)
  } catch (thrown) {
    scope.span('at the end', () => Math.sqrt(depth))
    throw thrown
  }
}

for (let time = 0; time < 30; time++) {
  for (const overflow of [nested, atTheEnd]) {
    try {
      overflow(0)
    } catch (thrown) {
      if (!(thrown instanceof RangeError)) throw thrown
    }
  }
  await new Promise((resolve) => setImmediate(resolve))
}
scope.span('afterwards', () => undefined)
const isInside = scope.current() !== undefined
await scope.stop()
process.stdout.write(JSON.stringify({ isInside }))
