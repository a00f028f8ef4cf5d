/** Timelines from tiles against the same timelines from all events. */

import {
  type CinescopeEvent,
  KINDS,
  nodeId,
  PHASE,
  seq,
  spanIdOf,
  type Tiles,
  type TilesQuery,
  wallMs,
} from '@cinescope/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { extractFilms } from '../../src/recording/copy/extract.ts'
import { openRecording, recordingOf } from '../../src/recording/open-recording.ts'
import type { Recording } from '../../src/recording/recording.ts'
import type { EventStore } from '../../src/store/event-store.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { POINT } from '../recording/point.ts'
import { commitOf, DEFINITIONS, PROCESS } from '../recording/recording-fixture.ts'
import { type Offered, play } from '../recording/stream.ts'
import { Correlator } from '../../src/correlate/correlator.ts'
import { temporaryDirectory } from '../store/directory.ts'
import { filters, make, makings, ORIGIN, without } from './makings.ts'

const queries: fc.Arbitrary<TilesQuery> = fc.record(
  {
    where: filters,
    by: fc.constantFrom('site', 'kind', 'error', 'route', 'entity'),
    width: fc.constantFrom(1, 2, 7, 30, 400, 10_000),
    lanes: fc.constant(1000),
  },
  { requiredKeys: ['lanes'] },
)

/** All in one finished segment. */
const WHOLE = {
  readings: new Map<number, number>(),
  maxRows: 10,
  commits: new Map<number, boolean>(),
  left: 1,
  isSealed: true,
}

function filmOf(root: number): string {
  return spanIdOf(PROCESS.node, { thread: 0, seq: seq(root) })
}

/** What is told of the lanes as it can be computed from events: by lane, column and figure. */
function shownOf({ lanes }: Tiles): unknown {
  return lanes
    .map(({ key, count, errors, open, column, counts, errorCounts, longestMs }) => ({
      key,
      count,
      errors,
      open,
      marks: Array.from(column, (each, i) => [each, counts[i], errorCounts[i], longestMs[i]]),
    }))
    .filter(({ count }) => count > 0)
}

/** The lanes of all events, one by one. */
async function expectedOf(
  recording: Recording,
  query: TilesQuery,
  told: Tiles,
): Promise<{ readonly lanes: unknown; readonly carried: ReadonlyMap<string | undefined, number> }> {
  const { from: _from, to: _to, ...where } = query.where ?? {}
  const { items } = await recording.events({ where, limit: 10_000 })
  const { items: all } = await recording.events({ limit: 10_000 })
  const untilNs = Math.max(...all.map(({ atNs, durationNs }) => atNs + (durationNs ?? 0)))
  const stepNs = Math.round(told.stepMs * 1e6)
  // wall time is rounded, and the begin of a column is a multiple of it
  const first = Math.round(((told.from - ORIGIN) * 1e6) / stepNs)
  const lanes = new Map<string | undefined, CinescopeEvent[]>()
  const carried = new Map<string | undefined, number>()
  for (const event of items) {
    const column = Math.floor(event.atNs / stepNs) - first
    if (column >= told.columns) continue
    const key = keyOf(event, query.by)
    if (column < 0) {
      const endNs = event.open ? untilNs : event.atNs + (event.durationNs ?? -Infinity)
      const reach = Math.min(told.columns, Math.floor(endNs / stepNs) - first + 1)
      carried.set(key, Math.max(0, reach, carried.get(key) ?? 0))
      continue
    }
    lanes.set(key, [...(lanes.get(key) ?? []), event])
  }
  const sorted = Array.from(lanes).toSorted(
    ([a, { length: m }], [b, { length: n }]) => n - m || ((a ?? '') < (b ?? '') ? -1 : 1),
  )
  const shown = sorted.map(([key, events]) => {
    const columns = new Map<number, [number, number, number]>()
    for (const event of events) {
      const column = Math.floor(event.atNs / stepNs) - first
      const [count, errors, longest] = columns.get(column) ?? [0, 0, 0]
      const duration = event.open ? untilNs - event.atNs : (event.durationNs ?? 0)
      columns.set(column, [count + 1, errors + (event.error ? 1 : 0), Math.max(longest, duration / 1e6)])
    }
    return {
      key,
      count: events.length,
      errors: events.filter(({ error }) => error).length,
      open: events.filter(({ open }) => open).length,
      marks: Array.from(columns, ([column, figures]) => [column, ...figures]).toSorted(([a], [b]) => a! - b!),
    }
  })
  return { lanes: shown, carried }
}

