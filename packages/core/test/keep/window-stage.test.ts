import { FLAG, isSpanKind, KINDS, type LedgerRow, PHASE } from '@cinescope/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KeepSettings } from '../../src/options/keep-settings.ts'
import { Correlator } from '../../src/correlate/correlator.ts'
import { CHUNK_BYTES } from '../../src/keep/held-records.ts'
import { RouteTable } from '../../src/keep/route-table.ts'
import { WindowStage } from '../../src/keep/window-stage.ts'
import { recordingOf } from '../../src/recording/open-recording.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { commitOf, DEFINITIONS, PROCESS, seen, seenFilms } from '../recording/recording-fixture.ts'
import { arbitraryStream, expectedFilms, expectedOf, type Offered, play } from '../recording/stream.ts'
import { isApart } from './tail-model.ts'

const SETTINGS: KeepSettings = {
  policy: 'window',
  slowMs: 20,
  slowQuantile: 1,
  reservoir: 0,
  afterSeconds: 0.005,
  maxBytes: 1_048_576,
  maxEvents: 10_000,
  maxSeconds: 60,
}

interface How {
  readonly slowMs: number
  readonly afterSeconds: number
  readonly ticks: readonly number[]
  readonly maxRows: number
  readonly ending: 'keep' | 'decide'
}

const how: fc.Arbitrary<How> = fc.record({
  slowMs: fc.constantFrom(3, 20, 1000),
  afterSeconds: fc.constantFrom(0, 0.002, 0.01),
  ticks: fc.array(fc.nat({ max: 80 }), { maxLength: 10 }),
  maxRows: fc.integer({ min: 1, max: 30 }),
  ending: fc.constantFrom('keep', 'decide'),
})

/** Plays a stream through the stage into a store. */
function record(stream: readonly Offered[], { ticks, maxRows, ending, ...settings }: How & Partial<KeepSettings>) {
  const store = createMemoryStore(PROCESS)
  const fold = new Correlator({ thread: 0, maxRows, maxValueBytes: 100_000 })
  const routes = new RouteTable(0, () => 0)
  const stage = new WindowStage(fold, { ...SETTINGS, ...settings }, routes)
  play(stream, stage, (index) => {
    if (ticks.includes(index)) stage.tick(0)
  })
  stage.settle(ending)
  store.commit(commitOf(fold.cut(false, 20), fold.taken, DEFINITIONS))
  return { store, fold, stage, routes }
}

const isOfFilm = (each: Offered): boolean => !each.isLost && each.root !== 0

/** Seqs of what is handed on by a window that holds everything: told by what happens, forth through the stream. */
function handedOn(stream: readonly Offered[], { slowMs, afterSeconds, ending }: How): Set<number> {
  const on = new Set<number>()
  const followed = new Set<number>()
  let openUntil = -Infinity
  const handOn = (each: Offered): void => {
    on.add(each.seq)
    if (each.phase === PHASE.begin && each.root === each.seq) followed.add(each.root)
    if (each.phase === PHASE.end && each.span === each.root) followed.delete(each.root)
  }
  stream.forEach((each, index) => {
    if (each.isLost) return
    const isError = (each.flags & FLAG.error) !== 0
    const isEnd = each.phase === PHASE.end && each.span === each.root
    const isSlow = isEnd && each.time - each.since > slowMs * 1e6
    if ((isError && (isEnd || !isSpanKind(each.kind))) || isSlow) {
      openUntil = each.time + afterSeconds * 1e9
      for (const held of stream.slice(0, index)) if (isOfFilm(held) && !on.has(held.seq)) handOn(held)
    }
    if (each.root !== 0 && (each.time <= openUntil || followed.has(each.root))) handOn(each)
  })
  return ending === 'keep' ? new Set(stream.filter(isOfFilm).map(({ seq }) => seq)) : on
}

const count = (rows: readonly LedgerRow[]): number => rows.reduce((sum, row) => sum + row.count, 0)
const sum = (counts: Float64Array): number => counts.reduce((total, each) => total + each, 0)

describe('the window', () => {
  it('is handed on whole when something happens, and then what comes, as the model says, in order and as it was', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryStream(), how, async (stream, told) => {
        const { store, fold, stage, routes } = record(stream, told)
        const on = handedOn(stream, told)
        const kept = stream.filter((each) => each.isLost || each.root === 0 || isApart(each) || on.has(each.seq))
        const events = await recordingOf(store).events({ limit: 10_000 })
        expect(seen(events.items).filter(({ kind }) => kind !== KINDS.gap)).toEqual(
          expectedOf(kept).filter(({ kind }) => kind !== KINDS.gap),
        )
        const { items } = await recordingOf(store).films({ limit: 10_000 })
        expect(seenFilms(items)).toEqual(expectedFilms(stream.filter(({ seq, isLost }) => isLost || on.has(seq))))
        expect(sum(fold.taken) + count(stage.lost())).toBe(stream.filter(({ isLost }) => !isLost).length)
        const ends = stream.filter((each) => isOfFilm(each) && each.phase === PHASE.end && each.span === each.root)
        const figures = routes.take(true)
        expect(figures.reduce((total, { films }) => total + films, 0)).toBe(ends.length)
        expect(figures.reduce((total, route) => total + route.kept, 0)).toBe(
          ends.filter(({ seq }) => on.has(seq)).length,
        )
      }),
      { numRuns: 400 },
    )
  })

  it('holds what is not older than it may be, if there is room, and not much more', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryStream({ minRecords: 30, losses: false }), fc.nat({ max: 79 }), async (stream, at) => {
        const trigger = stream[Math.min(at, stream.length - 1)]!
        const quiet = stream.slice(0, stream.indexOf(trigger)).map((each) => ({ ...each, flags: 0 }))
        const error = { ...trigger, kind: KINDS.error, phase: PHASE.point, flags: FLAG.error, root: 0, parent: 0 }
        const told = { slowMs: 1e6, afterSeconds: 0, ticks: [], maxRows: 1000, ending: 'decide' } as const
        const { store } = record([...quiet, error], { ...told, maxSeconds: 0.01 })
        const { items } = await recordingOf(store).events({ limit: 10_000 })
        const points = (since: number): number[] =>
          quiet
            .filter((each) => each.phase === PHASE.point && isOfFilm(each) && !isApart(each) && each.time >= since)
            .map(({ seq }) => seq)
        const there = new Set<number>(items.map(({ seq }) => seq))
        for (const seq of points(error.time - 10e6)) expect(there).toContain(seq)
        const young = new Set(points(error.time - 10e6 * (1 + 2 / 32)))
        for (const seq of points(-Infinity)) if (!young.has(seq)) expect(there).not.toContain(seq)
      }),
      { numRuns: 200 },
    )
  })

  it('lets the oldest go where there is no room, and accounts for it', () => {
    fc.assert(
      fc.property(arbitraryStream({ minRecords: 40 }), how, (stream, told) => {
        const { fold, stage } = record(stream, { ...told, maxBytes: CHUNK_BYTES * 2 })
        expect(stage.isHolding).toBe(false)
        expect(sum(fold.taken) + count(stage.lost())).toBe(stream.filter(({ isLost }) => !isLost).length)
      }),
      { numRuns: 200 },
    )
  })
})
