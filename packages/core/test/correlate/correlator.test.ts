import { type EventPage, eventsOf, type FilmPage, kindOf, type Rows } from '@cinescope/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recordingOf } from '../../src/recording/open-recording.ts'
import type { EventStore } from '../../src/store/event-store.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { type Cutting, PROCESS, recordInto, seen, seenFilms, UNCUT } from '../recording/recording-fixture.ts'
import { arbitraryStream, expectedFilms, expectedOf, type Offered } from '../recording/stream.ts'

const cutting: fc.Arbitrary<Cutting> = fc.record({
  maxRows: fc.integer({ min: 1, max: 20 }),
  maxValueBytes: fc.constantFrom(16, 64, 100_000),
  sealRows: fc.integer({ min: 1, max: 20 }),
  maxTails: fc.integer({ min: 1, max: 5 }),
  commits: fc.array(fc.tuple(fc.nat({ max: 80 }), fc.boolean()), { maxLength: 30 }).map((list) => new Map(list)),
})

async function readAll(store: EventStore) {
  const recording = recordingOf(store)
  const [events, films] = [await recording.events({ limit: 10_000 }), await recording.films({ limit: 10_000 })]
  return { events: seen(events.items), films: seenFilms(films.items), explain: events.explain }
}

function record(stream: readonly Offered[], how: Cutting): EventStore {
  const store = createMemoryStore(PROCESS)
  recordInto(store, stream, how)
  return store
}

async function allRows(store: EventStore): Promise<Rows[]> {
  return store.read((view) => view.segments().map((entry) => view.rows(entry)))
}

describe('the correlator', () => {
  it('reads back as the stream says, however it is cut into segments, tails and commits', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryStream(), cutting, async (stream, how) => {
        const { events, films } = await readAll(record(stream, how))
        expect(events).toEqual(expectedOf(stream))
        expect(films).toEqual(expectedFilms(stream))
      }),
      { numRuns: 400 },
    )
  })

  it('gives the same rows and edges for any two cuttings of a stream', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryStream(), cutting, cutting, async (stream, one, other) => {
        const [a, b] = [await readAll(record(stream, one)), await readAll(record(stream, other))]
        expect(a.events).toEqual(b.events)
        expect(a.films).toEqual(b.films)
      }),
      { numRuns: 100 },
    )
  })

  it('shows at each commit what the stream up to there says: tails never count twice nor hide anything', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryStream({ maxRecords: 40, losses: false }), cutting, async (stream, how) => {
        const store = createMemoryStore(PROCESS)
        const recording = recordingOf(store)
        const indexes = [...how.commits.keys(), stream.length - 1].filter((index) => index < stream.length)
        const upTo = indexes.toSorted((a, b) => a - b).map((index) => stream.slice(0, index + 1))
        const reads: Promise<readonly [EventPage, FilmPage]>[] = []
        recordInto(store, stream, how, () => {
          // a view of this store stands from the moment it is asked for
          reads.push(Promise.all([recording.events({ limit: 10_000 }), recording.films({ limit: 10_000 })]))
        })
        for (const [index, [events, films]] of (await Promise.all(reads)).entries()) {
          expect(seen(events.items)).toEqual(expectedOf(upTo[index] ?? stream))
          expect(seenFilms(films.items)).toEqual(expectedFilms(upTo[index] ?? stream))
        }
      }),
      { numRuns: 150 },
    )
  })

  it('accounts for every event: stored rows stand for as many events as were taken, by kind', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryStream(), cutting, async (stream, how) => {
        const store = createMemoryStore(PROCESS)
        const fold = recordInto(store, stream, how)
        const delivered = stream.filter(({ isLost }) => !isLost)
        const byKind = new Float64Array(64)
        for (const rows of await allRows(store)) {
          for (let row = 0; row < rows.length; row++) {
            const word = rows.word[row]!
            byKind[kindOf(word)] = byKind[kindOf(word)]! + eventsOf(word)
          }
        }
        expect([...byKind]).toEqual([...fold.taken])
        expect(byKind.reduce((sum, count) => sum + count, 0)).toBe(delivered.length)
        const summaries = await store.read((view) =>
          view.segments().map((entry) => [entry.summary.events, view.meta(entry)] as const),
        )
        expect(summaries.reduce((sum, [events]) => sum + events, 0)).toBe(delivered.length)
        const kinds = summaries.flatMap(([, meta]) => meta.kinds)
        expect(kinds.reduce((sum, { events }) => sum + events, 0)).toBe(delivered.length)
      }),
      { numRuns: 200 },
    )
  })

  it('describes each segment truly: no row outside its ranges of seq and time, its kinds, flags and longest duration', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryStream(), cutting, async (stream, how) => {
        const store = record(stream, how)
        await store.read((view) => {
          for (const entry of view.segments()) {
            const rows = view.rows(entry)
            const all = Array.from({ length: rows.length }, (_, i) => i)
            const { summary } = entry
            expect(summary.rows).toBe(rows.length)
            expect(summary.seqLow).toBe(Math.min(...rows.seq))
            expect(summary.seqHigh).toBe(Math.max(...rows.seq))
            expect(summary.timeLow).toBe(Math.min(...rows.time))
            expect(summary.timeHigh).toBe(Math.max(...all.map((i) => rows.time[i]! + Math.max(0, rows.duration[i]!))))
            expect(summary.maxDuration).toBe(Math.max(-1, ...rows.duration))
            expect(summary.flags).toBe(all.reduce((sum, i) => (sum | rows.word[i]!) >>> 0, 0))
            for (const i of all) {
              const kind = kindOf(rows.word[i]!)
              const bit = kind < 32 ? summary.kindsLow & (1 << kind) : summary.kindsHigh & (1 << (kind - 32))
              expect(bit).not.toBe(0)
            }
          }
        })
      }),
      { numRuns: 100 },
    )
  })

  it('needs no more memory of a span than its end needs: everything uncut gives one segment', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryStream(), async (stream) => {
        fc.pre(stream.length > 0)
        const { explain } = await readAll(record(stream, UNCUT))
        expect(explain.segments).toBe(1)
      }),
      { numRuns: 20 },
    )
  })
})
