import {
  type EventFilter,
  type EventOrder,
  type EventQuery,
  type Explain,
  type Kind,
  kindName,
  KINDS,
  seq as seqOf,
  type SpanId,
  spanIdOf,
  wallMs,
} from '@cinescope/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recordingOf } from '../../src/recording/open-recording.ts'
import type { OpenRecording } from '../../src/recording/recording.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { type Cutting, PROCESS, recordInto, seenOf, UNCUT } from '../recording/recording-fixture.ts'
import { arbitraryStream, type Expected, expectedOf, type Offered } from '../recording/stream.ts'
import { sealedCommit, spans } from '../store/conformance.ts'

const ORIGIN = PROCESS.anchor.wallMs
const id = (seq: number): SpanId => spanIdOf(PROCESS.node, { thread: 0, seq: seqOf(seq) })
const cutting: fc.Arbitrary<Cutting> = fc.record({
  maxRows: fc.integer({ min: 2, max: 20 }),
  maxValueBytes: fc.constantFrom(64, 100_000),
  sealRows: fc.integer({ min: 1, max: 20 }),
  commits: fc.array(fc.tuple(fc.nat({ max: 80 }), fc.boolean()), { maxLength: 20 }).map((list) => new Map(list)),
})

function record(stream: readonly Offered[], how: Cutting = UNCUT): OpenRecording {
  const store = createMemoryStore(PROCESS)
  recordInto(store, stream, how)
  return recordingOf(store)
}

/** A filter whose references point to seqs of the stream where they can. */
function filterOf(stream: readonly Offered[]): fc.Arbitrary<EventFilter> {
  const seq = stream.length === 0 ? fc.constant(1) : fc.constantFrom(...stream.map((each) => each.seq))
  const time = fc.integer({ min: 0, max: 80 }).map((ms) => wallMs(ORIGIN + ms))
  return fc.record(
    {
      from: time,
      to: time,
      kinds: fc.subarray<Kind>(['span', 'log', 'error', 'gap', 'state.snapshot'], { minLength: 1 }),
      site: fc.constantFrom('site 1', 'site 2', 'site *', '*', 'nothing', 's*e 3', '*4'),
      film: seq.map(id),
      parent: seq.map(id),
      error: fc.boolean(),
      minDurationMs: fc.integer({ min: 0, max: 10 }),
      maxDurationMs: fc.integer({ min: 0, max: 10 }),
      attributes: fc.nat({ max: 20 }).map((n) => ({ n })),
    },
    { requiredKeys: [] },
  )
}

/** The model: one condition after the other over a plain list. */
function matches(event: Expected, where: EventFilter): boolean {
  const at = ORIGIN + event.time / 1e6
  const name = event.site === 0 ? undefined : `site ${event.site}`
  const documents = [event.value, event.result] as readonly ({ n?: number } | undefined)[]
  return (
    (where.from === undefined || at >= where.from) &&
    (where.to === undefined || at < where.to) &&
    (where.kinds === undefined || where.kinds.includes(kindName(event.kind)!)) &&
    (where.site === undefined ||
      (name !== undefined && new RegExp(`^${where.site.replaceAll('*', '.*')}$`).test(name))) &&
    (where.film === undefined || (event.root !== 0 && id(event.root) === where.film)) &&
    (where.parent === undefined || (event.parent !== 0 && id(event.parent) === where.parent)) &&
    (where.error === undefined || event.error === where.error) &&
    (where.minDurationMs === undefined || (event.duration ?? -1) >= where.minDurationMs * 1e6) &&
    (where.maxDurationMs === undefined ||
      (event.duration !== undefined && event.duration <= where.maxDurationMs * 1e6)) &&
    (where.attributes === undefined || documents.some((each) => each?.n === where.attributes?.['n']))
  )
}

function sorted(events: readonly Expected[], order: EventOrder): Expected[] {
  const key = (event: Expected): number => (order.endsWith('duration') ? (event.duration ?? -1) : event.time)
  const direction = order.startsWith('-') ? -1 : 1
  return events.toSorted((a, b) => direction * (key(a) - key(b) || a.seq - b.seq))
}

