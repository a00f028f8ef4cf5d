/** One entity that changes ten million times; its state at instants of it all is asked in chance order. See docs/torture.md. */

import { openRecording } from '@cinescope/core/reader'
import { type Entity, wallMs } from '@cinescope/protocol'
import { quantile } from '../../bench/src/statistics.ts'
import { chance } from '../../packages/core/test/badluck/chance.ts'
import { temporaryDirectory } from '../../packages/core/test/badluck/programs.ts'
import { startChild } from './child.ts'
import type { Torture } from './torture.ts'

const CHANGES = 10_000_000
const QUICK_CHANGES = 20_000
const LOOKS = 400
const QUICK_LOOKS = 20

/** What the program had recorded at a time. */
export interface Look {
  readonly atMs: number
  readonly n: number
}

/** What the program tells in the end. */
export interface Changed {
  readonly path: string
  readonly entity: Entity
  readonly looks: readonly Look[]
  readonly produced: number
  readonly dropped: number
}

/** See above. */
export const changes: Torture = {
  name: 'changes',
  about: 'an entity that changes ten million times',
  async run({ seed, isQuick, runs = isQuick ? QUICK_CHANGES : CHANGES, tell }) {
    await using directory = await temporaryDirectory()
    const looks = isQuick ? QUICK_LOOKS : LOOKS
    await using child = startChild('changing', [directory.path, String(runs), String(looks)])
    const started = performance.now()
    const changed = (await child.told()) as Changed
    tell(
      `${changed.produced} events, ${changed.dropped} dropped, in ${((performance.now() - started) / 1000).toFixed(0)} s`,
    )
    const { faults, tookMs } = await askedOf(changed, chance(seed))
    if (changed.produced < runs) faults.push(`${changed.produced} events of ${runs} changes`)
    const ms = (q: number): string => quantile(tookMs, q).toFixed(2)
    const figures = `${runs} changes, ${changed.dropped} events dropped; state at ${tookMs.length} instants p50 ${ms(0.5)} ms, p99 ${ms(0.99)} ms`
    return { figures, faults }
  },
}

/** Asks for the state at each look, the last write before it, and what is between two of them. */
async function askedOf(
  { path, entity, looks, dropped }: Changed,
  random: () => number,
): Promise<{ faults: string[]; tookMs: number[] }> {
  await using recording = openRecording(path)
  const [faults, tookMs]: [string[], number[]] = [[], []]
  const wrong = (what: string, { n }: Look, found: unknown): void =>
    void faults.push(`${what} after change ${n} is ${JSON.stringify(found)}`)
  for (const look of looks.toSorted(() => random() - 0.5)) {
    const at = wallMs(look.atMs)
    const started = performance.now()
    const found = await recording.stateAt(entity, at)
    tookMs.push(performance.now() - started)
    // what was dropped is told, and is no fault of the reader's
    const isTold = dropped > 0 && found?.lostChanges !== 0
    if (nOf(found?.state) !== look.n && !isTold) wrong('the state', look, found)
    const written = await recording.lastWrite(entity, 'n', at)
    if (written?.after !== nOf(found?.state)) wrong('the last write', look, written)
  }
  return { faults, tookMs }
}

function nOf(state: unknown): unknown {
  return (state as { readonly n?: unknown } | undefined)?.n
}