function keyOf(event: CinescopeEvent, by: TilesQuery['by'] = 'site'): string | undefined {
  if (by === 'site') return event.site?.name ?? event.kind
  if (by === 'error') return event.error ? 'error' : 'ok'
  return event.kind
}

/** How many segments were answered by tiles, and for what others were read. */
async function compare(store: EventStore, asked: readonly TilesQuery[]): Promise<{ tiled: number; why: string[] }> {
  const [tiled, rows] = [recordingOf(store), recordingOf(without(store, 'tileBits', []))]
  const tally = { tiled: 0, why: [] as string[] }
  for (const query of asked) {
    const found = await tiled.tiles(query)
    const expected = await rows.tiles(query)
    expect(expected.explain.segmentsRolledUp).toBe(0)
    expect(shownOf(found)).toEqual(shownOf(expected))
    expect([found.from, found.stepMs, found.columns]).toEqual([expected.from, expected.stepMs, expected.columns])
    expectCarried(carriedOf(found), carriedOf(expected))
    if (query.by !== 'route' && query.by !== 'entity') {
      const { lanes, carried } = await expectedOf(tiled, query, found)
      expect(shownOf(found)).toEqual(lanes)
      expectCarried(carriedOf(found), carried)
    }
    tally.tiled += found.explain.segmentsRolledUp
    tally.why.push(...Object.keys(found.explain.readBecause))
  }
  return tally
}

/** To one column. */
function expectCarried(found: ReadonlyMap<string | undefined, number>, expected: typeof found): void {
  for (const key of new Set([...found.keys(), ...expected.keys()])) {
    const [is, should] = [found.get(key) ?? 0, expected.get(key) ?? 0]
    expect(Math.abs(is - should), `lane ${key} is carried ${is} columns, not ${should}`).toBeLessThanOrEqual(1)
  }
}

function carriedOf({ lanes }: Tiles): ReadonlyMap<string | undefined, number> {
  return new Map(lanes.map(({ key, carried }) => [key, carried]))
}