function expectTrue(explain: Explain): void {
  const skipped = Object.values(explain.segmentsSkipped).reduce((sum, count) => sum + count, 0)
  expect(explain.segmentsRead + skipped).toBe(explain.segments)
  expect(explain.corrupt).toBe(0)
}

async function pages(
  recording: OpenRecording,
  query: EventQuery,
  between: () => void = () => undefined,
): Promise<Expected[]> {
  const all: Expected[] = []
  for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
    const page = await recording.events(cursor === undefined ? query : { ...query, cursor })
    expect(page.items.length).toBeLessThanOrEqual(query.limit ?? 100)
    expectTrue(page.explain)
    all.push(...page.items.map(seenOf))
    cursor = page.cursor
    between()
  }
  return all
}

describe('a query for events', () => {
  it('finds what a plain filter, sort and slice of the events finds, whatever is asked and however it is stored', async () => {
    const order = fc.constantFrom<EventOrder>('time', '-time', 'duration', '-duration')
    const asked = arbitraryStream().chain((stream) =>
      fc.tuple(fc.constant(stream), cutting, filterOf(stream), order, fc.constantFrom(1, 3, 10_000)),
    )
    await fc.assert(
      fc.asyncProperty(asked, async ([stream, how, where, by, limit]) => {
        const recording = record(stream, how)
        const expected = sorted(
          expectedOf(stream).filter((event) => matches(event, where)),
          by,
        )
        const page = await recording.events({ where, order: by, limit })
        expect(page.items.map(seenOf)).toEqual(expected.slice(0, limit))
        expect(page.explain.rowsMatched).toBeGreaterThanOrEqual(page.items.length)
        expectTrue(page.explain)
      }),
      { numRuns: 400 },
    )
  })

  it('gives each match exactly once over all pages, in order', async () => {
    const order = fc.constantFrom<EventOrder>('time', '-time', 'duration', '-duration')
    await fc.assert(
      fc.asyncProperty(
        arbitraryStream({ losses: false }),
        cutting,
        order,
        fc.integer({ min: 1, max: 9 }),
        async (stream, how, by, limit) => {
          expect(await pages(record(stream, how), { order: by, limit })).toEqual(sorted(expectedOf(stream), by))
        },
      ),
      { numRuns: 100 },
    )
  })

  it('gives each match exactly once although segments are added between the pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryStream({ losses: false }),
        cutting,
        fc.constantFrom<EventOrder>('time', '-time'),
        async (stream, how, by) => {
          const steps: (() => void)[] = []
          const store = createMemoryStore(PROCESS)
          const copy = createMemoryStore(PROCESS)
          // the same commits are made twice: at once into `copy`, one a page into `store`
          const recorder = {
            ...copy,
            commit: (commit: Parameters<typeof store.commit>[0]) => void steps.push(() => store.commit(commit)),
          }
          recordInto(recorder, stream, how)
          steps.shift()?.()
          const before = new Set((await recordingOf(store).events({ limit: 10_000 })).items.map(({ seq }) => seq))
          const seqs = (await pages(recordingOf(store), { order: by, limit: 2 }, () => steps.shift()?.())).map(
            ({ seq }) => seq,
          )
          expect(new Set(seqs).size).toBe(seqs.length)
          expect(seqs.filter((seq) => before.has(seq))).toHaveLength(before.size)
        },
      ),
      { numRuns: 60 },
    )
  })

  it.each([
    [{ limit: 0 }, 'CSC_ERR_QUERY'],
    [{ limit: 10_001 }, 'CSC_ERR_QUERY'],
    [{ limit: 1.5 }, 'CSC_ERR_QUERY'],
    [{ cursor: 'nonsense' }, 'CSC_ERR_QUERY'],
    [{ cursor: '-time:1:2' }, 'CSC_ERR_QUERY'],
    [{ where: { kinds: ['nonsense' as never] } }, 'CSC_ERR_QUERY'],
    [{ where: { film: 'nonsense' as never } }, 'CSC_ERR_ID'],
    [{ where: { parent: '0123' as never } }, 'CSC_ERR_ID'],
  ] satisfies [EventQuery, string][])('refuses %o', async (query, code) => {
    await expect(record([]).events(query)).rejects.toMatchObject({ code })
  })

  it.each([{ limit: 1 }, { limit: 10_000 }, { cursor: 'time:-1:0' }] satisfies EventQuery[])(
    'takes %o',
    async (query) => {
      expect((await record([]).events(query)).items).toEqual([])
    },
  )

  it.each<[EventFilter, number[]]>([
    [{ from: wallMs(ORIGIN + 2) }, [2, 3]],
    [{ to: wallMs(ORIGIN + 2) }, [1]],
    [{ minDurationMs: 20 }, [2, 3]],
    [{ maxDurationMs: 20 }, [1, 2]],
  ])('meets the border of %o', async (where, seqs) => {
    const common = {
      kind: KINDS.span,
      flags: 0,
      number: 0,
      site: 1,
      parent: 0,
      cause: 0,
      subject: 0,
      value: undefined,
      isLost: false,
    }
    const begins = [1, 2, 3].map((seq) => ({ ...common, seq, phase: 1, root: seq, time: seq * 1e6, since: 0, span: 0 }))
    const ends = begins.map((begin) => ({
      ...begin,
      seq: begin.seq + 3,
      phase: 2,
      time: begin.time + begin.seq * 1e7,
      since: begin.time,
      span: begin.seq,
    }))
    const { items } = await record([...begins, ...ends]).events({ where })
    expect(items.map(({ seq }) => seq)).toEqual(seqs)
  })

  it('is given up when its caller aborts', async () => {
    const stream = fc.sample(arbitraryStream({ losses: false, maxRecords: 80 }), { numRuns: 1, seed: 1 })[0]!
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(record(stream).events({}, { signal })).rejects.toMatchObject({
      code: 'CSC_ERR_ABORTED',
      cause: { message: 'enough' },
    })
  })
})

