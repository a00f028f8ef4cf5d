import { KINDS, PHASE } from '@cinescope/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Commit } from '../../../src/base/commit.ts'
import { PROCESS, seen, seenOf } from '../../recording/recording-fixture.ts'
import { arbitraryStream, expectedOf, type Offered } from '../../recording/stream.ts'
import { sealedCommit, spans } from '../../store/conformance.ts'
import { commitsOf, CUTTING, endOf, Follower, inFile, inMemory } from './feed.ts'

/** After which commits a tail looks, and how much it takes then: pages, or all. */
const LOOKS = fc.array(fc.constantFrom<number>(0, 1, 2, Infinity), { maxLength: 24 })

/** A stream of points, each one event. */
function points(count: number, first: number): Offered[] {
  return spans(count, first).flatMap((record, i) =>
    i % 2 === 1
      ? []
      : [{ ...record, seq: first + i / 2, kind: KINDS.log, phase: PHASE.point, root: 0, value: first + i / 2 }],
  )
}

/** As `sealedCommit`, with little memory. */
function segmentOf(stream: readonly Offered[]): Commit {
  const [commit] = commitsOf(stream, { maxRows: 16, maxValueBytes: 1000, sealRows: 1, commits: new Map() })
  return commit!
}

async function look(follower: Follower, pages: number): Promise<void> {
  for (let taken = 0; taken < pages; taken++) if (!(await follower.page())) return
}

