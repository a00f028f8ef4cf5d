/** Aggregates against plain walks over all events. */

import type { AggregateQuery, CinescopeEvent, EventFilter, GroupBy, Kind } from '@cinescope/protocol'
import { KINDS as CODES, wallMs } from '@cinescope/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OpenRecording } from '../../src/recording/recording.ts'
import { recordingOf } from '../../src/recording/open-recording.ts'
import { createScope } from '../../src/scope.ts'
import type { Scope } from '../../src/scope/running-scope.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { PROCESS, recordInto, UNCUT } from '../recording/recording-fixture.ts'
import { POINT } from '../recording/point.ts'
import type { Offered } from '../recording/stream.ts'

const NAMES = ['load', 'save', 'charge']
const KINDS: readonly Kind[] = ['span', 'log', 'error', 'state.snapshot', 'attribute']
const BY: readonly (GroupBy | undefined)[] = [
  undefined,
  'kind',
  'site',
  'route',
  'error',
  'entity',
  { attribute: 'user.plan' },
]

let scope: Scope
let recording: OpenRecording
let all: CinescopeEvent[]
const nameOfFilm = new Map<string, string>()

/** Films of nested spans, some of which are open across commits and segments, some of which fail. */
async function record(): Promise<void> {
  const cart = scope.entity('cart', 7)
  const ends: (() => void)[] = []
  for (let i = 0; i < 900; i++) {
    const name = NAMES[i % NAMES.length]!
    const work = (): void => {
      scope.log('line', { user: { plan: i % 4 === 0 ? 'pro' : 'free' }, i })
      if (i % 5 === 0) cart.snapshot({ i })
      scope.span('inner', () => scope.current()?.set('user.plan', 'pro'))
      if (i % 7 === 0) throw new RangeError('on purpose')
    }
    if (i % 10 === 0) void scope.span(`${name} later`, () => new Promise<void>((resolve) => ends.push(resolve)))
    try {
      scope.span(name, work)
    } catch {
      // it fails on purpose
    }
    if (i % 300 === 0) await scope.flush()
  }
  for (const end of ends.slice(5)) end()
  await new Promise((resolve) => setImmediate(resolve))
  await scope.flush()
}

beforeAll(async () => {
  scope = await createScope({ store: 'memory', sources: false })
  await record()
  recording = scope.recording()
  all = await Array.fromAsync(recording.stream({ limit: 5_000 }))
  for (const { id, name, film } of all) if (id === film) nameOfFilm.set(id, name)
})
afterAll(() => scope.stop())

function keyOf(event: CinescopeEvent, by: GroupBy | undefined): string | undefined {
  if (by === undefined) return undefined
  if (typeof by === 'object') {
    const { user, 'user.plan': flat } = (event.value ?? {}) as { user?: { plan?: string }; 'user.plan'?: string }
    return flat ?? user?.plan
  }
  if (by === 'kind') return event.kind
  if (by === 'site') return event.name
  if (by === 'error') return event.error ? 'error' : 'ok'
  if (by === 'entity') return event.subject === undefined ? undefined : `${event.subject.kind} ${event.subject.id}`
  return event.film === undefined ? undefined : nameOfFilm.get(event.film)
}

function isKept(event: CinescopeEvent, { kinds, error, minDurationMs, site, from }: EventFilter): boolean {
  if (kinds !== undefined && !kinds.includes(event.kind as Kind)) return false
  if (error !== undefined && event.error !== error) return false
  if (site !== undefined && event.name !== site) return false
  if (from !== undefined && event.at < from) return false
  return minDurationMs === undefined || (event.durationNs ?? -1) >= minDurationMs * 1e6
}

/** By key and bucket: how many, how many failed, what was measured. */
function walk(query: AggregateQuery): Map<string, { count: number; errors: number; measured: number[] }> {
  const groups = new Map<string, { count: number; errors: number; measured: number[] }>()
  for (const event of all) {
    if (!isKept(event, query.where ?? {})) continue
    const at = query.perMs === undefined ? undefined : Math.floor(event.at / query.perMs) * query.perMs
    const id = JSON.stringify([keyOf(event, query.by) ?? null, at ?? null])
    const group = groups.get(id) ?? { count: 0, errors: 0, measured: [] }
    groups.set(id, group)
    group.count++
    if (event.error) group.errors++
    if (query.measure === 'number') group.measured.push(event.number)
    else if (event.durationNs !== undefined) group.measured.push(event.durationNs / 1e6)
  }
  return groups
}