describe('the plan of a query', () => {
  const store = createMemoryStore(PROCESS)
  // five segments of twenty spans, one every 2 us from 1, 101, 201, 301 and 401 us on
  for (let i = 0; i < 5; i++) store.commit(sealedCommit(spans(20, 1 + i * 100)))
  const recording = recordingOf(store)
  const after = (us: number) => wallMs(ORIGIN + us / 1000)

  it.each<[string, EventQuery, number, string]>([
    ['the time', { where: { from: after(190), to: after(250) } }, 1, 'time'],
    ['the kind', { where: { kinds: ['log'] } }, 0, 'kind'],
    ['the longest duration', { where: { minDurationMs: 1 } }, 0, 'duration'],
    ['errors', { where: { error: true } }, 0, 'error'],
    ['the film', { where: { film: id(201) } }, 1, 'film bloom'],
    ['the site', { where: { site: 'site 2' } }, 0, 'site bloom'],
    ['the order', { order: 'time', limit: 5 }, 1, 'order'],
    ['the order, backwards', { order: '-time', limit: 5 }, 1, 'order'],
  ])('rules out by %s what cannot match', async (_what, query, read, statistic) => {
    const { explain } = await recording.events(query)
    expect(explain).toMatchObject({ segments: 5, segmentsRead: read, segmentsSkipped: { [statistic]: 5 - read } })
  })
})