describe('timelines', () => {
  it('are those of a walk over all events, whatever was recorded, cut, pruned and asked', async () => {
    let tiled = 0
    const why = new Set<string>()
    const given = fc.tuple(makings, fc.array(queries, { minLength: 3, maxLength: 8 }))
    await fc.assert(
      fc.asyncProperty(given, async ([making, asked]) => {
        const store = createMemoryStore(PROCESS)
        // columns are those of the monotonic clock: a test of its own steps the other
        make(store, { ...making, readings: new Map() })
        const tally = await compare(store, asked)
        tiled += tally.tiled
        for (const each of tally.why) why.add(each)
      }),
      { numRuns: 300 },
    )
    expect(tiled).toBeGreaterThan(50)
    // chance need not meet all of them
    const reasons = ['columns shorter than slices', 'no tiles', 'open spans', 'tails', 'the filter', 'the grouping']
    expect(reasons).toEqual(expect.arrayContaining([...why]))
  })

  it('are so in a file too', async () => {
    await fc.assert(
      fc.asyncProperty(makings, fc.array(queries, { minLength: 3, maxLength: 6 }), async (making, asked) => {
        using directory = temporaryDirectory()
        const store = createSqliteStore(`${directory.path}/x.cine`, PROCESS)
        make(store, { ...making, readings: new Map() })
        await compare(store, asked)
        store.close()
      }),
      { numRuns: 15 },
    )
  })

  it('go on by the monotonic clock where the wall clock is set back', async () => {
    const stream = [1, 2, 3, 4].map((ms): Offered => ({ ...POINT, seq: ms, time: ms * 1e6 }))
    const store = createMemoryStore(PROCESS)
    make(store, {
      ...WHOLE,
      stream,
      readings: new Map([[2, -1000]]),
    })
    const recording = recordingOf(store)
    const { lanes, columns } = await recording.tiles({ width: 4 })
    expect(lanes.map(({ count }) => count)).toEqual([4])
    expect(columns).toBeLessThan(9)
    // that millisecond of the wall clock took a second
    const where = { from: wallMs(ORIGIN + 1), to: wallMs(ORIGIN + 2) }
    expect((await recording.tiles({ where, width: 4 })).columns).toBeLessThan(9)
  })

  it('say what they cannot do', async () => {
    const recording = recordingOf(createMemoryStore(PROCESS))
    await expect(recording.tiles({ width: 0 })).rejects.toThrow('the width in pixels must be 1 to 10000, got 0')
    await expect(recording.tiles({ lanes: 1e9 })).rejects.toThrow('the number of lanes must be 1 to 1000')
    expect(await recording.tiles()).toMatchObject({ columns: 0, lanes: [], isTruncated: false })
  })

  it('show what a thread that has fallen silent has not ended', async () => {
    const store = createMemoryStore(PROCESS)
    const silent = new Correlator({ thread: 0, maxRows: 10, maxValueBytes: 1000 })
    play([{ ...POINT, seq: 1, kind: KINDS.span, phase: PHASE.begin, time: 1e6 }], silent)
    store.commit(commitOf(silent.cut(false, 1000), silent.taken, DEFINITIONS))
    const busy = new Correlator({ thread: 1, maxRows: 10, maxValueBytes: 1000 })
    play(
      [1, 100].map((ms): Offered => ({ ...POINT, seq: ms, time: ms * 1e6 })),
      busy,
    )
    store.commit(commitOf(busy.cut(true, 1000), busy.taken, []))
    const where = { from: wallMs(ORIGIN + 50), to: wallMs(ORIGIN + 101) }
    const { lanes, columns } = await recordingOf(store).tiles({ where, by: 'kind' })
    expect(lanes.map(({ key, count }) => [key, count])).toEqual([
      ['log', 1],
      ['span', 0],
    ])
    // until the last event
    expect(lanes[1]!.carried).toBe(lanes[0]!.column[0]! + 1)
    expect(lanes[1]!.carried).toBeLessThan(columns)
  })

  it('show what has not ended in an extract too', async () => {
    using directory = temporaryDirectory()
    const store = createSqliteStore(`${directory.path}/all.cine`, PROCESS)
    const span = { ...POINT, seq: 1, root: 1, kind: KINDS.span, phase: PHASE.begin, time: 1e6 }
    const points = [2, 3, 4].map((n): Offered => ({ ...POINT, seq: n, root: 1, parent: 1, time: n * 1e6 }))
    make(store, { ...WHOLE, stream: [span, ...points], commits: new Map([[1, true]]) })
    store.finish()
    await extractFilms(`${directory.path}/all.cine`, [filmOf(1)], { path: `${directory.path}/few` })
    for (const file of ['all.cine', 'few']) {
      await using recording = openRecording(`${directory.path}/${file}`)
      const { lanes, explain } = await recording.tiles({ by: 'kind', width: 1 })
      expect(lanes.map(({ key, count, open }) => [key, count, open])).toEqual([
        ['log', 3, 0],
        ['span', 1, 1],
      ])
      expect(explain.segmentsRolledUp).toBeGreaterThan(0)
      expect(explain.segmentsRead).toBe(Object.values(explain.readBecause).reduce((sum, each) => sum + each, 0))
    }
  })

  it('go on where the wall clock is set back, over several recordings too', async () => {
    using directory = temporaryDirectory()
    for (const i of [0, 1]) {
      const process = { ...PROCESS, node: nodeId(`00000000000${i}`) }
      const store = createSqliteStore(`${directory.path}/${i}.cine`, process)
      const stream = [1, 2, 3, 4].map((ms): Offered => ({ ...POINT, seq: ms, time: ms * 1e6 }))
      make(store, { ...WHOLE, stream, readings: new Map([[2, -1000]]) })
      store.close()
    }
    await using recording = openRecording(directory.path)
    const { lanes } = await recording.tiles({ by: 'kind' })
    expect(lanes.map(({ count }) => count)).toEqual([8])
  })

  it('of several recordings are the sum of theirs', async () => {
    using directory = temporaryDirectory()
    const begun = [0, 40]
    for (const [i, ms] of begun.entries()) {
      const process = {
        ...PROCESS,
        node: nodeId(`00000000000${i}`),
        anchor: { ...PROCESS.anchor, wallMs: wallMs(ORIGIN + ms) },
      }
      const store = createSqliteStore(`${directory.path}/${i}.cine`, process)
      const stream = [1, 2, 3].map((at): Offered => ({
        ...POINT,
        seq: at,
        time: at * 10e6,
        ...(at === 3 ? { kind: KINDS.span, phase: PHASE.begin } : {}),
      }))
      make(store, { ...WHOLE, stream })
      store.close()
    }
    await using recording = openRecording(directory.path)
    const { lanes, from, stepMs, columns } = await recording.tiles({ width: 60 })
    expect(lanes).toHaveLength(1)
    expect(lanes[0]!.open).toBe(2)
    const [lane] = lanes
    const at = Array.from(lane!.column, (column) => from - ORIGIN + column * stepMs)
    for (const [i, ms] of [10, 20, 30, 50, 60, 70].entries())
      expect(Math.abs(at[i]! + stepMs / 2 - ms)).toBeLessThanOrEqual(stepMs)
    expect([lane!.count, lane!.column.length]).toEqual([6, 6])
    expect(columns * stepMs).toBeGreaterThan(60)
  })
})
