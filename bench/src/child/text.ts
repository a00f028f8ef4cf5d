/** One round of the rows for text search: first pages of a recording through an open handle. */

import { openRecording } from '@cinescope/core/reader'
import type { EventOrder } from '@cinescope/protocol'
import type { KeptRecording } from '../kept-recording.ts'
import { quantile } from '../statistics.ts'
import { COMMON, RARE, RARE_VALUES } from '../text-recording.ts'
import { check, childInput, report } from './child.ts'

/** What the parent asks for. */
export interface TextInput {
  readonly term: 'common' | 'rare'
  readonly recording: KeptRecording
}

/** Latencies in ms, pages of values per query. */
export interface TextRound {
  readonly p50: number
  readonly worst: number
  readonly pagesRead: number
  readonly pagesSkipped: number
}

const NOWHERE = 'thermodynamics'
const PAGE = 100

const input = childInput<TextInput>()
const latencies: number[] = []
let [pagesRead, pagesSkipped] = [0, 0]
await using recording = openRecording(input.recording.path)
await ask('unheard of', 'time', 0)
for (let i = 0; i < 20; i++) {
  const order = i % 2 === 0 ? 'time' : '-time'
  if (input.term === 'common') await ask(COMMON, order, PAGE)
  else await ask(RARE[i] ?? NOWHERE, order, i < RARE.length ? RARE_VALUES : 0)
  if (input.term === 'rare' && i === RARE.length) break
}
report<TextRound>({
  p50: quantile(latencies.slice(1), 0.5),
  worst: Math.max(...latencies.slice(1)),
  pagesRead: pagesRead / latencies.length,
  pagesSkipped: pagesSkipped / latencies.length,
})

async function ask(text: string, order: EventOrder, expected: number): Promise<void> {
  const started = performance.now()
  const { items, explain } = await recording.events({ where: { text }, order, limit: PAGE })
  latencies.push(performance.now() - started)
  pagesRead += explain.valuePagesRead
  pagesSkipped += explain.valuePagesSkipped
  check(items.length === expected, `${items.length} of ${expected} events have '${text}'`)
  check(
    items.every(({ value }) => JSON.stringify(value).includes(text)),
    'and each has it in its value',
  )
}