describe('one event', () => {
  it('has the parents and children that its edges say', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryStream({ losses: false, maxRecords: 30 }), cutting, async (stream, how) => {
        const recording = record(stream, how)
        const events = expectedOf(stream)
        const bySeq = new Map(events.map((event) => [event.seq, event]))
        for (const event of events.slice(0, 12)) {
          expect(seenOf(await recording.event(id(event.seq)))).toEqual(event)
          const parents: number[] = []
          for (let at = event.parent; at !== 0; at = bySeq.get(at)!.parent) parents.push(at)
          expect((await recording.parentsOf(id(event.seq))).map(({ seq }) => seq)).toEqual(parents)
          const children = sorted(
            events.filter(({ parent }) => parent === event.seq),
            'time',
          )
          expect((await recording.childrenOf(id(event.seq))).map(({ seq }) => seq)).toEqual(
            children.map(({ seq }) => seq),
          )
        }
      }),
      { numRuns: 40 },
    )
  })

  it('is found by its id although a hole begins at the same seq: a span rebuilt from its end is the span', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryStream(), cutting, async (stream, how) => {
        const recording = record(stream, how)
        for (const event of expectedOf(stream)
          .filter(({ kind }) => kind !== KINDS.gap)
          .slice(0, 20)) {
          expect(seenOf(await recording.event(id(event.seq)))).toEqual(event)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('that is not there is not found, and what is no id is refused', async () => {
    const recording = record([])
    await expect(recording.event(id(9))).rejects.toMatchObject({ code: 'CSC_ERR_NOT_FOUND' })
    for (const text of ['', '123', 'x'.repeat(16), id(9).toUpperCase()]) {
      await expect(recording.event(text)).rejects.toMatchObject({ code: 'CSC_ERR_ID' })
    }
  })
})

describe('one film', () => {
  it('holds exactly its own events in order of their beginning, by id, by prefix and by trace', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryStream(), cutting, async (stream, how) => {
        const recording = record(stream, how)
        const events = expectedOf(stream)
        for (const root of new Set(events.map((event) => event.root).filter((seq) => seq !== 0))) {
          const film = await recording.film(id(root))
          const own = sorted(
            events.filter((event) => event.root === root),
            'time',
          )
          expect(film.events.map(seenOf)).toEqual(own)
          expectTrue(film.explain)
          expect((await recording.film(id(root).slice(0, 12))).summary.id).toBe(id(root))
          expect((await recording.film(film.summary.traceId)).summary.id).toBe(id(root))
        }
      }),
      { numRuns: 60 },
    )
  })

  it('is not found by an id, prefix or trace of none', async () => {
    const recording = record([])
    for (const text of ['abcd', 'abcdef0123456789', 'abcdef0123456789abcdef0123456789']) {
      await expect(recording.film(text)).rejects.toMatchObject({ code: 'CSC_ERR_NOT_FOUND' })
    }
    for (const text of ['', 'abc', 'xyz!', 'a'.repeat(33), 'ABCD']) {
      await expect(recording.film(text)).rejects.toMatchObject({ code: 'CSC_ERR_ID' })
    }
  })

  it('is not found by a trace id that only ends like its own', async () => {
    const stream = fc.sample(arbitraryStream({ losses: false }), { numRuns: 1, seed: 3 })[0]!
    const recording = record(stream)
    const [film] = (await recording.films()).items
    const other = `${film!.traceId[0] === '0' ? '1' : '0'}${film!.traceId.slice(1)}`
    await expect(recording.film(other)).rejects.toMatchObject({ code: 'CSC_ERR_NOT_FOUND' })
  })

  it('is refused when a prefix fits several', async () => {
    const common = {
      kind: KINDS.span,
      phase: 1,
      flags: 0,
      number: 0,
      site: 1,
      parent: 0,
      cause: 0,
      subject: 0,
      since: 0,
      span: 0,
      value: undefined,
      isLost: false,
    }
    const stream = Array.from({ length: 2000 }, (_, i) => ({ ...common, seq: i + 1, root: i + 1, time: i }))
    const ids = stream.map(({ seq }) => id(seq))
    const prefixes = Map.groupBy(ids, (each) => each.slice(0, 4))
    const [prefix, fitting] = [...prefixes].find(([, list]) => list.length > 1)!
    const error = expect.objectContaining({ code: 'CSC_ERR_AMBIGUOUS', message: expect.stringContaining(fitting[0]!) })
    await expect(record(stream).film(prefix)).rejects.toEqual(error)
  })
})
