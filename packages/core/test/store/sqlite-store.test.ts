import { spawn } from 'node:child_process'
import { copyFileSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import type { LedgerRow } from '@cinescope/protocol'
import { describe, expect, it } from 'vitest'
import { Correlator } from '../../src/correlate/correlator.ts'
import type { SegmentEntry, StoreView } from '../../src/store/event-store.ts'
import { openSqliteSource } from '../../src/store/sqlite/sqlite-source.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { feed } from '../badluck/regression/feed.ts'
import { commitOf, PROCESS } from '../recording/recording-fixture.ts'
import { play } from '../recording/stream.ts'
import { sealedCommit, spans, storeConformance } from './conformance.ts'
import { temporaryDirectory } from './directory.ts'

storeConformance('SQLite', () => {
  const directory = temporaryDirectory()
  const path = join(directory.path, 'x.cine')
  const store = createSqliteStore(path, PROCESS)
  const reader = openSqliteSource(path)
  const dispose = (): void => {
    reader.close()
    store.close()
    directory[Symbol.dispose]()
  }
  return { store, reader, dispose }
})

/** A recording file in a directory of its own, with a store that writes it. */
function recordingFile() {
  const directory = temporaryDirectory()
  const path = join(directory.path, 'recordings', 'x.cine')
  const store = createSqliteStore(path, PROCESS)
  return {
    path,
    store,
    directory: directory.path,
    [Symbol.dispose]: () => {
      store.close()
      directory[Symbol.dispose]()
    },
  }
}

/** What became of reading rows, meta and pages of a segment. */
function codesOf(view: StoreView, entry: SegmentEntry): Set<string> {
  const reads = [() => view.rows(entry), () => view.meta(entry), ...[0, 1, 2, 3].map((i) => () => view.page(entry, i))]
  return new Set(
    reads.map((read) => {
      try {
        read()
        return 'read'
      } catch (thrown) {
        return (thrown as { code: string }).code
      }
    }),
  )
}

const names = (path: string): string[] => readdirSync(dirname(path)).toSorted()

describe('a recording file', () => {
  it('can be read by its owner only, and so can its directory', () => {
    using file = recordingFile()
    file.store.commit(sealedCommit(spans(5, 1)))
    const modes = names(file.path).map((name) => statSync(join(dirname(file.path), name)).mode & 0o777)
    expect(names(file.path)).toEqual(['x.cine', 'x.cine-lock', 'x.cine-shm', 'x.cine-wal'])
    expect(modes).toEqual([0o600, 0o600, 0o600, 0o600])
    expect(statSync(dirname(file.path)).mode & 0o777).toBe(0o700)
  })

  it('says in its header what it is', () => {
    using file = recordingFile()
    file.store.commit(sealedCommit(spans(5, 1)))
    using database = new DatabaseSync(file.path, { readOnly: true })
    const pragma = (name: string): unknown => database.prepare(`PRAGMA ${name}`).get()?.[name]
    expect(pragma('application_id')).toBe(0x43494e45)
    expect(pragma('user_version')).toBe(6)
    expect(pragma('page_size')).toBe(4096)
    expect(pragma('auto_vacuum')).toBe(2)
    expect(pragma('journal_mode')).toBe('wal')
    expect(pragma('integrity_check')).toBe('ok')
  })

  it('holds no value page of a tail that was replaced', () => {
    using file = recordingFile()
    const fold = new Correlator({ thread: 0, maxRows: 1000, maxValueBytes: 1_000_000 })
    for (const [first, seal] of [
      [1, false],
      [100, false],
      [200, true],
    ] as const) {
      play(spans(5, first), fold)
      file.store.commit(commitOf(fold.cut(seal, 1000), fold.taken))
    }
    using database = new DatabaseSync(file.path, { readOnly: true })
    expect(database.prepare('SELECT count(*) AS pages FROM page').get()).toEqual({ pages: 1 })
  })

  it('is never written over', () => {
    using file = recordingFile()
    expect(() => createSqliteStore(file.path, PROCESS)).toThrow(expect.objectContaining({ code: 'CSC_ERR_STORE' }))
  })

  it('is one file once it is finished, and reads as closed', async () => {
    using file = recordingFile()
    file.store.commit(sealedCommit(spans(50, 1)))
    file.store.finish()
    file.store.finish()
    expect(names(file.path)).toEqual(['x.cine'])
    const reader = openSqliteSource(file.path)
    expect(reader.state()).toBe('closed')
    expect(reader.process).toEqual(PROCESS)
    expect(await reader.read((view) => view.films({ order: 'time', limit: 100 }).length)).toBe(50)
    reader.close()
    expect(names(file.path)).toEqual(['x.cine'])
  })

  it('is whole after the writer died: what was committed is there, and it reads as interrupted', async () => {
    using file = recordingFile()
    for (let i = 0; i < 20; i++) file.store.commit(sealedCommit(spans(10, 1 + i * 100)))
    const copy = join(file.directory, 'copy.cine')
    copyFileSync(file.path, copy)
    copyFileSync(`${file.path}-wal`, `${copy}-wal`)
    const reader = openSqliteSource(copy)
    expect(reader.state()).toBe('interrupted')
    expect(await reader.read((view) => view.films({ order: 'time', limit: 1000 }).length)).toBe(200)
    reader.close()
    using database = new DatabaseSync(copy)
    expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  })

  it('cut short in its log holds the commits up to there, each whole', async () => {
    using file = recordingFile()
    for (let i = 0; i < 20; i++) file.store.commit(sealedCommit(spans(10, 1 + i * 100)))
    const copy = join(file.directory, 'copy.cine')
    const log = readFileSync(`${file.path}-wal`)
    for (const share of [0.3, 0.55, 0.9]) {
      rmSync(`${copy}-shm`, { force: true })
      copyFileSync(file.path, copy)
      writeFileSync(`${copy}-wal`, log.subarray(0, Math.floor(log.length * share)))
      const reader = openSqliteSource(copy)
      await reader.read((view) => {
        const segments = view.segments()
        expect(segments.length).toBeGreaterThan(0)
        expect(segments.length).toBeLessThan(20)
        for (const entry of segments) expect(view.rows(entry).length).toBe(10)
        expect(view.films({ order: 'time', limit: 1000 }).length).toBe(segments.length * 10)
      })
      reader.close()
    }
  })

  it('counts a corrupt tail as corrupt, not as pruned, also after a rest', async () => {
    using file = recordingFile()
    const fold = new Correlator({ thread: 0, maxRows: 1000, maxValueBytes: 1_000_000 })
    for (const first of [1, 100, 200]) {
      play(spans(5, first), fold)
      file.store.commit(commitOf(fold.cut(false, 1000), fold.taken))
    }
    using database = new DatabaseSync(file.path)
    database.exec("UPDATE segment SET meta = 'text', raw_length = 'long' WHERE id = 2")
    database.exec('DELETE FROM page WHERE number / 4096 = 3')
    const reader = openSqliteSource(file.path)
    await reader.read(async (view) => {
      const [first, second, third] = view.segments() as [SegmentEntry, SegmentEntry, SegmentEntry]
      await view.rest()
      const corrupt = expect.objectContaining({ code: 'CSC_ERR_CORRUPT' })
      expect(view.page(first, 0).length).toBeGreaterThan(0)
      expect(() => view.rows(second)).toThrow(corrupt)
      expect(() => view.meta(second)).toThrow(corrupt)
      expect(view.rows(third).length).toBe(5)
      expect(() => view.page(third, 0)).toThrow(corrupt)
    })
    reader.close()
  })

  it('holds tails for a read that rests as far as there is room, each whole or not at all', async () => {
    using file = recordingFile()
    const fold = new Correlator({ thread: 0, maxRows: 1000, maxValueBytes: 100_000_000 })
    const records = feed(fold)
    const tails = 30
    for (let i = 0; i < tails; i++) {
      records.spans(8, 131_072)
      file.store.commit(commitOf(fold.cut(false, 1000), fold.taken))
    }
    const reader = openSqliteSource(file.path)
    await reader.read(async (view) => {
      const entries = view.segments()
      await view.rest()
      file.store.commit(commitOf(fold.cut(true, 1), fold.taken))
      const wholes = entries.map((entry) => [...codesOf(view, entry)])
      expect(wholes).toHaveLength(tails)
      expect(wholes.slice(0, 14)).toEqual(Array.from({ length: 14 }, () => ['read']))
      expect(wholes.slice(17)).toEqual(Array.from({ length: tails - 17 }, () => ['CSC_ERR_PRUNED']))
      for (const codes of wholes) expect(codes).toHaveLength(1)
    })
    reader.close()
  })

  it('keeps the ledger exact when pruning fails half-way, and when it is tried again', async () => {
    using file = recordingFile()
    const fold = new Correlator({ thread: 0, maxRows: 10, maxValueBytes: 1_000_000 })
    play(spans(30, 1), fold)
    file.store.commit(commitOf(fold.cut(true, 1), fold.taken))
    using database = new DatabaseSync(file.path)
    const meta = database.prepare('SELECT meta FROM segment WHERE id = 2').get()?.['meta'] as Uint8Array
    database.prepare('UPDATE segment SET meta = ? WHERE id = 2').run(Buffer.from([3, 9]))
    expect(() => file.store.prune({ maxBytes: 0 })).toThrow(expect.objectContaining({ name: 'CinescopeError' }))
    const reader = openSqliteSource(file.path)
    const ledger = (): Promise<readonly LedgerRow[]> => reader.read((view) => view.ledger())
    expect(await ledger()).toEqual([{ reason: 'stored', kind: 'span', count: 60 }])
    database.prepare('UPDATE segment SET meta = ? WHERE id = 2').run(meta)
    const indexes = () => database.prepare('SELECT count(*) AS count FROM gram').get()
    expect(indexes()).toEqual({ count: 4 })
    expect(file.store.prune({ maxBytes: 0 }).events).toEqual(new Map([[0, 60]]))
    expect(indexes()).toEqual({ count: 0 })
    expect(await ledger()).toEqual([{ reason: 'pruned', kind: 'span', count: 60 }])
    reader.close()
  })

  it('loses its oldest segments before there are more than a reader takes, whatever its budget', async () => {
    using file = recordingFile()
    const commit = sealedCommit(spans(1, 1))
    file.store.commit({ ...commit, sealed: Array.from({ length: 24_576 + 3 }, () => commit.sealed[0]!) })
    const reader = openSqliteSource(file.path)
    const pruned = [file.store.prune({ maxBytes: 2 ** 44 }).segments, file.store.prune({ maxBytes: 2 ** 44 }).segments]
    expect(pruned).toEqual([3, 0])
    expect(await reader.read((view) => view.segments()[0]?.id)).toBe(4)
    reader.close()
  }, 60_000)

  it('stays within its budget while it is read all the time', async () => {
    using file = recordingFile()
    const budget = 300_000
    const reader = openSqliteSource(file.path)
    let reads = 0
    let most = 0
    let pruned = 0
    for (let i = 0; i < 200; i++) {
      file.store.commit(sealedCommit(noisySpans(300, 1 + i * 600)))
      if (i % 8 === 0) pruned += file.store.prune({ maxBytes: budget }).segments
      reads += await reader.read((view) => view.films({ order: '-time', limit: 10 }).length)
      most = Math.max(most, statSync(file.path).size)
    }
    reader.close()
    expect(pruned).toBeGreaterThan(100)
    expect(reads).toBeGreaterThan(1000)
    // freed pages serve the next segments: the file has room for the budget and what came between two prunings
    expect(most).toBeLessThan(budget * 1.75)
    file.store.finish()
    expect(statSync(file.path).size).toBeLessThan(budget * 1.75)
  })

  it('is read by a second process while the first writes, each read a whole number of commits', async () => {
    using file = recordingFile()
    file.store.commit(sealedCommit(spans(10, 1)))
    const child = spawn(
      process.execPath,
      ['--conditions=@cinescope/source', fileURLToPath(new URL('./reader-process.ts', import.meta.url)), file.path],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    for (let i = 1; !output.includes('done'); i++) {
      file.store.commit(sealedCommit(spans(10, 1 + i * 100)))
      await new Promise((resolve) => setTimeout(resolve, 2))
      expect(i).toBeLessThan(5000)
    }
    const counts = output.split('\n').flatMap((line) => (line.startsWith('films ') ? [Number(line.slice(6))] : []))
    expect(counts).toHaveLength(30)
    expect(counts.every((count) => count % 10 === 0)).toBe(true)
    expect(counts.toSorted((a, b) => a - b)).toEqual(counts)
    expect(counts.at(-1)).toBeGreaterThan(counts[0]!)
  })
})

/** Spans with values that do not compress. */
function noisySpans(count: number, first: number) {
  return spans(count, first).map((record) => ({ ...record, value: Math.random() * 2 ** 52, cause: 0 }))
}