const queries = fc.record({
  where: fc.record(
    {
      kinds: fc.subarray([...KINDS], { minLength: 1 }),
      error: fc.boolean(),
      minDurationMs: fc.constantFrom(0, 0.01, 1),
      site: fc.constantFrom('inner', 'load', 'save later'),
    },
    { requiredKeys: [] },
  ),
  by: fc.constantFrom(...BY),
  perMs: fc.constantFrom(undefined, 1, 5, 1000),
  measure: fc.constantFrom<('duration' | 'number' | undefined)[]>(undefined, 'duration', 'number'),
})

describe('figures of events', () => {
  it('are those of a walk over all of them, for any filter, group, bucket and measure', async () => {
    expect(all.some(({ open }) => open)).toBe(true)
    // the walk itself has each event once, though some spans ended in a later segment than they began in
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
    await fc.assert(
      fc.asyncProperty(queries, async ({ where, by, perMs, measure }) => {
        const query: AggregateQuery = {
          where,
          ...(by === undefined ? {} : { by }),
          ...(perMs === undefined ? {} : { perMs }),
          ...(measure === undefined ? {} : { measure }),
          quantiles: [0, 0.5, 1],
          limit: 10_000,
        }
        const expected = walk(query)
        const { groups, isTruncated, relativeError } = await recording.aggregate(query)
        expect(isTruncated).toBe(false)
        expect(groups).toHaveLength(expected.size)
        for (const group of groups) {
          const { count, errors, measured } = expected.get(JSON.stringify([group.key ?? null, group.at ?? null]))!
          expect([group.count, group.errors, group.measured]).toEqual([count, errors, measured.length])
          const sorted = measured.toSorted((a, b) => a - b)
          expect([group.min, group.max]).toEqual([sorted[0], sorted.at(-1)])
          expect(group.sum).toBeCloseTo(
            measured.reduce((sum, each) => sum + each, 0),
            6,
          )
          const exact = [0, 0.5, 1].map((part) => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)])
          for (const [i, found] of group.quantiles.entries()) {
            if (exact[i] === undefined) expect(found).toBeUndefined()
            else expect(Math.abs(found! - exact[i])).toBeLessThanOrEqual(exact[i] * relativeError! * 1.000001)
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  it('come largest first, with rates, and say when some are left out', async () => {
    const { groups } = await recording.aggregate({ by: 'site' })
    const counts = groups.map(({ count }) => count)
    expect(counts).toEqual(counts.toSorted((a, b) => b - a))
    const [first] = groups
    expect(first!.perSecond).toBeGreaterThan(0)
    const few = await recording.aggregate({ by: 'site', limit: 2 })
    expect([few.isTruncated, few.groups]).toEqual([true, groups.slice(0, 2)])
    const perSecond = await recording.aggregate({ perMs: 1000, where: { from: wallMs(0) } })
    for (const { count, perSecond: rate } of perSecond.groups) expect(rate).toBe(count)
    expect(few.explain.plan).toMatch(/figures of everything, by "site"/)
  })

  it.each([
    [{ by: 'colour' }, /must be kind, site, route/],
    [{ by: { attribute: '' } }, /path to group by/],
    [{ perMs: 0 }, /1 ms or more/],
    [{ measure: 'weight' }, /duration or number/],
    [{ quantiles: [2] }, /from 0 to 1/],
    [{ limit: 0 }, /limit/],
  ])('%j is refused, with what would do', async (query, message) => {
    await expect(recording.aggregate(query as AggregateQuery)).rejects.toThrow(message)
  })
})

const METRIC: Offered = { ...POINT, kind: CODES.metric }

describe('figures of numbers that are further apart than a sketch has bins', () => {
  it('have no bound that they do not keep', async () => {
    const numbers = Array.from({ length: 6000 }, (_, i) => 10 ** (i / 10 - 300))
    const store = createMemoryStore(PROCESS)
    const stream = numbers.map((number, i) => ({ ...METRIC, seq: i + 1, number }))
    recordInto(store, stream, UNCUT)
    const { groups, relativeError } = await recordingOf(store).aggregate({ measure: 'number' })
    expect([groups[0]?.measured, relativeError]).toEqual([6000, undefined])
  })
})

describe('a rate', () => {
  it('is over the time from the first event to the last, in whatever order they are stored', async () => {
    const store = createMemoryStore(PROCESS)
    const stream = [5, 1, 9].map((second, i) => ({ ...POINT, seq: i + 1, time: second * 1e9 }))
    recordInto(store, stream, UNCUT)
    const { groups } = await recordingOf(store).aggregate()
    expect(groups.map(({ perSecond }) => perSecond)).toEqual([3 / 8])
  })
})
