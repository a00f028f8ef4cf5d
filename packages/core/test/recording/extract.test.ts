import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type CinescopeEvent, KINDS, PHASE, wallMs } from '@cinescope/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { extractFilms } from '../../src/recording/copy/extract.ts'
import { mergeRecordings } from '../../src/recording/copy/merge.ts'
import { openRecording } from '../../src/recording/open-recording.ts'
import type { OpenRecording } from '../../src/recording/recording.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { HOSTILE_CASES } from '../badluck/hostile-cases.ts'
import { sampleRecording } from '../badluck/sample.ts'
import { spans } from '../store/conformance.ts'
import { temporaryDirectory } from '../store/directory.ts'
import { POINT } from './point.ts'
import { type Cutting, PROCESS, recordInto, UNCUT } from './recording-fixture.ts'
import { arbitraryStream } from './stream.ts'

const cutting: fc.Arbitrary<Cutting> = fc.record({
  maxRows: fc.integer({ min: 2, max: 20 }),
  maxValueBytes: fc.constantFrom(64, 100_000),
  sealRows: fc.integer({ min: 1, max: 20 }),
  commits: fc.array(fc.tuple(fc.nat({ max: 80 }), fc.boolean()), { maxLength: 20 }).map((list) => new Map(list)),
})

/** What a film's subjects were at the end of each of its events. */
async function statesOf(recording: OpenRecording, events: readonly CinescopeEvent[]): Promise<unknown[]> {
  const states: unknown[] = []
  for (const { subject, at } of events) {
    if (subject !== undefined) states.push((await recording.stateAt(subject, wallMs(at)))?.state)
  }
  return states
}

function eventsIn(events: readonly CinescopeEvent[]): number {
  return events.reduce((sum, event) => {
    if (event.kind === 'gap') return sum
    return sum + (event.durationNs === undefined || event.synthetic ? 1 : 2)
  }, 0)
}

/** All that a recording says, in one order. */
async function contentOf(path: string): Promise<unknown> {
  await using recording = openRecording(path)
  const { rows, ...ledger } = await recording.ledger()
  const { items } = await recording.events({ limit: 10_000 })
  return {
    films: (await recording.films({ limit: 10_000 })).items,
    events: items,
    ledger,
    rows: new Map(rows.map(({ reason, kind, count }) => [`${reason} ${kind}`, count])),
  }
}

function codeOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'written',
    (thrown: { code?: string }) => thrown.code ?? thrown,
  )
}

describe('an extract', () => {
  it('has the films that were named as they were, the states they saw, and a ledger that adds up', async () => {
    const given = fc.tuple(arbitraryStream(), cutting, fc.array(fc.nat(50), { minLength: 1, maxLength: 3 }))
    await fc.assert(
      fc.asyncProperty(given, async ([stream, how, picks]) => {
        using directory = temporaryDirectory()
        const source = join(directory.path, 'source.cine')
        const store = createSqliteStore(source, PROCESS)
        recordInto(store, stream, how)
        store.finish()
        await using original = openRecording(source)
        const { items } = await original.films({ limit: 10_000 })
        if (items.length === 0) return
        const ids = Array.from(new Set(picks.map((pick) => items[pick % items.length]!.id)))
        const path = join(directory.path, 'extract')
        await extractFilms(source, ids, { path })
        await using extract = openRecording(path)
        expect(new Set((await extract.films()).items.map(({ id }) => id))).toEqual(new Set(ids))
        for (const id of ids) {
          const [here, there] = [await extract.film(id), await original.film(id)]
          expect([here.summary, here.events]).toEqual([there.summary, there.events])
          expect(await statesOf(extract, here.events)).toEqual(await statesOf(original, there.events))
        }
        const [account, before] = [await extract.ledger(), await original.ledger()]
        expect(account.produced).toBe(before.produced)
        expect(account.stored + account.notExtracted).toBe(before.stored)
        expect(account.stored).toBe(eventsIn((await extract.events({ limit: 10_000 })).items))
        // one film after the other and put together is the same
        const each: string[] = []
        for (const [index, id] of ids.entries()) {
          each.push(join(directory.path, `one${index}`))
          await extractFilms(source, [id], { path: each[index]! })
        }
        const [united, whole] = [join(directory.path, 'united'), join(directory.path, 'whole')]
        await mergeRecordings([...each.toReversed(), each[0]!], { path: united })
        const films = (await contentOf(united)) as { films: unknown }
        expect(films.films).toEqual(((await contentOf(path)) as { films: unknown }).films)
        await mergeRecordings([united, source, path], { path: whole })
        expect(await contentOf(whole)).toEqual(await contentOf(source))
      }),
      { numRuns: 40 },
    )
  }, 120_000)
})

