/** What every store must do. One suite, run for each of them. */

import {
  BLOOM_SALT,
  bloomMayHold,
  type Definition,
  FLAG,
  KINDS,
  type LedgerRow,
  type TraceId,
} from '@cinescope/protocol'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { encodePlainRecord } from '../../src/base/plain-value.ts'
import type { Commit } from '../../src/base/commit.ts'
import type { RouteRow } from '../../src/base/route-row.ts'
import type { FilmChange } from '../../src/base/sealed-segment.ts'
import { Correlator } from '../../src/correlate/correlator.ts'
import type { EventSource, EventStore, FilmRow, FilmScan, PruneReport, StoreView } from '../../src/store/event-store.ts'
import { applyFilmChange } from '../../src/store/film-change.ts'
import { scanFilms } from '../../src/store/film-scan.ts'
import { commitOf, DEFINITIONS, recordInto, UNCUT } from '../recording/recording-fixture.ts'
import { arbitraryStream, type Offered, play } from '../recording/stream.ts'

/** A store as the suite meets it. */
export interface StoreUnderTest {
  readonly store: EventStore
  /** The recording as a reader beside the writer opens it. */
  readonly reader: EventSource
  dispose(): void
}

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736' as TraceId

/** Runs the suite. */
export function storeConformance(name: string, create: () => StoreUnderTest): void {
  const opened: StoreUnderTest[] = []
  const open = (): StoreUnderTest => {
    const under = create()
    opened.push(under)
    return under
  }
  afterEach(() => {
    for (const under of opened.splice(0)) under.dispose()
  })

  describe(`the ${name} store`, () => {
    it('is empty at first and live', async () => {
      const { store, reader } = open()
      expect(store.state()).toBe('live')
      expect(await snapshot(reader)).toEqual({ segments: [], films: [], ledger: [], counters: {}, sites: [] })
    })

    it('gives back each segment: summary, bloom, meta, rows and pages', async () => {
      const { store, reader } = open()
      const commit = sealedCommit(spans(50, 1))
      store.commit(commit)
      await reader.read((view) => {
        const [entry] = view.segments()
        const segment = commit.sealed[0]!
        expect(view.segments()).toHaveLength(1)
        expect(entry).toMatchObject({ summary: segment.summary, isTail: false })
        expect(Buffer.from(entry!.bloom)).toEqual(Buffer.from(segment.bloom))
        expect(bloomMayHold(entry!.bloom, BLOOM_SALT.root, 1)).toBe(true)
        expect(view.meta(entry!).pages).toHaveLength(segment.pages.length)
        expect(view.rows(entry!).length).toBe(50)
        segment.pages.forEach((page, i) => expect(Buffer.from(view.page(entry!, i))).toEqual(Buffer.from(page)))
        expect(() => view.page(entry!, segment.pages.length)).toThrow(
          expect.objectContaining({ code: 'CSC_ERR_CORRUPT' }),
        )
      })
    })

    it('keeps the dictionary: sites, keys, entities, and knows nothing that was not defined', async () => {
      const { store, reader } = open()
      const site = { name: 'GET /é/:id', framework: 'express', file: '/a b.ts', line: 3, column: 7 }
      const entity = { kind: 'actor', scope: 'node', id: "it's \u0000 1" }
      store.commit({
        ...emptyCommit(),
        definitions: [
          define.site(1, site),
          define.site(2, { name: 'bare' }),
          define.key(0, 'zero'),
          define.key(7, 'sev"en'),
          define.entity(3, entity),
        ],
      })
      await reader.read((view) => {
        expect([view.site(1), view.site(2), view.site(0), view.site(9)]).toEqual([
          site,
          { name: 'bare' },
          undefined,
          undefined,
        ])
        expect([...view.sites().keys()].toSorted((a, b) => a - b)).toEqual([1, 2])
        expect([view.key(0), view.key(7), view.key(8)]).toEqual(['zero', 'sev"en', undefined])
        expect([view.entity(3), view.entity(0), view.entity(4)]).toEqual([entity, undefined, undefined])
        expect(view.entityNumbers(entity)).toEqual([3])
        expect(view.entityNumbers({ ...entity, scope: 'other' })).toEqual([])
      })
    })

    it('finds every number of an entity that died and came back, the newest first', async () => {
      const { store, reader } = open()
      const entity = { kind: 'actor', scope: 'node', id: '1' }
      store.commit({ ...emptyCommit(), definitions: [define.entity(1, entity), define.entity(2, entity)] })
      expect(await reader.read((view) => view.entityNumbers(entity))).toEqual([2, 1])
    })

    it('replaces counters and the count of lost events, and adds nothing up', async () => {
      const { store, reader } = open()
      const lost = (count: number): LedgerRow[] => [{ reason: 'full', kind: 'log', count }]
      store.commit({ ...emptyCommit(), lost: lost(3), counters: { a: 1.5, b: 2 } })
      store.commit({ ...emptyCommit(), lost: lost(5), counters: { a: 4 } })
      await reader.read((view) => {
        expect(view.ledger()).toEqual(lost(5))
        expect(view.counters()['a']).toBe(4)
      })
    })

    it('has of each route of each thread the figures told last', async () => {
      const { store, reader } = open()
      const route = (thread: number, films: number): RouteRow => ({
        thread,
        site: 7,
        kind: 1,
        films,
        failed: 1,
        kept: 2,
        sketch: Uint8Array.of(1, films),
      })
      store.commit({ ...emptyCommit(), routes: [route(0, 3), route(5, 4)] })
      store.commit({ ...emptyCommit(), routes: [route(0, 8)] })
      store.commit(emptyCommit())
      const routes = await reader.read((view) => view.routes())
      expect(routes.map((each) => ({ ...each, sketch: Uint8Array.from(each.sketch) }))).toEqual([
        route(0, 8),
        route(5, 4),
      ])
    })

    it('drops the tails that a finished segment replaces, and no others', async () => {
      const { store, reader } = open()
      const fold = new Correlator({ thread: 0, maxRows: 1000, maxValueBytes: 1_000_000 })
      const cut = (stream: readonly Offered[], seal: boolean): void => {
        play(stream, fold)
        store.commit(commitOf(fold.cut(seal, 1000), fold.taken))
      }
      const tails = (): Promise<boolean[]> => reader.read((view) => view.segments().map(({ isTail }) => isTail))
      cut(spans(5, 1), false)
      cut(spans(5, 100), false)
      expect(await tails()).toEqual([true, true])
      cut(spans(5, 200), true)
      expect(await tails()).toEqual([false])
      expect(await reader.read((view) => view.segments().map((entry) => view.rows(entry).length))).toEqual([15])
      cut(spans(5, 300), false)
      expect(await tails()).toEqual([false, true])
    })

    it('leaves nothing of a commit that fails, and takes the same commit mended', async () => {
      const { store, reader } = open()
      store.commit(sealedCommit(spans(5, 1)))
      const before = await snapshot(reader)
      const good = sealedCommit(spans(5, 100))
      const bad = {
        ...good,
        definitions: [define.site(77, { name: 'never' })],
        films: [...good.films, { ...good.films[0]!, adopted: new Uint8Array([255]) }],
        counters: { never: 1 },
        lost: [{ reason: 'full', kind: 'log', count: 9 }],
      } satisfies Commit
      expect(() => store.commit(bad)).toThrow(expect.objectContaining({ name: 'CinescopeError' }))
      expect(await snapshot(reader)).toEqual(before)
      store.prune({ maxBytes: 1_000_000_000 })
      expect(await snapshot(reader)).toEqual(before)
      store.commit(good)
      expect(await reader.read((view) => view.segments().length)).toBe(2)
    })

    it('adds up the changes of a film, in whatever order they come and however they are split', async () => {
      const { store, reader } = open()
      const at = { thread: 0, seq: 500 }
      const begun: FilmChange = {
        ...at,
        time: 7000,
        hasRoot: true,
        kind: KINDS.request,
        site: 1,
        duration: undefined,
        status: 0,
        flags: 0,
        events: 1,
        errors: 0,
        lastSeq: 500,
        adopted: undefined,
      }
      const changes: FilmChange[] = [
        begun,
        {
          ...begun,
          time: 7100,
          hasRoot: false,
          kind: 0,
          site: 0,
          flags: FLAG.marked,
          events: 3,
          errors: 1,
          lastSeq: 520,
        },
        {
          ...begun,
          time: 7200,
          hasRoot: false,
          kind: 0,
          site: 0,
          events: 1,
          lastSeq: 510,
          adopted: encodePlainRecord({ 'cinescope.trace.id': TRACE }),
        },
        { ...begun, duration: 900, status: 503, flags: FLAG.error, events: 1, lastSeq: 530 },
      ]
      let thread = 0
      await fc.assert(
        fc.asyncProperty(fc.shuffledSubarray(changes, { minLength: 4 }), fc.nat({ max: 3 }), async (order, split) => {
          thread++
          const films = order.map((change) => ({ ...change, thread }))
          store.commit({ ...emptyCommit(), films: films.slice(0, split) })
          store.commit({ ...emptyCommit(), films: films.slice(split) })
          expect(await reader.read((view) => view.film(thread, 500))).toEqual({
            thread,
            seq: 500,
            time: 7000,
            duration: 900,
            kind: KINDS.request,
            site: 1,
            status: 503,
            flags: FLAG.error | FLAG.marked,
            events: 6,
            errors: 1,
            lastSeq: 530,
            trace: TRACE,
          })
        }),
        { numRuns: 30 },
      )
      expect(await reader.read((view) => view.filmsOfTrace(TRACE).length)).toBe(thread)
      expect(await reader.read((view) => view.filmsOfTrace(TRACE.replace('4', '5') as TraceId))).toEqual([])
      expect(await reader.read((view) => view.film(0, 501))).toBeUndefined()
    })

    it('adds changes up as `applyFilmChange` does', async () => {
      const { store, reader } = open()
      let seq = 0
      await fc.assert(
        fc.asyncProperty(fc.array(filmChange, { minLength: 1, maxLength: 8 }), async (list) => {
          seq += 100
          const changes = list.map((change) => ({ ...change, seq, lastSeq: seq + change.lastSeq }))
          for (const change of changes) store.commit({ ...emptyCommit(), films: [change] })
          let model: FilmRow | undefined
          for (const change of changes) model = applyFilmChange(model, change, () => undefined)
          expect(await reader.read((view) => view.film(0, seq))).toEqual(model)
        }),
        { numRuns: 50 },
      )
    })

    it('lists films by any condition, order, position and limit, as plain arrays do', async () => {
      const { store, reader } = open()
      const films = fc.sample(filmChange, { numRuns: 60, seed: 7 }).map((change, i) => ({ ...change, seq: 1 + i * 5 }))
      store.commit({ ...emptyCommit(), films })
      const all = films.map((change) => applyFilmChange(undefined, change, () => undefined))
      await fc.assert(
        fc.asyncProperty(filmScan, fc.option(fc.constantFrom(...all), { nil: undefined }), async (scan, after) => {
          const key = (film: FilmRow): number => (scan.order.endsWith('duration') ? (film.duration ?? -1) : film.time)
          const full: FilmScan = after === undefined ? scan : { ...scan, after: { key: key(after), id: after.seq } }
          const direction = scan.order.startsWith('-') ? -1 : 1
          const expected = all
            .filter((film) => matches(film, scan))
            .toSorted((a, b) => direction * (key(a) - key(b) || a.seq - b.seq))
            .filter((film) => after === undefined || direction * (key(film) - key(after) || film.seq - after.seq) > 0)
            .slice(0, scan.limit)
          expect(await reader.read((view) => view.films(full))).toEqual(expected)
          expect(scanFilms(all, full)).toEqual(expected)
        }),
        { numRuns: 300 },
      )
    })

    it('prunes the oldest segments first, never a tail, and moves their events from stored to pruned exactly', async () => {
      await fc.assert(
        fc.asyncProperty(
          arbitraryStream({ losses: false }),
          fc.double({ min: 0, max: 1, noNaN: true }),
          async (stream, share) => {
            const { store, reader, dispose } = create()
            const fold = recordInto(store, stream, { ...UNCUT, maxRows: 5 })
            const before = await snapshot(reader)
            const report = store.prune({ maxBytes: store.bytes() * share })
            const after = await snapshot(reader)
            const gone = before.segments.length - after.segments.length
            expect(after.segments).toEqual(before.segments.slice(gone))
            expect(report.segments).toBe(gone)
            expect(prunedEvents(report)).toBe(
              before.segments.slice(0, gone).reduce((sum, { events }) => sum + events, 0),
            )
            const total = (rows: readonly LedgerRow[], reason: string): number =>
              rows.filter((row) => row.reason === reason).reduce((sum, { count }) => sum + count, 0)
            expect(total(after.ledger, 'pruned')).toBe(prunedEvents(report))
            expect(total(after.ledger, 'stored')).toBe(after.segments.reduce((sum, { events }) => sum + events, 0))
            for (const [kind, count] of fold.taken.entries()) {
              const rows = after.ledger.filter(
                (row) => row.kind in KINDS && KINDS[row.kind as keyof typeof KINDS] === kind,
              )
              expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(count)
            }
            dispose()
          },
        ),
        { numRuns: 60 },
      )
    })

    it('prunes as few segments as bring it within a count of events and an age, and never one behind a younger one', async () => {
      await fc.assert(
        fc.asyncProperty(
          arbitraryStream({ losses: false }),
          fc.option(fc.integer({ min: 0, max: 100 }), { nil: Infinity, freq: 1 }),
          fc.integer({ min: 0, max: 100 }),
          async (stream, percentLeft, percentOfTime) => {
            const { store, reader, dispose } = create()
            recordInto(store, stream, { ...UNCUT, maxRows: 5 })
            const before = await reader.read((view) =>
              view.segments().map(({ isTail, summary }) => ({ isTail, ...summary })),
            )
            const stored = before.reduce((sum, { events }) => sum + events, 0)
            const maxEvents = stored === 0 ? 0 : Math.floor((stored * percentLeft) / 100)
            const times = before.map(({ timeHigh }) => timeHigh)
            const [first, last] = [Math.min(...times), Math.max(...times) + 1]
            const fromNs = before.length === 0 ? 0 : first + Math.round(((last - first) * percentOfTime) / 100)
            let left = stored
            const kept = before.findIndex(({ isTail, events, timeHigh }) => {
              if (isTail || (left <= maxEvents && timeHigh >= fromNs)) return true
              left -= events
              return false
            })
            let gone = 0
            for (let step = 1; step > 0; gone += step) step = store.prune({ maxEvents, fromNs }).segments
            expect(gone).toBe(kept === -1 ? before.length : kept)
            expect(
              await reader.read((view) => view.segments().map(({ isTail, summary }) => ({ isTail, ...summary }))),
            ).toEqual(before.slice(gone))
            dispose()
          },
        ),
        { numRuns: 60 },
      )
    })

    it('prunes nothing without a limit', () => {
      const { store } = open()
      store.commit(sealedCommit(spans(50, 1)))
      expect(store.prune({})).toMatchObject({ segments: 0, events: new Map() })
    })

    it('prunes everything finished when nothing is allowed, with the films that end there', async () => {
      const { store, reader } = open()
      store.commit(sealedCommit(spans(50, 1)))
      const report = store.prune({ maxBytes: 0 })
      expect(report).toMatchObject({ segments: 1, events: new Map([[0, 100]]) })
      const after = await snapshot(reader)
      expect(after).toMatchObject({ segments: [], films: [], ledger: [{ reason: 'pruned', kind: 'span', count: 100 }] })
    })

    it('keeps a film that has events in what is left', async () => {
      const { store, reader } = open()
      store.commit(sealedCommit(spans(50, 1)))
      const fold = new Correlator({ thread: 0, maxRows: 1000, maxValueBytes: 1_000_000 })
      play(spans(1, 1000), fold)
      store.commit(commitOf(fold.cut(false, 1000), fold.taken))
      store.prune({ maxBytes: 0 })
      expect((await snapshot(reader)).films.map(({ seq }) => seq)).toEqual([1000])
    })

    it('goes on pruning over several calls until the budget is kept', async () => {
      const { store, reader } = open()
      const fold = new Correlator({ thread: 0, maxRows: 4, maxValueBytes: 1_000_000 })
      play(spans(600, 1), fold)
      store.commit(commitOf(fold.cut(true, 1), fold.taken, DEFINITIONS))
      let events = 0
      for (let i = 0; i < 20; i++) events += prunedEvents(store.prune({ maxBytes: 0 }))
      expect(events).toBe(1200)
      expect((await snapshot(reader)).segments).toEqual([])
    })

    it('gives one view to a read although commits happen meanwhile', async () => {
      const { store, reader } = open()
      store.commit(sealedCommit(spans(5, 1)))
      await reader.read(async (view) => {
        const first = view.segments().length
        store.commit(sealedCommit(spans(5, 100)))
        await Promise.resolve()
        expect(view.segments().length).toBe(first)
        expect(view.segments().map((entry) => view.rows(entry).length)).toEqual([5])
      })
      expect(await reader.read((view) => view.segments().length)).toBe(2)
    })

    it('lets go of a read that rests: what it has listed stays readable, except what retention removes', async () => {
      const { store, reader } = open()
      const fold = new Correlator({ thread: 0, maxRows: 1000, maxValueBytes: 1_000_000 })
      const commit = (first: number, seal: boolean): void => {
        play(spans(5, first), fold)
        store.commit(commitOf(fold.cut(seal, 1000), fold.taken, DEFINITIONS))
      }
      commit(1, true)
      commit(100, false)
      commit(200, false)
      await reader.read(async (view) => {
        const [sealed, ...tails] = view.segments()
        const pages = tails.map((entry) => view.page(entry, 0))
        for (let i = 0; i < 3; i++) await view.rest()
        // takes the place of both tails
        commit(300, true)
        expect(tails.map((entry) => view.rows(entry).length)).toEqual([5, 5])
        expect(tails.map((entry) => view.meta(entry).pages.length)).toEqual([1, 1])
        expect(tails.map((entry) => view.page(entry, 0))).toEqual(pages)
        expect(() => view.page(tails[0]!, 1)).toThrow(expect.objectContaining({ code: 'CSC_ERR_CORRUPT' }))
        await view.rest()
        store.prune({ maxBytes: 0 })
        for (const read of [() => view.rows(sealed!), () => view.meta(sealed!), () => view.page(sealed!, 0)]) {
          expect(['read', 'CSC_ERR_PRUNED']).toContain(outcomeOf(read))
        }
        expect(tails.map((entry) => view.rows(entry).length)).toEqual([5, 5])
      })
      expect(await reader.read((view) => view.segments().length)).toBe(0)
    })

    it('is closed once it is finished', async () => {
      const { store } = open()
      store.commit(sealedCommit(spans(5, 1)))
      store.finish()
      expect(store.state()).toBe('closed')
    })
  })
}

