/** One round of row `diff`: three pairs of films of 10,000 spans and points are recorded, then diffed through an open handle. */

import { createScope, type Scope } from '@cinescope/core'
import { findRecording, openRecording } from '@cinescope/core/reader'
import { quantile } from '../statistics.ts'
import { check, report, temporaryDirectory } from './child.ts'

/** Median latencies in ms by pair of films. */
export interface DiffRound {
  /** One step in 100 has another value or is missing. */
  readonly close: number
  /** Every value is another. */
  readonly noisy: number
  /** All in one level, one in 20 missing. */
  readonly flat: number
}

/** What differs in the second film of a pair. */
interface Pair {
  readonly name: keyof DiffRound
  readonly isFlat: boolean
  isMissing(step: number): boolean
  isOther(step: number): boolean
  readonly expected: { readonly same: number; readonly changed: number; readonly onlyInA: number }
}

/** Steps of a nested film, of 4 spans and points each; the root is one more. */
const STEPS = 2500
const FLAT = 10_000
const DIFFS = 15
/** Steps between two flushes: the ring of 16 Ki records must not overflow. */
const FLUSH = 250

const PAIRS: readonly Pair[] = [
  {
    name: 'close',
    isFlat: false,
    isMissing: (step) => step % 200 === 100,
    isOther: (step) => step % 200 === 50,
    expected: { same: 1 + 4 * STEPS - 4 * 12 - 13, changed: 13, onlyInA: 4 * 12 },
  },
  {
    name: 'noisy',
    isFlat: false,
    isMissing: () => false,
    isOther: () => true,
    expected: { same: 1 + 3 * STEPS, changed: STEPS, onlyInA: 0 },
  },
  {
    name: 'flat',
    isFlat: true,
    isMissing: (step) => step % 20 === 10,
    isOther: () => false,
    expected: { same: 1 + FLAT - FLAT / 20, changed: 0, onlyInA: FLAT / 20 },
  },
]

await using directory = temporaryDirectory('diff')
await recordPairs()
await using recording = openRecording(findRecording(directory.path))
check((await recording.ledger()).dropped === 0, 'nothing was lost')
const { items } = await recording.films({ order: 'time' })
const latencies: Partial<Record<keyof DiffRound, number>> = {}
for (const [index, pair] of PAIRS.entries()) {
  latencies[pair.name] = await timeOf(pair, items[2 * index]!.id, items[2 * index + 1]!.id)
}
// each pair has been timed
report<DiffRound>(latencies as DiffRound)

async function timeOf({ name, expected }: Pair, a: string, b: string): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < 2 * DIFFS; i++) {
    const started = performance.now()
    const { same, changed, onlyInA, onlyInB, uncompared } = await recording.diffFilms(a, b)
    const ms = performance.now() - started
    check(
      same === expected.same && changed === expected.changed && onlyInA === expected.onlyInA && onlyInB === 0,
      `the films '${name}' differ as they were made to`,
    )
    check(uncompared === 0, 'all values were compared')
    if (i >= DIFFS) times.push(ms)
  }
  return quantile(times, 0.5)
}

async function recordPairs(): Promise<void> {
  await using scope = await createScope({ directory: directory.path, sources: false, handleSignals: false })
  for (const pair of PAIRS) {
    for (const isSecond of [false, true]) await scope.span('job', () => work(scope, pair, isSecond))
    await scope.flush()
  }
}

async function work(scope: Scope, pair: Pair, isSecond: boolean): Promise<void> {
  for (let step = 0; step < (pair.isFlat ? FLAT : STEPS); step++) {
    if (step % FLUSH === 0) await scope.flush()
    if (isSecond && pair.isMissing(step)) continue
    const said = { step, text: `step ${step}`, list: [1, 2, isSecond && pair.isOther(step) ? 4 : 3] }
    if (pair.isFlat) scope.log('said', said)
    else
      scope.span(`step ${step % 7}`, () => scope.span('load', () => scope.span('read', () => scope.log('said', said))))
  }
}
