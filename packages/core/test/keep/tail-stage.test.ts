import { decodeSketch, FLAG, KINDS, type LedgerRow, PHASE, QuantileSketch, timeNs, wallMs } from '@cinescope/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KeepSettings } from '../../src/options/keep-settings.ts'
import type { RouteRow } from '../../src/base/route-row.ts'
import { Correlator } from '../../src/correlate/correlator.ts'
import { CHUNK_BYTES } from '../../src/keep/held-records.ts'
import { RouteTable } from '../../src/keep/route-table.ts'
import { TailStage } from '../../src/keep/tail-stage.ts'
import { recordingOf } from '../../src/recording/open-recording.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { commitOf, DEFINITIONS, PROCESS, seen, seenFilms } from '../recording/recording-fixture.ts'
import { arbitraryStream, expectedFilms, expectedOf, type Offered, play } from '../recording/stream.ts'
import { isApart, type TailModel, type Verdict, verdicts } from './tail-model.ts'

const SETTINGS: KeepSettings = {
  policy: 'tail',
  slowMs: 20,
  slowQuantile: 1,
  reservoir: 0,
  afterSeconds: 10,
  maxBytes: 1_048_576,
  maxEvents: 10_000,
  maxSeconds: 60,
}

const NOTHING: Offered = {
  seq: 0,
  kind: 0,
  phase: PHASE.point,
  flags: 0,
  time: 0,
  since: 0,
  number: 0,
  site: 0,
  parent: 0,
  root: 0,
  cause: 0,
  subject: 0,
  span: 0,
  value: undefined,
  isLost: false,
}

interface How {
  readonly slowMs: number
  readonly maxEvents: number
  readonly maxSeconds: number
  readonly ticks: readonly number[]
  readonly commits: readonly number[]
  readonly maxRows: number
  readonly ending: 'keep' | 'decide'
  readonly maxBytes?: number
}

const how: fc.Arbitrary<How> = fc.record({
  slowMs: fc.constantFrom(1, 3, 8, 20, 1000),
  maxEvents: fc.constantFrom(1, 2, 3, 5, 10_000),
  maxSeconds: fc.constantFrom(0.002, 0.01, 60),
  ticks: fc.array(fc.nat({ max: 80 }), { maxLength: 10 }),
  commits: fc.array(fc.nat({ max: 80 }), { maxLength: 10 }),
  maxRows: fc.integer({ min: 1, max: 30 }),
  ending: fc.constantFrom('keep', 'decide'),
})

/** Plays a stream through the stage into a store. */
function record(stream: readonly Offered[], { ticks, commits, maxRows, ending, ...settings }: How) {
  const store = createMemoryStore(PROCESS)
  const fold = new Correlator({ thread: 0, maxRows, maxValueBytes: 100_000 })
  const routes = new RouteTable(0, () => 0)
  const stage = new TailStage(fold, { ...SETTINGS, ...settings }, routes)
  let definitions = DEFINITIONS
  const commit = (): void => {
    store.commit({ ...commitOf(fold.cut(false, 20), fold.taken, definitions), lost: stage.lost() })
    definitions = []
  }
  play(stream, stage, (index) => {
    if (ticks.includes(index)) stage.tick(0)
    if (commits.includes(index)) commit()
  })
  stage.settle(ending)
  commit()
  return { store, fold, stage, routes }
}

const modelOf = ({ slowMs, maxEvents, maxSeconds, ticks, ending }: How): TailModel => ({
  slowNs: slowMs * 1e6,
  maxEvents,
  maxNs: maxSeconds * 1e9,
  ticks: new Set(ticks),
  ending,
})

/** The records that must be in the recording. */
function kept(stream: readonly Offered[], films: ReadonlyMap<number, Verdict>): Offered[] {
  return stream.filter(
    (each) => each.isLost || each.root === 0 || isApart(each) || films.get(each.root)?.isKept === true,
  )
}

type Figures = Pick<RouteRow, 'site' | 'films' | 'failed' | 'kept'> & { readonly durations: unknown }

const bySite = (a: Figures, b: Figures): number => a.site - b.site

function figuresOf(routes: RouteTable): Figures[] {
  const rows = routes.take(true)
  return rows
    .map(({ site, films, failed, kept, sketch }) => ({
      site,
      films,
      failed,
      kept,
      durations: decodeSketch(sketch).bins(),
    }))
    .toSorted(bySite)
}

/** What is known of the routes: of all roots that ended, kept or not. */
function expectedRoutes(stream: readonly Offered[], films: ReadonlyMap<number, Verdict>): Figures[] {
  const ends = stream.filter(({ isLost, phase, span, root }) => !isLost && phase === PHASE.end && span === root)
  return [...Map.groupBy(ends, ({ site }) => site)]
    .map(([site, of]) => {
      const sketch = new QuantileSketch()
      for (const { time, since } of of) sketch.add(time - since)
      const failed = of.filter(({ flags }) => (flags & FLAG.error) !== 0).length
      const kept = of.filter(({ root }) => films.get(root)?.isKept === true).length
      return { site, films: of.length, failed, kept, durations: sketch.bins() }
    })
    .toSorted(bySite)
}

