/** One round of the row `tiles`: timelines of one recording at any zoom, through an open handle. */

import { openRecording } from '@cinescope/core/reader'
import { type Tiles, wallMs } from '@cinescope/protocol'
import { type BigRecording, factsOf } from '../big-recording.ts'
import { quantile } from '../statistics.ts'
import { createRandom, EVENTS_PER_FILM } from '../traffic.ts'
import { check, childInput, report } from './child.ts'

/** What the parent asks for. */
export interface TilesInput {
  readonly recording: BigRecording
}

/** Latencies in ms, marks an answer. */
export interface TilesRound {
  readonly p50: number
  readonly p95: number
  readonly worst: number
  /** The first answer of the process, the whole recording. */
  readonly cold: number
  /** The same at the end. */
  readonly whole: number
  readonly marks: number
}

const TIMES = 200
const SHORTEST_MS = 1

const input = childInput<TilesInput>()
const { events, fromMs, toMs } = factsOf(input.recording)
const random = createRandom(11)
const latencies: number[] = []
const marks: number[] = []

await using recording = openRecording(input.recording.path)
const cold = await askWhole()
for (let i = 0; i < TIMES; i++) {
  const length = (toMs - fromMs) * Math.exp(random() * Math.log(SHORTEST_MS / (toMs - fromMs)))
  const from = fromMs + random() * (toMs - fromMs - length)
  const { ms, answer } = await ask(from, from + length)
  latencies.push(ms)
  marks.push(answer.lanes.reduce((sum, { column }) => sum + column.length, 0))
  check(answer.columns >= 1000 || answer.stepMs < 0.002, `${answer.columns} columns`)
  if (i % 20 === 0) await checkAgainstEvents(answer)
}
await checkAllLanes()
report<TilesRound>({
  p50: quantile([cold, ...latencies], 0.5),
  p95: quantile([cold, ...latencies], 0.95),
  worst: Math.max(cold, ...latencies),
  cold,
  whole: await askWhole(),
  marks: quantile(marks, 0.5),
})

async function ask(from: number, to: number): Promise<{ readonly ms: number; readonly answer: Tiles }> {
  const started = performance.now()
  const answer = await recording.tiles({ where: { from: wallMs(from), to: wallMs(to) }, width: 1500, lanes: 50 })
  return { ms: performance.now() - started, answer }
}

async function askWhole(): Promise<number> {
  const { ms, answer } = await ask(fromMs, toMs + 1)
  check(answer.lanes.length === 50 && answer.explain.corrupt === 0, 'there are 50 lanes, and no segment is damaged')
  return ms
}

/** Spans are one event each here, and two in what was recorded. */
async function checkAllLanes(): Promise<void> {
  const { lanes, isTruncated } = await recording.tiles({ lanes: 100 })
  const expected = (events / EVENTS_PER_FILM) * 10
  const count = lanes.reduce((sum, lane) => sum + lane.count, 0)
  check(!isTruncated && Math.abs(count - expected) <= 0.02 * expected, `${count} of ${expected} events are counted`)
}

/** What the first of its columns hold, if they are so short that a page of events has them all. */
async function checkAgainstEvents({ from, stepMs, columns: all, lanes }: Tiles): Promise<void> {
  if (stepMs > 2) return
  const columns = Math.min(all, Math.floor(5 / stepMs) + 1)
  // an instant at a border may be told on either side: wall time is less exact
  const where = { from: wallMs(from), to: wallMs(from + columns * stepMs) }
  const { items, cursor } = await recording.events({ where, limit: 10_000, values: false })
  if (cursor !== undefined) return
  const keys = new Set(lanes.map(({ key }) => key))
  const counted = lanes.reduce(
    (sum, { column, counts }) => sum + counts.reduce((own, count, i) => own + (column[i]! < columns ? count : 0), 0),
    0,
  )
  const expected = items.filter(({ site, kind }) => keys.has(site?.name ?? kind)).length
  check(Math.abs(counted - expected) <= 2, `${counted} of ${expected} events in ${columns} columns`)
}
