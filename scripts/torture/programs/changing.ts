/**
 * One entity that changes: `changing.ts <directory> <changes> <looks>`, a child with an IPC channel. As often as it is to be looked
 * at it waits until what it recorded is written, and notes the time and how many changes there were. Tells all of that.
 */

import { setTimeout } from 'node:timers/promises'
import { createScope } from '@cinescope/core'
import type { Changed, Look } from '../changes.ts'

const [directory = '.', changes = '1', looks = '1'] = process.argv.slice(2)
/** So that an instant lies between two changes. */
const APART_MS = 3
/** The writer has to follow. */
const BURST = 4096
/** Changes of one way. */
const TOLD = 1000
const scope = await createScope({ directory, sources: false, handleSignals: false, ring: { records: 65_536 } })
const handle = scope.entity('counter', 'one')
const state = { n: 0, name: 'a counter', tags: ['a', 'b'], parts: { first: 1, second: 'two' } }
const every = Math.ceil(Number(changes) / Number(looks))
const noted: Look[] = []
for (let n = 1; n <= Number(changes); n++) {
  state.n = n
  // both ways to tell a change, each for as long as chains are
  if (Math.floor(n / TOLD) % 2 === 0) handle.snapshot(state)
  else handle.changed(state, [['n']])
  if (n % BURST === 0) await scope.flush()
  if (n % every !== 0) continue
  await setTimeout(APART_MS)
  noted.push({ atMs: Date.now(), n })
  await setTimeout(APART_MS)
}
await scope.stop()
const { produced, dropped } = scope.status()
const told: Changed = { path: scope.path ?? '', entity: handle.entity, looks: noted, produced, dropped }
process.send?.(told, () => process.disconnect())