function outcomeOf(read: () => unknown): string {
  try {
    read()
    return 'read'
  } catch (thrown) {
    return (thrown as { code: string }).code
  }
}

const define = {
  site: (number: number, site: Extract<Definition, { kind: 'site' }>['site']): Definition => ({
    kind: 'site',
    number,
    site,
  }),
  key: (number: number, text: string): Definition => ({ kind: 'key', number, text }),
  entity: (number: number, entity: Extract<Definition, { kind: 'entity' }>['entity']): Definition => ({
    kind: 'entity',
    number,
    entity,
  }),
}

/** A change as correlation makes it: what only the root tells is absent without it. */
const filmChange: fc.Arbitrary<FilmChange> = fc
  .record({
    thread: fc.constant(0),
    seq: fc.constant(1),
    time: fc.integer({ min: 0, max: 50 }),
    hasRoot: fc.boolean(),
    kind: fc.integer({ min: 0, max: 18 }),
    site: fc.integer({ min: 0, max: 3 }),
    duration: fc.option(fc.integer({ min: 0, max: 10 }), { nil: undefined }),
    status: fc.constantFrom(0, 200, 500),
    flags: fc.constantFrom(0, FLAG.error, FLAG.marked, FLAG.error | FLAG.aborted),
    events: fc.nat({ max: 5 }),
    errors: fc.nat({ max: 5 }),
    lastSeq: fc.nat({ max: 50 }),
    adopted: fc.constantFrom(
      undefined,
      encodePlainRecord({ 'cinescope.trace.id': TRACE }),
      encodePlainRecord({ other: 'x' }),
    ),
  })
  .map((change) => (change.hasRoot ? change : { ...change, kind: 0, site: 0, duration: undefined, status: 0 }))

