import { renameSync, statSync } from 'node:fs'
import type { CinescopeEvent } from '@cinescope/protocol'
import { filter, from, lastValueFrom, map, take, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { findRecording, openRecording, recordingsIn } from '../../src/recording/open-recording.ts'
import { createScope } from '../../src/scope.ts'
import { temporaryDirectory } from '../store/directory.ts'
import { all, linesOf, some, startTailed, upTo } from './tail-fixture.ts'

const ids = (events: readonly CinescopeEvent[]): string[] => events.map(({ id }) => id).toSorted()

describe('a tail of a recording that another process writes', () => {
  it('gives each event once, in the order of its end, while they are written, and ends when the recording is closed', async () => {
    using directory = temporaryDirectory()
    await using writer = await startTailed(directory.path)
    const path = findRecording(directory.path)
    await using recording = openRecording(path)
    const tail = recording.tail({}, { from: 'start', pollMs: 5 })
    const given = all(tail)
    await writer.lines(15_000)
    await writer.stop()
    const events = await given
    expect(tail.ended).toBe('closed')
    expect(linesOf(events)).toEqual(upTo(15_000))
    const ends = events.map(({ atNs, durationNs = 0 }) => atNs + durationNs)
    expect(ends).toEqual(ends.toSorted((a, b) => a - b))
    const stored: CinescopeEvent[] = []
    for await (const event of recording.stream({ limit: 5000 })) stored.push(event)
    expect(ids(events)).toEqual(ids(stored))
  })

  it('begins with what is recorded after it was asked for', async () => {
    using directory = temporaryDirectory()
    await using writer = await startTailed(directory.path)
    await writer.lines(100)
    await using recording = openRecording(findRecording(directory.path))
    const tail = recording.tail({ where: { kinds: ['log'] } })
    // questions are answered in turn, and where a tail begins takes two
    await recording.status()
    await recording.status()
    await writer.lines(50)
    await writer.stop()
    expect(linesOf(await all(tail))).toEqual(upTo(150).slice(100))
  })

  it('holds nothing back however slow its consumer is', async () => {
    using directory = temporaryDirectory()
    await using writer = await startTailed(directory.path)
    const path = findRecording(directory.path)
    await using recording = openRecording(path)
    const tail = recording.tail({}, { from: 'start' })
    await writer.lines(3000)
    const first = await some(tail, 1)
    await writer.lines(3000)
    await writer.stop()
    // the writer could move its log into the file and cut it, which a reader's transaction would have kept it from
    expect(statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0)
    expect(linesOf([...first, ...(await all(tail))])).toEqual(upTo(6000))
  })

  it('tells what was pruned before a slow consumer came to it', async () => {
    using directory = temporaryDirectory()
    await using writer = await startTailed(directory.path, 1_048_576)
    await using recording = openRecording(findRecording(directory.path))
    const where = { kinds: ['log' as const] }
    const tail = recording.tail({}, { from: 'start' })
    const [first] = await Promise.all([some(tail, 1), writer.lines(10)])
    await writer.lines(20_000)
    await writer.stop()
    const events = [...first, ...(await all(tail))]
    const gaps = events.filter(({ kind }) => kind === 'gap')
    const { stored, pruned } = await recording.ledger()
    const spans = events.filter(({ kind }) => kind === 'span')
    expect(pruned).toBeGreaterThan(1000)
    expect(gaps.map(({ value }) => value)).toMatchObject(gaps.map(() => ({ reason: 'pruned' })))
    const missing = gaps.reduce((sum, { number }) => sum + number, 0)
    expect(missing).toBeGreaterThan(1000)
    // of a span whose begin was pruned the end is there, with all that the begin said
    const rest = stored + pruned - missing - linesOf(events).length - 2 * spans.length
    expect(Math.abs(rest)).toBeLessThanOrEqual(gaps.length)
    // its holes are told whatever the filter
    const other = openRecording(findRecording(directory.path)).tail({ where }, { from: 'start' })
    expect((await all(other)).every(({ kind }) => kind === 'log')).toBe(true)
  })

  it('ends with a gap, and says so, when the process was killed', async () => {
    using directory = temporaryDirectory()
    await using writer = await startTailed(directory.path)
    await using recording = openRecording(findRecording(directory.path))
    const tail = recording.tail({}, { from: 'start' })
    await writer.lines(500)
    const events = await some(tail, 500)
    await writer.kill()
    events.push(...(await all(tail)))
    expect(tail.ended).toBe('interrupted')
    expect(events.at(-1)).toMatchObject({ kind: 'gap', seq: 0, value: { reason: 'interrupted' } })
    expect(linesOf(events)).toEqual(upTo(500))
  })

  it('ends at once when it is returned, or its signal says so, although nothing happens', async () => {
    using directory = temporaryDirectory()
    await using _writer = await startTailed(directory.path)
    await using recording = openRecording(findRecording(directory.path))
    const [returned, aborted] = [
      recording.tail(),
      recording.tail({}, { pollMs: 60_000, signal: AbortSignal.timeout(20) }),
    ]
    const waiting = returned.next()
    expect(await returned.return()).toEqual({ done: true, value: undefined })
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(await all(aborted)).toEqual([])
    expect([returned.ended, aborted.ended]).toEqual([undefined, undefined])
  })

  it('goes on where another one was', async () => {
    using directory = temporaryDirectory()
    await using writer = await startTailed(directory.path)
    await using recording = openRecording(findRecording(directory.path))
    await writer.lines(300)
    const page = await recording.arrivals({ from: 'start', limit: 10_000 })
    await writer.lines(300)
    await writer.stop()
    const rest = await all(recording.tail({}, { from: { cursor: page.cursor } }))
    expect(linesOf(page.items)).toEqual(upTo(300))
    expect(linesOf(rest)).toEqual(upTo(600).slice(300))
  })

  it('is taken by RxJS 7, whose take() ends it', async () => {
    using directory = temporaryDirectory()
    await using writer = await startTailed(directory.path)
    await using recording = openRecording(findRecording(directory.path))
    const tail = recording.tail({ where: { kinds: ['log'] } }, { from: 'start' })
    const lines = from(tail).pipe(
      map(({ value }) => (value as { n: number }).n),
      filter((n) => n % 2 === 0),
      take(3),
      toArray(),
    )
    const [taken] = await Promise.all([lastValueFrom(lines), writer.lines(100)])
    expect(taken).toEqual([2, 4, 6])
    expect(await tail.next()).toEqual({ done: true, value: undefined })
  })

  it('refuses a time between looks that is none', async () => {
    using directory = temporaryDirectory()
    await using _writer = await startTailed(directory.path)
    await using recording = openRecording(findRecording(directory.path))
    for (const pollMs of [4, 60_001, Number.NaN])
      expect(() => recording.tail({}, { pollMs })).toThrow(expect.objectContaining({ code: 'CSC_ERR_OPTION' }))
  })
})

describe('a tail of a directory', () => {
  it('takes up each process that begins, from its first event, and outlives them all', async () => {
    using directory = temporaryDirectory()
    await using first = await startTailed(directory.path)
    await first.lines(20)
    await using recording = openRecording(directory.path)
    const end = new AbortController()
    const tail = recording.tail({}, { signal: end.signal })
    await recording.status()
    await first.lines(10)
    const events = await some(tail, 11)
    await first.kill()
    events.push(...(await some(tail, 1)))
    await using second = await startTailed(directory.path)
    await second.lines(10)
    events.push(...(await some(tail, 11)))
    await second.stop()
    const waiting = tail.next()
    end.abort()
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(linesOf(events)).toEqual([...upTo(30).slice(20), ...upTo(10)])
    expect(events.filter(({ kind }) => kind === 'gap').map(({ value }) => value)).toMatchObject([
      { reason: 'interrupted' },
    ])
    expect(events.map(({ kind }) => kind).indexOf('gap')).toBe(11)
  })

  it('tells nothing twice of a recording that was away for a while', async () => {
    using directory = temporaryDirectory()
    for (const service of ['first', 'second']) {
      await using scope = await createScope({
        sources: false,
        directory: directory.path,
        service,
        handleSignals: false,
      })
      scope.log(service)
      await scope.flush()
    }
    await using recording = openRecording(directory.path)
    let place = await recording.arrivals({ from: 'start' })
    expect(place.items).toHaveLength(2)
    const go = async (): Promise<number> => {
      place = await recording.arrivals({ from: { cursor: place.cursor } })
      return place.items.length
    }
    const [path = ''] = recordingsIn(directory.path)
    renameSync(path, `${path}.away`)
    expect(await go()).toBe(0)
    renameSync(`${path}.away`, path)
    expect([await go(), await go()]).toEqual([0, 0])
    expect((await recording.status()).parts).toHaveLength(2)
  })
})

describe("a tail of a scope's own recording", () => {
  it('is given what was recorded last before the stop, which does not wait for it', async () => {
    using directory = temporaryDirectory()
    const scope = await createScope({ sources: false, directory: directory.path, handleSignals: false })
    const tail = scope.recording().tail({ where: { kinds: ['log'] } }, { from: 'start' })
    scope.log('line', { n: 1 })
    const events = await some(tail, 1)
    for (let n = 2; n <= 2000; n++) scope.log('line', { n })
    await scope.stop()
    events.push(...(await all(tail)))
    expect(tail.ended).toBe('closed')
    expect(linesOf(events)).toEqual(upTo(2000))
  })

  it('fails when the recording was kept in memory and went with the scope', async () => {
    const scope = await createScope({ sources: false, store: 'memory', handleSignals: false })
    const tail = scope.recording().tail({}, { from: 'start' })
    scope.log('line', { n: 1 })
    expect(linesOf(await some(tail, 1))).toEqual([1])
    await scope.stop()
    await expect(tail.next()).rejects.toMatchObject({ code: 'CSC_ERR_STOPPED' })
  })
})
