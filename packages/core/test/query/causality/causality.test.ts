import { type CausalGraph, KINDS, PHASE, seq as seqOf, type SpanId, spanIdOf } from '@cinescope/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { causesOf, effectsOf } from '../../../src/query/causality/causal-graph.ts'
import { Correlator } from '../../../src/correlate/correlator.ts'
import { concurrentWith } from '../../../src/query/causality/concurrent.ts'
import { type Ground, groundOf } from '../../../src/query/causality/ground.ts'
import { pathBetween } from '../../../src/query/causality/path-between.ts'
import { story } from '../../../src/query/causality/story.ts'
import { SourceReader } from '../../../src/query/reading.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import { commitOf, PROCESS } from '../../recording/recording-fixture.ts'
import { type Actual, arbitraryWorld, type Choice, distances, viewOf, type World, worldOf } from './world.ts'

const index = fc.nat({ max: 1000 })
const depth = fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined })

function depthsOf({ nodes }: CausalGraph): ReadonlyMap<SpanId, number> {
  return new Map(nodes.map((node) => [node.event.id, node.depth]))
}

function within(all: ReadonlyMap<SpanId, number>, most: number = Infinity): ReadonlyMap<SpanId, number> {
  return new Map(Array.from(all).filter(([, at]) => at <= most))
}

/** Every edge of the model between these, as text. */
function edgesAmong(events: readonly Actual[], ids: ReadonlyMap<SpanId, number>): Set<string> {
  const edges = events.flatMap(({ id, causes }) => causes.map(({ from, how }) => ({ from, to: id, how })))
  return new Set(edges.filter(({ from, to }) => ids.has(from) && ids.has(to)).map((edge) => textOf(edge)))
}

function textOf({ from, to, how }: { from: string; to: string; how: string }): string {
  return `${from} ${how} ${to}`
}

async function eachWorld(
  check: (world: World, at: Actual, other: Actual, most?: number) => Promise<void>,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(arbitraryWorld(), index, index, depth, async (world, a, b, most) => {
      const { events } = world
      if (events.length > 0) await check(world, events[a % events.length]!, events[b % events.length]!, most)
    }),
    { numRuns: 100 },
  )
}

/** Roots that say that they were called by each other, and one by itself: what a row names in its own thread cannot be later. */
function circles(): Ground {
  const fold = new Correlator({ thread: 0, maxRows: 100, maxValueBytes: 10_000 })
  const callers = [3, 5, 1, 7]
  callers.forEach((caller, i) => {
    const [root, time] = [i * 2 + 1, i]
    const value = { 'cinescope.trace.id': 'ab'.repeat(16), 'cinescope.remote.parent': idOf(caller) }
    fold.record(viewOf({ seq: root, root, kind: KINDS.span, phase: PHASE.begin, time }))
    fold.record(viewOf({ seq: root + 1, root, parent: root, kind: KINDS.edge, phase: PHASE.point, time, value }))
  })
  const store = createMemoryStore(PROCESS)
  store.commit(commitOf(fold.cut(true, 1), fold.taken))
  return groundOf(new SourceReader(store).reading({}))
}

function ascending(a: number, b: number): number {
  return a - b
}

function idOf(seq: number): SpanId {
  return spanIdOf(PROCESS.node, { thread: 0, seq: seqOf(seq) })
}