const filmScan: fc.Arbitrary<FilmScan> = fc.record(
  {
    fromTime: fc.integer({ min: 0, max: 50 }),
    toTime: fc.integer({ min: 0, max: 50 }),
    minDuration: fc.double({ min: -1, max: 10, noNaN: true }),
    maxDuration: fc.double({ min: -1, max: 10, noNaN: true }),
    status: fc.constantFrom(0, 200, 500),
    flags: fc.constantFrom(FLAG.error, FLAG.error | FLAG.aborted),
    withoutFlags: fc.constantFrom(FLAG.error, FLAG.marked),
    sites: fc.subarray([0, 1, 2, 3]).map((list) => new Set(list)),
    during: fc.constantFrom(
      [],
      [{ from: 5, to: 30 }],
      [
        { from: -Infinity, to: 10 },
        { from: 20, to: 21 },
      ],
    ),
    order: fc.constantFrom('time' as const, '-time' as const, 'duration' as const, '-duration' as const),
    limit: fc.constantFrom(1, 3, 100),
  },
  { requiredKeys: ['order', 'limit'] },
)

function matches(film: FilmRow, scan: FilmScan): boolean {
  const flags = scan.flags ?? 0
  return (
    (scan.fromTime === undefined || film.time >= scan.fromTime) &&
    (scan.toTime === undefined || film.time < scan.toTime) &&
    (scan.minDuration === undefined || (film.duration ?? -1) >= scan.minDuration) &&
    (scan.maxDuration === undefined || (film.duration !== undefined && film.duration <= scan.maxDuration)) &&
    (scan.status === undefined || film.status === scan.status) &&
    (film.flags & flags) === flags &&
    (film.flags & (scan.withoutFlags ?? 0)) === 0 &&
    (scan.sites === undefined || scan.sites.has(film.site)) &&
    (scan.during === undefined || scan.during.some(({ from, to }) => film.time >= from && film.time < to))
  )
}

