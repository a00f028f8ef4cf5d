import type { CinescopeEvent, EventFilter, SequenceMatch, SequenceQuery, SpanId } from '@cinescope/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Ground, groundOf } from '../../../src/query/causality/ground.ts'
import { SourceReader } from '../../../src/query/reading.ts'
import { sequences } from '../../../src/query/sequence/sequences.ts'
import { recordingOf } from '../../../src/recording/open-recording.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import { type Cutting, PROCESS, recordInto } from '../../recording/recording-fixture.ts'
import { arbitraryStream } from '../../recording/stream.ts'
import { sealedCommit, spans } from '../../store/conformance.ts'
import { arbitraryWorld } from '../causality/world.ts'

/** An event as the model sees it. */
interface Seen {
  readonly id: SpanId
  readonly atNs: number
  readonly key: string | undefined
  readonly kind: string
}

type Query = SequenceQuery & { readonly limit: number }

const KIND_SETS: readonly EventFilter[] = [
  {},
  { kinds: ['span'] },
  { kinds: ['log', 'send'] },
  { kinds: ['state.snapshot', 'attribute'] },
  { kinds: ['error', 'log', 'edge'] },
]
const filter = fc.constantFrom(...KIND_SETS)
const asked: fc.Arbitrary<Query> = fc
  .record(
    {
      steps: fc.array(filter, { minLength: 2, maxLength: 4 }),
      withinMs: fc.nat({ max: 12 }),
      without: filter,
      absent: fc.boolean(),
      by: fc.constantFrom('film', 'entity', 'any'),
      limit: fc.integer({ min: 1, max: 4 }),
    },
    { requiredKeys: ['steps', 'limit'] },
  )
  // of something that is absent the time has to be said
  .map((query) => (query.absent === true ? { ...query, withinMs: query.withinMs ?? 3 } : query))

/** By the definition: every event of the first step, and from there one event after the other. */
function naive(events: readonly Seen[], { steps, withinMs, without, absent, by = 'film' }: Query): SpanId[][] {
  const fits = ({ kind }: Seen, where: EventFilter): boolean => where.kinds?.includes(kind as never) ?? true
  const matches: SpanId[][] = []
  events.forEach((begin, i) => {
    if (begin.key === undefined && by !== 'any') return
    const until = begin.atNs + (withinMs ?? Infinity) * 1e6
    const after = (at: number, where: EventFilter): number =>
      events.findIndex((each, j) => j > at && each.key === begin.key && fits(each, where))
    const chain = [i]
    const last = (): number => chain.at(-1)!
    if (!fits(begin, steps[0]!)) return
    for (const step of absent === true ? steps.slice(1, -1) : steps.slice(1)) {
      const next = after(last(), step)
      if (next < 0 || events[next]!.atNs > until) return
      chain.push(next)
    }
    const follower = absent === true ? after(last(), steps.at(-1)!) : -1
    if (follower >= 0 && events[follower]!.atNs <= until) return
    const excuse = without === undefined ? -1 : after(i, without)
    if (excuse >= 0 && (absent === true ? events[excuse]!.atNs <= until : excuse < last())) return
    matches.push(chain.map((at) => events[at]!.id))
  })
  return matches
}

async function allPages(ground: Ground, query: Query): Promise<SequenceMatch[]> {
  const items: SequenceMatch[] = []
  for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
    const page = await sequences(ground, cursor === undefined ? query : { ...query, cursor })
    expect(page.items.length).toBeLessThanOrEqual(query.limit)
    items.push(...page.items)
    cursor = page.cursor
  }
  return items
}

function idsOf(matches: readonly SequenceMatch[]): SpanId[][] {
  return matches.map(({ events }) => events.map(({ id }) => id))
}

const cutting: fc.Arbitrary<Cutting> = fc.integer({ min: 2, max: 20 }).map((maxRows) => ({
  maxRows,
  maxValueBytes: 100_000,
  sealRows: 3,
  commits: new Map([
    [10, true],
    [30, false],
  ]),
}))

