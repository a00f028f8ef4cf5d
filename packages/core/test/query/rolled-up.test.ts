/** Figures from roll-ups against the same figures from rows. */

import { type AggregateQuery, type GroupBy } from '@cinescope/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recordingOf } from '../../src/recording/open-recording.ts'
import type { EventStore } from '../../src/store/event-store.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { PROCESS } from '../recording/recording-fixture.ts'
import { POINT } from '../recording/point.ts'
import type { Offered } from '../recording/stream.ts'
import { temporaryDirectory } from '../store/directory.ts'
import { filters, make, makings, ORIGIN, without } from './makings.ts'

const BY: readonly GroupBy[] = ['kind', 'site', 'route', 'status', 'error', 'entity']
const queries: fc.Arbitrary<AggregateQuery> = fc.record(
  {
    where: filters,
    by: fc.constantFrom(...BY),
    perMs: fc.constantFrom(5, 20, 100, 1000),
    measure: fc.constantFrom<('duration' | 'number')[]>('duration', 'number'),
    histogram: fc.constantFrom(1.03, 2),
    quantiles: fc.constant([0, 0.1, 0.5, 0.9, 1]),
  },
  { requiredKeys: ['quantiles'] },
)

/** How many segments were answered by roll-ups, and for what others were read. */
async function compare(
  store: EventStore,
  asked: readonly AggregateQuery[],
): Promise<{ rolled: number; why: string[] }> {
  const [rolled, rows] = [recordingOf(store), recordingOf(without(store, 'rollup', undefined))]
  const tally = { rolled: 0, why: [] as string[] }
  for (const query of asked) {
    const found = await rolled.aggregate(query)
    const expected = await rows.aggregate(query)
    expect(expected.explain.segmentsRolledUp).toBe(0)
    expect({ ...found, explain: undefined }).toEqual({ ...expected, explain: undefined })
    const { segments, segmentsRead, segmentsRolledUp, segmentsSkipped, readBecause, rowsMatched } = found.explain
    expect(rowsMatched).toBe(expected.explain.rowsMatched)
    const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0)
    expect(segments).toBe(segmentsRead + segmentsRolledUp + sum(segmentsSkipped))
    expect(sum(readBecause)).toBe(segmentsRead)
    tally.rolled += segmentsRolledUp
    tally.why.push(...Object.keys(readBecause))
  }
  return tally
}

describe('figures from roll-ups', () => {
  it('are exactly those of a walk over the rows, whatever was recorded, cut, pruned and asked', async () => {
    let rolled = 0
    const why = new Set<string>()
    const given = fc.tuple(makings, fc.array(queries, { minLength: 5, maxLength: 15 }))
    await fc.assert(
      fc.asyncProperty(given, async ([making, asked]) => {
        const store = createMemoryStore(PROCESS)
        make(store, making)
        const tally = await compare(store, asked)
        rolled += tally.rolled
        for (const each of tally.why) why.add(each)
      }),
      { numRuns: 300 },
    )
    expect(rolled).toBeGreaterThan(200)
    expect([...why].toSorted()).toEqual([
      'borders of buckets',
      'films under way',
      'tails',
      'the ends of the range',
      'the filter',
      'the grouping',
    ])
  })

  it('are so in a file too', async () => {
    await fc.assert(
      fc.asyncProperty(makings, fc.array(queries, { minLength: 3, maxLength: 6 }), async (making, asked) => {
        using directory = temporaryDirectory()
        const store = createSqliteStore(`${directory.path}/x.cine`, PROCESS)
        make(store, making)
        await compare(store, asked)
        store.close()
      }),
      { numRuns: 15 },
    )
  })

  it('tell buckets apart while the wall clock goes away and comes back', async () => {
    const stream = [1, 2, 3].map((ms): Offered => ({ ...POINT, seq: ms, time: ms * 1e6 }))
    const readings = new Map([
      [1, 25],
      [2, 0],
    ])
    const store = createMemoryStore(PROCESS)
    make(store, { stream, readings, maxRows: 10, commits: new Map(), left: 1, isSealed: true })
    await compare(store, [{ perMs: 10 }])
    const { groups, explain } = await recordingOf(store).aggregate({ perMs: 10 })
    expect(groups.map(({ at, count }) => [at! - ORIGIN, count])).toEqual([
      [0, 2],
      [20, 1],
    ])
    expect(explain.readBecause).toEqual({ 'borders of buckets': 1 })
  })
})
