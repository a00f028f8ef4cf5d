import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { Omitted } from '@cinescope/protocol'
import { describe, expect, it } from 'vitest'
import { Correlator } from '../../src/correlate/correlator.ts'
import type { QueryProgress } from '../../src/query/reading.ts'
import { recordingOf } from '../../src/recording/open-recording.ts'
import type { EventSource, StoreView } from '../../src/store/event-store.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { openSqliteSource } from '../../src/store/sqlite/sqlite-source.ts'
import { feed } from '../badluck/regression/feed.ts'
import { commitOf, PROCESS } from '../recording/recording-fixture.ts'
import { temporaryDirectory } from '../store/directory.ts'

const MB = 1_048_576

/** Longer than what a query does between two rests. */
const READ_MS = 25

/** A file with a writer, and a reader to whom each segment takes long. */
function slowRecording() {
  const directory = temporaryDirectory()
  const path = join(directory.path, 'x.cine')
  const store = createSqliteStore(path, PROCESS)
  const source = openSqliteSource(path)
  const fold = new Correlator({ thread: 0, maxRows: 8192, maxValueBytes: 4 * MB })
  const records = feed(fold)
  const commit = (spans: number, valueBytes: number, seal = true): void => {
    records.spans(spans, valueBytes)
    store.commit(commitOf(fold.cut(seal, 8192), fold.taken))
  }
  return {
    store,
    source,
    commit,
    recording: recordingOf(slowed(source)),
    logBytes: () => statSync(`${path}-wal`).size,
    [Symbol.dispose]: () => {
      source.close()
      store.close()
      directory[Symbol.dispose]()
    },
  }
}

/** The same source, with a view whose `rows` take long. */
function slowed(source: EventSource): EventSource {
  const slow = (view: StoreView): StoreView =>
    new Proxy(view, {
      get: (target, name) => {
        const method = (target[name as keyof StoreView] as (...args: unknown[]) => unknown).bind(target)
        return (...args: unknown[]) => {
          for (const until = performance.now() + (name === 'rows' ? READ_MS : 0); performance.now() < until;);
          return method(...args)
        }
      },
    })
  return {
    process: source.process,
    state: () => source.state(),
    bytes: () => source.bytes(),
    close: () => source.close(),
    read: (read) => source.read((view) => read(slow(view))),
  }
}

/** Goes on writing as long as `asked` is not answered. */
async function meanwhile<T>(asked: Promise<T>, write: () => void): Promise<T> {
  let isAnswered = false
  const answered = asked.finally(() => (isAnswered = true))
  await setImmediate()
  while (!isAnswered) {
    write()
    await setImmediate()
  }
  return answered
}

describe('a query that takes long', () => {
  it('tells how far it is', async () => {
    using it = slowRecording()
    for (let i = 0; i < 4; i++) it.commit(10, 10)
    const told: QueryProgress[] = []
    await it.recording.events({ limit: 100 }, { onProgress: (done) => void told.push(done) })
    expect(told.map(({ segmentsRead, segments }) => [segmentsRead, segments])).toEqual([
      [1, 4],
      [2, 4],
      [3, 4],
    ])
  })

  it('does not keep the log of the writer from ending, however much is written meanwhile', async () => {
    using it = slowRecording()
    for (let i = 0; i < 45; i++) it.commit(1, 10)
    let written = 0
    let most = 0
    const page = await meanwhile(it.recording.events({ limit: 10_000, values: false }), () => {
      it.commit(2, MB / 2)
      written += MB
      most = Math.max(most, it.logBytes())
    })
    expect(page.items).toHaveLength(45)
    expect(written).toBeGreaterThan(40 * MB)
    expect(most).toBeLessThan(32 * MB)
  })

  it('stays away for longer once the log is long, since one that is always back in time would never let it end', async () => {
    using it = slowRecording()
    it.commit(1, 10)
    let most = 0
    let busyUntil = 0
    // others commit only while the reader stays away
    const timer = setInterval(() => performance.now() > busyUntil && it.commit(1, 10), 20)
    await it.source.read(async (view) => {
      for (let i = 0; i < 45; i++) {
        expect(view.segments().length).toBeGreaterThan(i)
        it.commit(2, MB / 2)
        most = Math.max(most, it.logBytes())
        busyUntil = performance.now() + 50
        await view.rest()
      }
    })
    clearInterval(timer)
    expect(most).toBeGreaterThan(16 * MB)
    expect(most).toBeLessThan(32 * MB)
  })

  it('does not wait again and again for a log that nobody begins anew', async () => {
    using it = slowRecording()
    it.commit(1, 10)
    const waits: number[] = []
    await it.source.read(async (view) => {
      for (let i = 0; i < 30; i++) {
        view.segments()
        it.commit(2, MB / 2)
        const started = performance.now()
        await view.rest()
        waits.push(performance.now() - started)
      }
    })
    expect(it.logBytes()).toBeGreaterThan(28 * MB)
    expect(waits.filter((ms) => ms > 200)).toHaveLength(1)
  })

  it('answers without what retention removes meanwhile, says so, and does not fail', async () => {
    using it = slowRecording()
    for (let i = 0; i < 20; i++) it.commit(5, 10)
    let turns = 0
    const page = await meanwhile(it.recording.events({ order: '-time', limit: 10_000 }), () => {
      if (++turns === 4) it.store.prune({ maxBytes: 0 })
    })
    const { segments, segmentsRead, segmentsSkipped, corrupt } = page.explain
    expect(segmentsSkipped['pruned']).toBeGreaterThan(10)
    expect({ segments, corrupt }).toEqual({ segments: 20, corrupt: 0 })
    expect(segmentsRead + segmentsSkipped['pruned']!).toBe(20)
    expect(page.items).toHaveLength(segmentsRead * 5)
    // the rows had been read, their values not yet
    expect(page.items.map(({ result }) => result instanceof Omitted && result.reason)).toContain('pruned')
  })

  it('gives every event once although tails become a segment meanwhile', async () => {
    using it = slowRecording()
    for (let i = 0; i < 5; i++) it.commit(3, 10)
    for (let i = 0; i < 15; i++) it.commit(3, 10, false)
    let turns = 0
    const page = await meanwhile(it.recording.events({ limit: 10_000 }), () => {
      if (++turns === 3) it.commit(3, 10)
    })
    expect(page.items.map(({ seq }) => seq)).toEqual(Array.from({ length: 60 }, (_, i) => 1 + i * 2))
    expect(page.explain).toMatchObject({ segments: 20, segmentsRead: 20 })
    expect(page.items.every(({ result }) => !(result instanceof Omitted && result.reason === 'pruned'))).toBe(true)
  })
})