describe('sequences of events', () => {
  it('are those that the definition gives, of one film, of one entity or of anything, page by page', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryStream({ maxRecords: 60 }), cutting, asked, async (stream, how, query) => {
        const store = createMemoryStore(PROCESS)
        recordInto(store, stream, how)
        const { items } = await recordingOf(store).events({ limit: 10_000 })
        const keyOf = ({ film, subject }: CinescopeEvent): string | undefined =>
          query.by === 'any' ? '' : query.by === 'entity' ? subject?.id : film
        const events = items.map((each) => ({ ...each, key: keyOf(each) }))
        // a hole may have the seq of a span that was rebuilt, and is found as that
        fc.pre(new Set(events.map(({ id }) => id)).size === events.length)
        events.sort((a, b) => a.atNs - b.atNs || a.seq - b.seq)
        const ground = groundOf(new SourceReader(store).reading({}))
        expect(idsOf(await allPages(ground, query))).toEqual(naive(events, query))
      }),
      { numRuns: 300 },
    )
  })

  it('go over threads and processes, in one order of time', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryWorld(25), asked, async ({ events, ground }, query) => {
        fc.pre(query.by !== 'entity')
        const seen = events.map(({ id, film, from, isSpan }) => ({
          id,
          atNs: from * 1e6,
          key: query.by === 'any' ? '' : film,
          kind: isSpan ? 'span' : 'point',
        }))
        // what the points of a world are is not said by the model: spans and everything are
        const narrowed = {
          ...query,
          steps: query.steps.map(spansOrAll),
          ...(query.without === undefined ? {} : { without: spansOrAll(query.without) }),
        }
        expect(idsOf(await allPages(ground, narrowed))).toEqual(naive(seen, narrowed))
      }),
      { numRuns: 150 },
    )
  })

  it('say of what nothing followed whether the recording went on for long enough', async () => {
    const store = createMemoryStore(PROCESS)
    // three spans of 500 ns that begin after 1, 3 and 5 us
    store.commit(sealedCommit(spans(3, 1)))
    const steps = [{ kinds: ['span'] }, { kinds: ['log'] }] as const
    const query = { steps, absent: true, withinMs: 0.002 }
    const { items } = await sequences(groundOf(new SourceReader(store).reading({})), query)
    expect(items.map(({ undecided, tookNs }) => [undecided, tookNs])).toEqual([
      [false, 0],
      [false, 0],
      [true, 0],
    ])
  })

  it.each<[string, SequenceQuery, string]>([
    ['one step', { steps: [{}] }, 'it must have 2 to 8'],
    ['nine steps', { steps: Array.from({ length: 9 }, () => ({})) }, 'a sequence has 9 steps'],
    ['a negative time', { steps: [{}, {}], withinMs: -1 }, 'withinMs is -1'],
    ['a time without end', { steps: [{}, {}], withinMs: 1e12 + 1 }, 'it must be a number from 0 to'],
    ['absence without a time', { steps: [{}, {}], absent: true }, 'withinMs is missing'],
    ['another scope', { steps: [{}, {}], by: 'route' as never }, 'it must be film, entity or any'],
    ['another cursor', { steps: [{}, {}], cursor: 'time:1:1' }, 'no cursor of a query for sequences'],
    ['a cursor of a recording that is gone', { steps: [{}, {}], cursor: 'sequence:ffffffffffff:1:0:1' }, 'is gone'],
    ['no kind', { steps: [{}, { kinds: ['handlr' as never] }] }, "'handlr' is no kind"],
  ])('refuse %s, and say what would be right', async (_what, query, message) => {
    const recording = recordingOf(createMemoryStore(PROCESS))
    await expect(recording.sequences(query)).rejects.toThrow(message)
  })
})

function spansOrAll(where: EventFilter): EventFilter {
  return where.kinds?.includes('span') === true ? where : {}
}