const count = (rows: readonly LedgerRow[]): number => rows.reduce((sum, row) => sum + row.count, 0)

describe('tail', () => {
  it('keeps exactly the films that the model keeps, as they are when all is kept, and accounts for each other event', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryStream(), how, async (stream, told) => {
        const films = verdicts(stream, modelOf(told))
        const { store, fold, stage, routes } = record(stream, told)
        const recording = recordingOf(store)
        const events = await recording.events({ limit: 10_000 })
        const all = kept(stream, films)
        // holes are told of whatever becomes of a film, by what was lost and not by what is kept
        expect(seen(events.items)).toEqual(
          [
            ...expectedOf(all).filter(({ kind }) => kind !== KINDS.gap),
            ...expectedOf(stream).filter(({ kind }) => kind === KINDS.gap),
          ].toSorted((a, b) => a.seq - b.seq || (a.kind === KINDS.gap ? 1 : -1)),
        )
        const { items } = await recording.films({ limit: 10_000 })
        expect(seenFilms(items)).toEqual(expectedFilms(stream).filter(({ seq }) => films.get(seq)?.isKept === true))
        expect(items.filter(({ decidedEarly }) => decidedEarly)).toHaveLength(
          [...films.values()].filter(({ isKept, isEarly }) => isKept && isEarly).length,
        )
        expect(figuresOf(routes)).toEqual(expectedRoutes(stream, films))
        const delivered = stream.filter(({ isLost }) => !isLost)
        expect(stage.isHolding).toBe(false)
        expect(fold.taken.reduce((sum, each) => sum + each, 0)).toBe(all.filter(({ isLost }) => !isLost).length)
        expect(fold.taken.reduce((sum, each) => sum + each, 0) + count(stage.lost())).toBe(delivered.length)
      }),
      { numRuns: 400 },
    )
  })

  it('decides the oldest film early where there is no room, and keeps whole films or nothing of them', async () => {
    let early = 0
    await fc.assert(
      fc.asyncProperty(arbitraryStream({ minRecords: 20 }), how, async (stream, told) => {
        const few = { ...told, maxBytes: CHUNK_BYTES * 2, maxEvents: 10_000, maxSeconds: 60, ticks: [] }
        const { store, fold, stage } = record(stream, few)
        const { items } = await recordingOf(store).films({ limit: 10_000 })
        const whole = new Map(expectedFilms(stream).map((film) => [film.seq, film]))
        for (const film of seenFilms(items)) expect(film).toEqual(whole.get(film.seq))
        early += items.filter(({ decidedEarly }) => decidedEarly).length
        const taken = fold.taken.reduce((sum, each) => sum + each, 0)
        expect(taken + count(stage.lost())).toBe(stream.filter(({ isLost }) => !isLost).length)
      }),
      { numRuns: 200 },
    )
    expect(early).toBeGreaterThan(0)
  })

  it('has what dates a film in the segment that it comes to in the end, though the clock was set meanwhile', async () => {
    const store = createMemoryStore(PROCESS)
    const fold = new Correlator({ thread: 0, maxRows: 2, maxValueBytes: 100_000 })
    const stage = new TailStage(fold, SETTINGS, new RouteTable(0, () => 0))
    const span = { ...NOTHING, kind: KINDS.span, site: 1 }
    const root = { ...span, seq: 1, time: 1e6, phase: PHASE.begin, root: 1 }
    const rootless = (seq: number): Offered => ({ ...NOTHING, kind: KINDS.log, seq, time: seq * 1e6 })
    fold.anchor({ atNs: timeNs(0), wallMs: wallMs(1000) })
    play([root, rootless(2), rootless(3)], stage)
    fold.anchor({ atNs: timeNs(4e6), wallMs: wallMs(500_004) })
    stage.tick(4e6)
    const end = { ...span, seq: 9, time: 9e6, phase: PHASE.end, root: 1, span: 1, since: 1e6, flags: FLAG.error }
    play([4, 5, 6, 7, 8].map(rootless), stage)
    store.commit(commitOf(fold.cut(true, 1), fold.taken, DEFINITIONS))
    play([end], stage)
    store.commit(commitOf(fold.cut(true, 1), fold.taken))
    // a reader has the readings of all segments; retention may leave this one alone
    const { rows, anchors } = await store.read((view) => {
      const last = view.segments().at(-1)!
      return { rows: Array.from(view.rows(last).seq.subarray(0, 1)), anchors: view.meta(last).anchors }
    })
    expect([rows, anchors]).toEqual([
      [1],
      [
        { atNs: 0, wallMs: 1000 },
        { atNs: 4e6, wallMs: 500_004 },
      ],
    ])
    // once it is decided, they are let go of
    stage.tick(9e6)
    expect(fold.heldSince).toBe(Infinity)
  })
})
