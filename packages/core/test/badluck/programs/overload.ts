/**
 * Records normal load and ten times what the writer can take, in turns: `overload.ts <directory> <drop|overwrite|grow>`.
 * The writer is held up by another connection that keeps the recording's write lock nearly all the time.
 * Prints one JSON line, see `OverloadReport`.
 */

import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { createScope, type ScopeOptions } from '@cinescope/core'
import { checkValue } from '../check-value.ts'
import type { OverloadReport } from '../overload.ts'

const [directory = '.', strategy = 'drop'] = process.argv.slice(2)
const ROUNDS = 5
/** Requests between two turns of the event loop: 6,000 events, a fifth of the ring. */
const BATCH = 500
/** Of a normal round; enough that the tick of the CPU clock, 4 ms, is a small part. */
const NORMAL_BATCHES = 60
const SIZES = { records: 32_768, arenaBytes: 8_388_608 } as const
const RINGS: Readonly<Record<string, NonNullable<ScopeOptions['ring']>>> = {
  overwrite: { strategy: 'overwrite', ...SIZES },
  // three rings
  grow: { strategy: 'grow', ...SIZES, maxBytes: 33_554_432 },
}
const scope = await createScope({
  sources: false,
  directory,
  handleSignals: false,
  ring: RINGS[strategy] ?? SIZES,
})
const offered: Record<string, number> = { span: 0, log: 0, 'state.snapshot': 0, error: 0 }
const entity = scope.entity('session', 's')
let requests = 0

/** A request of 12 events, as an adapter makes them: a root, three layers, a log, an error now and then, a state. */
function request(): void {
  const n = ++requests
  scope.span('request', () => {
    scope.span('first', () => 1)
    scope.span('second', () => scope.log('line', { check: checkValue(n) }))
    scope.span('handler', () => ({ check: checkValue(n), body: 'b'.repeat(80) }))
    entity.snapshot({ check: checkValue(n) })
    return { status: 200, check: checkValue(n) }
  })
  offered['span'] = offered['span']! + 8
  offered['log'] = offered['log']! + 1
  offered['state.snapshot'] = offered['state.snapshot']! + 1
}

function batch(): void {
  for (let i = 0; i < BATCH; i++) request()
}

/** CPU of this thread in µs a request, of all requests that `round` makes. */
async function cost(round: () => Promise<void>): Promise<number> {
  const first = requests
  const before = process.threadCpuUsage()
  await round()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / (requests - first)
}

/** Batches that the writer takes, each before the next. */
async function normal(): Promise<void> {
  for (let i = 0; i < NORMAL_BATCHES; i++) {
    batch()
    await scope.flush()
  }
}

/** Batches without pauses, while the writer may write for 15 ms of 1,600. */
async function overload(lock: DatabaseSync): Promise<void> {
  lock.exec('BEGIN IMMEDIATE')
  for (const until = performance.now() + 1585; performance.now() < until; await setImmediate()) batch()
  lock.exec('COMMIT')
  for (const until = performance.now() + 15; performance.now() < until; await setImmediate()) batch()
}

function lost(): number {
  const { dropped } = scope.status()
  return dropped
}

// first of all what the compiler needs to see
await normal()
using lock = new DatabaseSync(scope.path!, { timeout: 5000 })
const report: OverloadReport = {
  path: scope.path!,
  normalUs: [],
  overloadUs: [],
  normalRssMb: 0,
  overloadRssMb: 0,
  overloaded: { produced: 0, dropped: 0 },
  offered,
  flushed: { produced: 0, stored: 0, dropped: 0, pending: 0 },
  faults: [],
}
for (let round = 0; round < ROUNDS; round++) {
  report.normalUs.push(await cost(normal))
  if (round === 1) report.normalRssMb = process.memoryUsage().rss / 2 ** 20
  const before = { produced: scope.status().produced, dropped: lost() }
  report.overloadUs.push(await cost(() => overload(lock)))
  report.overloadRssMb = Math.max(report.overloadRssMb, process.memoryUsage().rss / 2 ** 20)
  await scope.flush()
  report.overloaded.produced += scope.status().produced - before.produced
  report.overloaded.dropped += lost() - before.dropped
}
await scope.flush()
const { produced, stored, dropped, pending, faults } = scope.status()
report.flushed = { produced, stored, dropped, pending }
report.faults = faults.map(({ code, message }) => `${code}: ${message}`)
await scope.stop()
process.stdout.write(`${JSON.stringify(report)}\n`)
