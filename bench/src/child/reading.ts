/** One round of the rows `film` and `range`: queries of a big recording through an open handle, after as many to warm up. */

import { openRecording } from '@cinescope/core/reader'
import { type EventQuery, type Kind, wallMs } from '@cinescope/protocol'
import { type BigRecording, factsOf } from '../big-recording.ts'
import { quantile } from '../statistics.ts'
import { createRandom, EVENTS_PER_FILM } from '../traffic.ts'
import { check, childInput, report } from './child.ts'

/** What the parent asks for. */
export interface ReadingInput {
  readonly row: 'film' | 'range'
  readonly recording: BigRecording
  readonly seed: number
  readonly queries?: number
}

/** Latencies in ms. */
export interface ReadingRound {
  readonly p50: number
  readonly p99: number
  readonly worst: number
  /** Segments read per query, mean. */
  readonly segmentsRead: number
}

const PAGE = 100
/** Kinds of a film's events in the recording, often and rare. */
const KINDS_ASKED: readonly Kind[] = ['request', 'middleware', 'handler', 'query', 'error']

const input = childInput<ReadingInput>()
const facts = factsOf(input.recording)
const queries = input.queries ?? 200
const random = createRandom(input.seed)
await using recording = openRecording(input.recording.path)
const ledger = await recording.ledger()
check(ledger.stored === facts.events && ledger.dropped === 0, 'the recording holds every event')

const ask = input.row === 'film' ? readFilm : readRange
for (let i = 0; i < queries; i++) await ask()
const latencies: number[] = []
let segmentsRead = 0
for (let i = 0; i < queries; i++) {
  const { ms, segments } = await ask()
  latencies.push(ms)
  segmentsRead += segments
}
report<ReadingRound>({
  p50: quantile(latencies, 0.5),
  p99: quantile(latencies, 0.99),
  worst: Math.max(...latencies),
  segmentsRead: segmentsRead / queries,
})

async function readFilm(): Promise<{ ms: number; segments: number }> {
  const id = facts.filmIds[Math.floor(random() * facts.filmIds.length)]!
  const started = performance.now()
  const { summary, events, explain } = await recording.film(id)
  const ms = performance.now() - started
  const offered = events.reduce((sum, event) => sum + (event.durationNs === undefined ? 1 : 2), 0)
  check(
    summary.id === id && summary.events === EVENTS_PER_FILM && offered === EVENTS_PER_FILM,
    'a film has all its events',
  )
  check(explain.corrupt === 0 && events.every((event) => event.value !== undefined), 'and their values')
  return { ms, segments: explain.segmentsRead }
}

/** From a thousandth to a tenth of the recording, anywhere in it. */
async function readRange(): Promise<{ ms: number; segments: number }> {
  const span = facts.toMs - facts.fromMs
  const length = span * 10 ** (-1 - 2 * random())
  const from = facts.fromMs + random() * (span - length)
  const kind = KINDS_ASKED[Math.floor(random() * KINDS_ASKED.length)]!
  const query: EventQuery = { where: { from: wallMs(from), to: wallMs(from + length), kinds: [kind] }, limit: PAGE }
  const started = performance.now()
  const { items, explain } = await recording.events(query)
  const ms = performance.now() - started
  const isInside = items.every(
    (event, i) =>
      event.kind === kind &&
      event.at >= from - 0.01 &&
      event.at < from + length + 0.01 &&
      (i === 0 || items[i - 1]!.atNs <= event.atNs),
  )
  check(isInside && explain.corrupt === 0, 'a page holds what was asked for, in order')
  // a film in fifty fails, each other kind is in every one
  const expected = ((kind === 'error' ? facts.failedFilms : facts.films) * length) / span
  check(
    items.length === PAGE || (items.length > 0.3 * expected - 10 && items.length < 3 * expected + 10),
    'a page is full where there is enough',
  )
  return { ms, segments: explain.segmentsRead }
}