describe('causality over threads and processes', () => {
  it('finds all that led to an event, at the distance of the shortest way, with every edge', async () => {
    await eachWorld(async ({ events, ground }, { id }, _other, most) => {
      const expected = within(distances(events, id, 'causes'), most)
      const graph = await causesOf(ground, id, most === undefined ? {} : { depth: most })
      expect(depthsOf(graph)).toEqual(expected)
      expect(new Set(graph.edges.map(textOf))).toEqual(edgesAmong(events, expected))
      const isCut = distances(events, id, 'causes').size > expected.size
      expect(graph.truncatedBy).toEqual(isCut ? ['depth'] : [])
    })
  })

  it('finds all that came of an event, at the distance of the shortest way, with every edge', async () => {
    await eachWorld(async ({ events, ground }, { id }, _other, most) => {
      const expected = within(distances(events, id, 'effects'), most)
      const graph = await effectsOf(ground, id, most === undefined ? {} : { depth: most })
      expect(depthsOf(graph)).toEqual(expected)
      expect(new Set(graph.edges.map(textOf))).toEqual(edgesAmong(events, expected))
      const isCut = distances(events, id, 'effects').size > expected.size
      expect(graph.truncatedBy).toEqual(isCut ? ['depth'] : [])
    })
  })

  it('does not take for cut what is met by a way too long first', async () => {
    const choice: Choice = { what: 'root', strand: 0, parent: 0, cause: undefined, sender: undefined, ends: 'never' }
    const { events, ground } = worldOf(
      [
        choice,
        { ...choice, what: 'point' },
        { ...choice, cause: 1, sender: 0 },
        { ...choice, what: 'point', parent: 1 },
      ],
      12,
    )
    const first = events[0]!.id
    for (const [most, isCut] of [
      [1, true],
      [2, false],
    ] as const)
      expect((await effectsOf(ground, first, { depth: most })).truncatedBy).toEqual(isCut ? ['depth'] : [])
  })

  it('finds what came of a span whose begin was lost, and which stands behind what came of it', async () => {
    const choice: Choice = { what: 'point', strand: 0, parent: 1, cause: undefined, sender: undefined, ends: 'never' }
    const root: Choice = { ...choice, what: 'root' }
    const { events, ground } = worldOf(
      [root, { ...choice, what: 'span', parent: 0, ends: 'lost begin' }, choice, choice],
      2,
    )
    const [first, ...others] = events.map(({ id }) => id)
    const graph = await effectsOf(ground, first!)
    expect(depthsOf(graph)).toEqual(new Map([[first, 0], ...others.map((id, i) => [id, i === 0 ? 1 : 2] as const)]))
  })

  it('ends in a recording that goes in circles, whatever is asked', async () => {
    const ground = circles()
    const ring = [1, 3, 5]
    for (const seq of ring) {
      const [up, down] = [await causesOf(ground, idOf(seq)), await effectsOf(ground, idOf(seq))]
      expect(up.nodes.map(({ event }) => event.seq).toSorted(ascending)).toEqual(ring)
      expect(up.edges).toHaveLength(3)
      expect(down.nodes.map(({ event }) => event.seq).toSorted(ascending)).toEqual([1, 2, 3, 4, 5, 6])
      for (const other of ring) expect((await pathBetween(ground, idOf(seq), idOf(other))).direction).toBe('forward')
      const told = await story(ground, idOf(seq))
      expect(told.films.map(({ film }) => film.id)).toEqual(ring.map(idOf))
      expect([told.edges.length, told.origins]).toEqual([3, []])
      // the fourth was called by itself, which is no cause
      expect((await concurrentWith(ground, idOf(seq))).items.map((each) => each.seq)).toEqual([7])
    }
    expect((await causesOf(ground, idOf(7))).edges).toEqual([])
  })

  it('gives the nearest events where there are more than the limit, and says so', async () => {
    await eachWorld(async ({ events, ground }, { id }) => {
      for (const [direction, ask] of [
        ['causes', causesOf],
        ['effects', effectsOf],
      ] as const) {
        const all = distances(events, id, direction)
        const { nodes, truncatedBy } = await ask(ground, id, { limit: 3 })
        expect(nodes.map((node) => node.depth)).toEqual(Array.from(all.values()).slice(0, 3))
        for (const node of nodes) expect(all.get(node.event.id)).toBe(node.depth)
        expect(truncatedBy).toEqual(all.size > 3 ? ['limit'] : [])
      }
    })
  })

  it('goes the shortest way from one event to another, whichever came first, or names the nearest cause of both', async () => {
    await eachWorld(async ({ events, ground }, a, b) => {
      const [above, below] = [distances(events, a.id, 'causes'), distances(events, b.id, 'causes')]
      const path = await pathBetween(ground, a.id, b.id)
      const way = below.get(a.id) ?? above.get(b.id)
      expect(path.direction).toBe(below.has(a.id) ? 'forward' : above.has(b.id) ? 'backward' : undefined)
      expect(path.events.length).toBe(way === undefined ? 0 : way + 1)
      const known = edgesAmong(events, new Map(events.map(({ id }) => [id, 0])))
      path.edges.forEach((edge, i) => {
        expect(known).toContain(textOf(edge))
        expect([edge.from, edge.to]).toEqual([path.events[i]?.id, path.events[i + 1]?.id])
      })
      if (way !== undefined) return
      const ways = Array.from(above).flatMap(([id, up]) => (below.has(id) ? [up + below.get(id)!] : []))
      const common = path.common === undefined ? undefined : above.get(path.common)! + below.get(path.common)!
      expect(common).toBe(ways.length === 0 ? undefined : Math.min(...ways))
    })
  })

  it('tells which spans of other films of the process were open meanwhile and are neither cause nor effect', async () => {
    await eachWorld(async ({ events, ground }, at, _other, limit = 100) => {
      const end = events.length + 1
      const lastOf = ({ to }: Actual): number => (to < 0 ? end : to)
      const related = new Set([
        ...distances(events, at.id, 'causes').keys(),
        ...distances(events, at.id, 'effects').keys(),
      ])
      const expected = events
        .filter((each) => each.isSpan && each.node === at.node && !related.has(each.id))
        .filter((each) => at.film === undefined || each.film !== at.film)
        .filter((each) => each.from <= Math.max(lastOf(at), 0) && lastOf(each) >= at.from)
        .map(({ id }) => id)
      const found: SpanId[] = []
      for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
        const page = await concurrentWith(ground, at.id, { limit, ...(cursor === undefined ? {} : { cursor }) })
        expect(page.items.length).toBeLessThanOrEqual(limit)
        found.push(...page.items.map(({ id }) => id))
        cursor = page.cursor
      }
      expect(found.toSorted()).toEqual(expected.toSorted())
    })
  })

  it('goes up again, in a story, from a film of it that one of another trace caused too', async () => {
    const choice: Choice = { what: 'root', strand: 1, parent: 0, cause: undefined, sender: undefined, ends: 'late' }
    const { events, ground } = worldOf(
      [{ ...choice, strand: 0 }, choice, { ...choice, sender: 0 }, { ...choice, what: 'point', parent: 1, cause: 0 }],
      12,
    )
    const [asked, other, called] = events.map(({ id }) => id)
    const told = await story(ground, asked!)
    expect(new Set(told.films.map(({ film }) => film.id))).toEqual(new Set([asked, other, called]))
  })

  it('tells the whole story of a film: every film joined to it by causes, in any direction', async () => {
    await eachWorld(async ({ events, ground }, { film }) => {
      if (film === undefined) return
      const told = await story(ground, film)
      const expected = storyOf(events, film)
      expect(new Set(told.films.map((each) => each.film.id))).toEqual(expected)
      for (const { from, to, cause, effect } of told.edges) {
        expect(
          edgesAmong(
            events,
            new Map([
              [cause, 0],
              [effect, 0],
            ]),
          ).size,
        ).toBeGreaterThan(0)
        expect([filmOf(events, cause), filmOf(events, effect)]).toEqual([from, to])
      }
      expect(told.truncatedBy).toEqual([])
    })
  })
})

function filmOf(events: readonly Actual[], id: SpanId): SpanId | undefined {
  return events.find((event) => event.id === id)?.film
}

/** Films of all events that are joined to the film by causes in any direction, or by being of one film. */
function storyOf(events: readonly Actual[], film: SpanId): Set<SpanId> {
  const joined = new Set(events.filter((each) => each.film === film))
  for (let size = 0; size !== joined.size;) {
    size = joined.size
    const [ids, films, causes] = [new Set<SpanId>(), new Set<SpanId>(), new Set<SpanId>()]
    for (const each of joined) {
      ids.add(each.id)
      if (each.film !== undefined) films.add(each.film)
      for (const { from } of each.causes) causes.add(from)
    }
    for (const each of events) {
      const isNear = causes.has(each.id) || each.causes.some(({ from }) => ids.has(from))
      if (isNear || (each.film !== undefined && films.has(each.film))) joined.add(each)
    }
  }
  return new Set(Array.from(joined).flatMap((each) => each.film ?? []))
}
