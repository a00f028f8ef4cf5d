/** One round of the rows `agg` and `group`: figures over a whole recording, through an open handle, after as many to warm up. */

import { openRecording } from '@cinescope/core/reader'
import type { Aggregate, AggregateQuery } from '@cinescope/protocol'
import { type BigRecording, factsOf } from '../big-recording.ts'
import { quantile } from '../statistics.ts'
import { EVENTS_PER_FILM } from '../traffic.ts'
import { check, childInput, report } from './child.ts'

/** What the parent asks for. */
export interface FiguresInput {
  readonly row: 'agg' | 'group'
  readonly recording: BigRecording
}

/** Latencies in ms. */
export interface FiguresRound {
  readonly p50: number
  readonly worst: number
  /** The first answer of the process. */
  readonly cold: number
  /** Of one row beside it: by the second, or of requests alone. */
  readonly other: number
  readonly segmentsRead: number
}

const TIMES = 10
const QUANTILES = [0.5, 0.99]

const input = childInput<FiguresInput>()
const facts = factsOf(input.recording)
const query: AggregateQuery =
  input.row === 'agg' ? { perMs: 60_000, quantiles: QUANTILES } : { by: 'route', quantiles: QUANTILES }
const other: AggregateQuery =
  input.row === 'agg' ? { ...query, perMs: 1000 } : { ...query, where: { kinds: ['request'] } }

await using recording = openRecording(input.recording.path)
const cold = (await ask(query)).ms
for (let i = 1; i < TIMES; i++) await ask(query)
const latencies: number[] = []
const others: number[] = []
let segmentsRead = 0
for (let i = 0; i < TIMES; i++) {
  const { ms, answer } = await ask(query)
  latencies.push(ms)
  segmentsRead = answer.explain.segmentsRead
}
for (let i = 0; i < TIMES; i++) others.push((await ask(other)).ms)
report<FiguresRound>({
  p50: quantile(latencies, 0.5),
  worst: Math.max(...latencies),
  cold,
  other: quantile(others, 0.5),
  segmentsRead,
})

async function ask(asked: AggregateQuery): Promise<{ ms: number; answer: Aggregate }> {
  const started = performance.now()
  const answer = await recording.aggregate(asked)
  const ms = performance.now() - started
  const count = answer.groups.reduce((sum, group) => sum + group.count, 0)
  const errors = answer.groups.reduce((sum, group) => sum + group.errors, 0)
  // spans are one event each here, and two in what was recorded
  const expected = asked.where === undefined ? (facts.events / EVENTS_PER_FILM) * 10 : facts.films
  check(Math.abs(count - expected) <= 0.02 * expected, `${count} of ${expected} spans and points are counted`)
  check(errors >= facts.failedFilms * 0.9 && answer.explain.corrupt === 0, 'and those that failed')
  check(
    answer.groups.every(({ quantiles: [p50, p99] }) => p50! > 0 && p99! >= p50!),
    'each group has its quantiles',
  )
  return { ms, answer }
}
