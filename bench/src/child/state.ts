/** One round of the rows `state-at` and `state-ratio`: states at random instants through an open handle, after as many to warm up. */

import { readFileSync } from 'node:fs'
import { openRecording } from '@cinescope/core/reader'
import { wallMs } from '@cinescope/protocol'
import type { KeptRecording } from '../kept-recording.ts'
import { CHANGING, ENTITY, type StateFacts } from '../state-recording.ts'
import { quantile } from '../statistics.ts'
import { createRandom } from '../traffic.ts'
import { check, childInput, report } from './child.ts'

/** What the parent asks for. */
export interface StateInput {
  readonly recording: KeptRecording
  readonly seed: number
}

/** Latencies in ms. */
export interface StateRound {
  readonly p50: number
  readonly p99: number
  readonly worst: number
}

const QUERIES = 1000

const input = childInput<StateInput>()
const facts = JSON.parse(readFileSync(input.recording.factsPath, 'utf8')) as StateFacts
const random = createRandom(input.seed)
await using recording = openRecording(input.recording.path)

for (let i = 0; i < QUERIES; i++) await ask()
const latencies: number[] = []
for (let i = 0; i < QUERIES; i++) latencies.push(await ask())
report<StateRound>({ p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99), worst: Math.max(...latencies) })

async function ask(): Promise<number> {
  const at = facts.fromMs + 1 + random() * (facts.toMs - facts.fromMs - 1)
  const started = performance.now()
  const found = await recording.stateAt(ENTITY, wallMs(at))
  const ms = performance.now() - started
  const state = found?.state as Record<string, number>
  const newest = Math.max(...CHANGING.map((name) => state[name]!))
  const noted = facts.notedMs.findLastIndex((each) => each <= at) * facts.notedEvery
  check(
    found?.lostChanges === 0 && newest >= noted - 1 && newest <= noted + facts.notedEvery + 1,
    'the state is that of the instant',
  )
  check(
    CHANGING.every((name) => newest - state[name]! < CHANGING.length),
    'and whole',
  )
  return ms
}