describe('what has arrived', () => {
  for (const [name, open, numRuns] of [
    ['in memory', inMemory, 2000],
    ['in a file', inFile, 40],
  ] as const) {
    it(`${name}, from the start, is each event once whenever it was looked for, and in order of its end`, async () => {
      const given = fc.tuple(arbitraryStream(), CUTTING, LOOKS, fc.integer({ min: 1, max: 30 }))
      await fc.assert(
        fc.asyncProperty(given, async ([stream, how, looks, limit]) => {
          await using fed = open()
          const follower = new Follower(fed.recording, { from: 'start', limit })
          for (const [i, commit] of commitsOf(stream, how).entries()) {
            fed.store.commit(commit)
            await look(follower, looks[i] ?? 0)
          }
          fed.store.finish()
          await follower.drain()
          expect(follower.ended).toBe('closed')
          expect(seen(follower.items)).toEqual(expectedOf(stream))
          const ends = follower.items.filter(({ open: isOpen }) => !isOpen).map(endOf)
          expect(ends).toEqual(ends.toSorted((a, b) => a - b))
        }),
        { numRuns },
      )
    }, 60_000)
  }

  it('from now on is what had not arrived before', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryStream(), CUTTING, fc.nat(12), LOOKS, async (stream, how, at, looks) => {
        await using fed = inMemory()
        const all = new Follower(fed.recording, { from: 'start' })
        const later = new Follower(fed.recording, {})
        const commits = commitsOf(stream, how)
        for (const commit of commits.slice(0, at)) fed.store.commit(commit)
        await all.drain()
        await later.page()
        const before = new Set(all.items.map(seenOf).map((event) => JSON.stringify(event)))
        for (const [i, commit] of commits.slice(at).entries()) {
          fed.store.commit(commit)
          await look(later, looks[i] ?? 0)
        }
        fed.store.finish()
        await later.drain()
        const expected = expectedOf(stream).filter((event) => !before.has(JSON.stringify(event)))
        expect(seen(later.items).map((event) => JSON.stringify(event))).toEqual(
          expected.map((event) => JSON.stringify(event)),
        )
      }),
      { numRuns: 300 },
    )
  })

  it('with a filter is what passes it', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryStream(), CUTTING, LOOKS, async (stream, how, looks) => {
        await using fed = inMemory()
        const where = { kinds: ['span' as const], site: 'site 1' }
        const follower = new Follower(fed.recording, { where, from: 'start', limit: 5 })
        for (const [i, commit] of commitsOf(stream, how).entries()) {
          fed.store.commit(commit)
          await look(follower, looks[i] ?? 0)
        }
        fed.store.finish()
        await follower.drain()
        const expected = expectedOf(stream).filter(({ kind, site }) => kind === KINDS.span && site === 1)
        expect(seen(follower.items)).toEqual(expected)
      }),
      { numRuns: 100 },
    )
  })

  it('tells how many events were pruned before it came to them, to the event', async () => {
    const step = fc.record({
      commits: fc.integer({ min: 1, max: 4 }),
      kept: fc.constantFrom(0, 2000, 20_000, 1e9),
      pages: fc.constantFrom<number>(0, 1, 3, Infinity),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        await using fed = inMemory()
        const follower = new Follower(fed.recording, { from: 'start', limit: 7 })
        await follower.page()
        let offered = 0
        const taken = new Float64Array(64)
        for (const { commits, kept, pages } of steps) {
          for (let i = 0; i < commits; i++) {
            offered += 10
            taken[KINDS.log] = offered
            fed.store.commit({ ...segmentOf(points(10, offered - 9)), taken: taken.slice() })
          }
          fed.store.prune({ maxBytes: kept })
          await look(follower, pages)
        }
        fed.store.finish()
        await follower.drain()
        const gaps = follower.items.filter(({ kind }) => kind === 'gap')
        const events = follower.items.filter(({ kind }) => kind === 'log').map(({ seq }) => seq)
        expect(new Set(events).size).toBe(events.length)
        expect(events.length + gaps.reduce((sum, gap) => sum + gap.number, 0)).toBe(offered)
        for (const { value } of gaps) expect(value).toMatchObject({ reason: 'pruned' })
      }),
      { numRuns: 200 },
    )
  })

  it('is told a hole before what comes after it, dated between', async () => {
    await using fed = inFile()
    const follower = new Follower(fed.recording, { from: 'start' })
    fed.store.commit(sealedCommit(spans(3, 1)))
    await follower.drain()
    const taken = new Float64Array(64)
    for (const first of [101, 201]) {
      const commit = sealedCommit(spans(50, first))
      taken[KINDS.span] = 6 + first - 1
      fed.store.commit({ ...commit, taken: taken.slice() })
      if (first === 101) while (fed.store.prune({ maxBytes: 0 }).segments > 0);
    }
    await follower.drain()
    const [gap, next] = follower.items.slice(3)
    expect(gap).toMatchObject({ kind: 'gap', seq: 0, number: 100 })
    expect(gap?.value).toEqual({
      reason: 'pruned',
      count: 100,
      fromAt: PROCESS.anchor.wallMs + 0.0055,
      toAt: PROCESS.anchor.wallMs + 0.201,
    })
    expect(next?.seq).toBe(201)
    expect(follower.items).toHaveLength(3 + 1 + 50)
  })

  it('does not take the segment after one that was pruned for what its tails have become', async () => {
    await using fed = inMemory()
    const follower = new Follower(fed.recording, { from: 'start' })
    // a tail of three, the segment that it becomes with two more, and one of five after that
    const commits = commitsOf(points(10, 1), {
      maxRows: 5,
      maxValueBytes: 100_000,
      sealRows: 100,
      commits: new Map([2, 4].map((index) => [index, false])),
    })
    fed.store.commit(commits[0]!)
    await follower.drain()
    fed.store.commit(commits[1]!)
    fed.store.prune({ maxBytes: 0 })
    for (const commit of commits.slice(2)) fed.store.commit(commit)
    await follower.drain()
    expect(follower.items.map(({ seq, number }) => (seq === 0 ? `${number} missing` : seq))).toEqual([
      1,
      2,
      3,
      '2 missing',
      6,
      7,
      8,
      9,
      10,
    ])
  })

  it('refuses a cursor of another recording, and one that is none', async () => {
    await using fed = inMemory()
    for (const cursor of [
      '',
      'x',
      '[]',
      `["ffffffffffff",0,0,0,0,0,0,0,0,[]]`,
      `["${PROCESS.node}",0,0,0,0,"1",0,0,0,[]]`,
    ])
      await expect(fed.recording.arrivals({ from: { cursor } })).rejects.toMatchObject({ code: 'CSC_ERR_QUERY' })
  })
})
