/**
 * Records as fast as its writer follows, each 100 ms of a server at 5,000 events a second after the other without a pause, until so
 * many events have been recorded: `budgeted.ts <directory> <max bytes> <events>`. Tells its recording's path and its memory before the
 * first event, then what became of it: one JSON line each.
 */

import { createScope } from '@cinescope/core'

const [directory = '.', maxBytes = '0', events = '0'] = process.argv.slice(2)
const scope = await createScope({ sources: false, directory, maxBytes: Number(maxBytes), handleSignals: false })
await scope.flush()
process.stdout.write(`${JSON.stringify({ path: scope.path, rss: process.memoryUsage.rss() })}\n`)

/** A film of 8 events; its values do not compress. */
function film(n: number): void {
  scope.span(`GET /orders/${n % 20}`, () => {
    scope.span('query', () => ({ rows: n, key: Math.random().toString(36) }))
    scope.span('render', () => ({ n, id: Math.random().toString(36) + Math.random().toString(36) }))
    scope.log('served', { n, token: Math.random() })
    scope.entity('cart', n % 500).snapshot({ n, items: [n, n + 1], total: Math.random() })
  })
}

/** 100 ms of 5,000 events a second. */
const FILMS_A_STEP = 62
const rss: number[] = []
let n = 0
while (scope.status().produced < Number(events)) {
  for (let i = 0; i < FILMS_A_STEP; i++) film(++n)
  // as in time that is not compressed: the ring is emptied between two steps, or nearly
  if (n % (FILMS_A_STEP * 20) === 0) await scope.flush()
  else await new Promise((resolve) => setImmediate(resolve))
  // what it takes to remove something is taken once
  if (n % (FILMS_A_STEP * 100) === 0 && scope.status().pruned > 0) {
    globalThis.gc?.()
    rss.push(process.memoryUsage.rss())
  }
}
await scope.flush()
const { stored, pruned, dropped, produced, pending, faults } = scope.status()
await scope.stop()
process.stdout.write(`${JSON.stringify({ stored, pruned, dropped, produced, pending, faults, rss })}\n`)