/** Roots that begin and end, `count` of them, from seq `first` on. */
export function spans(count: number, first: number): Offered[] {
  const common = { kind: KINDS.span, flags: 0, number: 0, site: 1, parent: 0, cause: 0, subject: 0, isLost: false }
  return Array.from({ length: count }, (_, i) => {
    const seq = first + i * 2
    return [
      { ...common, seq, phase: 1, time: seq * 1000, since: 0, root: seq, span: 0, value: seq },
      {
        ...common,
        seq: seq + 1,
        phase: 2,
        time: seq * 1000 + 500,
        since: seq * 1000,
        root: seq,
        span: seq,
        value: undefined,
      },
    ] satisfies Offered[]
  }).flat()
}

/** One finished segment of a stream, as a commit. */
export function sealedCommit(stream: readonly Offered[]): Commit {
  const fold = new Correlator({ thread: 0, maxRows: 65_536, maxValueBytes: 16_777_216 })
  play(stream, fold)
  return commitOf(fold.cut(true, 1), fold.taken, DEFINITIONS)
}

function emptyCommit(): Commit {
  return {
    sealed: [],
    tail: undefined,
    replacesTailsOf: undefined,
    films: [],
    definitions: [],
    taken: new Float64Array(64),
    lost: [],
    counters: {},
  }
}

/** All that a view shows, comparable. */
function snapshot(source: EventSource) {
  return source.read((view: StoreView) => ({
    segments: view
      .segments()
      .map(({ id, isTail, summary }) => ({ id, isTail, events: summary.events, low: summary.seqLow })),
    films: view.films({ order: 'time', limit: 10_000 }),
    ledger: view.ledger().toSorted((a, b) => `${a.reason} ${a.kind}`.localeCompare(`${b.reason} ${b.kind}`)),
    counters: { ...view.counters() },
    sites: [...view.sites().keys()].toSorted((a, b) => a - b),
  }))
}

function prunedEvents({ events }: PruneReport): number {
  return [...events.values()].reduce((sum, count) => sum + count, 0)
}