describe('an extract of a film that never ended', () => {
  it('tells of its open span wherever the recording does', async () => {
    using directory = temporaryDirectory()
    const source = join(directory.path, 'source.cine')
    const store = createSqliteStore(source, PROCESS)
    const root = { ...POINT, seq: 1, kind: KINDS.request, phase: PHASE.begin, time: 1, root: 1 }
    const children = Array.from({ length: 39 }, (_, i) => ({ ...POINT, seq: i + 2, time: i + 2, parent: 1, root: 1 }))
    recordInto(store, [root, ...children], { ...UNCUT, maxRows: 10 })
    store.finish()
    const path = join(directory.path, 'extract')
    await using original = openRecording(source)
    const [film] = (await original.films()).items
    await extractFilms(source, [film!.id], { path })
    await using extract = openRecording(path)
    for (const recording of [original, extract]) {
      const told = await Array.fromAsync(recording.tail({}, { from: 'start' }))
      expect(told.filter(({ open }) => open).map(({ seq }) => seq)).toEqual([1])
      expect(told).toHaveLength(40)
      const { lanes } = await recording.tiles({ by: 'kind' })
      expect(lanes.reduce((sum, { open }) => sum + open, 0)).toBe(1)
    }
  })
})

describe('an extract of a film that touches what another has changed', () => {
  it('has the state as that left it', async () => {
    using directory = temporaryDirectory()
    const source = join(directory.path, 'source.cine')
    const store = createSqliteStore(source, PROCESS)
    const point = { phase: 0, flags: 0, since: 0, number: 0, site: 1, cause: 0, span: 0, isLost: false } as const
    const [before, within] = [spans(1, 1), spans(1, 11)]
    const stream = [
      ...before,
      { ...point, seq: 5, kind: KINDS['state.snapshot'], time: 5000, parent: 1, root: 1, subject: 1, value: 7 },
      within[0]!,
      { ...point, seq: 12, kind: KINDS.log, time: 11_200, parent: 11, root: 11, subject: 1, value: 8 },
      { ...within[1]!, seq: 13 },
    ]
    recordInto(store, stream, UNCUT)
    store.finish()
    const path = join(directory.path, 'extract')
    await using original = openRecording(source)
    const [film] = (await original.films()).items
    await extractFilms(source, [film!.id], { path })
    await using extract = openRecording(path)
    const { events } = await extract.film(film!.id)
    expect(await statesOf(extract, events)).toEqual([{ n: 7 }])
  })
})

describe('merge and extract of recordings that lie', () => {
  it('give a recording that can be read or an error with a code, and leave nothing else', async () => {
    using directory = temporaryDirectory()
    const sample = await sampleRecording(directory.path)
    const path = join(directory.path, 'merged')
    await using sound = openRecording(sample)
    const film = (await sound.films()).items[0]!.id
    // holes by the ten thousand take their time to write
    const cases = HOSTILE_CASES.filter(({ name }) => !/^30,000 segments$|^pages of (film_time|page) /.test(name))
    for (const [index, { make }] of cases.entries()) {
      const input = join(directory.path, `hostile${index}.cine`)
      make(sample, input)
      for (const write of [
        () => mergeRecordings([input], { path, force: true }),
        () => extractFilms(input, [film], { path, force: true }),
      ]) {
        const outcome = await codeOf(write())
        expect(outcome).toMatch(/^written$|^CSC_ERR_/)
        if (outcome !== 'written') continue
        await using recording = openRecording(path)
        for (const answer of [recording.films(), recording.events(), recording.ledger(), recording.status()])
          expect(await codeOf(answer)).toMatch(/^written$|^CSC_ERR_/)
      }
    }
    expect(readdirSync(directory.path).filter((name) => name.endsWith('.tmp'))).toEqual([])
    expect(existsSync(`${path}-journal`)).toBe(false)
  }, 120_000)
})
