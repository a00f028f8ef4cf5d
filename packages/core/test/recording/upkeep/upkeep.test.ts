import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { compactRecording } from '../../../src/recording/upkeep/compact.ts'
import { pruneDirectory } from '../../../src/recording/upkeep/prune-directory.ts'
import { pruneRecording } from '../../../src/recording/upkeep/prune.ts'
import { openRecording } from '../../../src/recording/open-recording.ts'
import { States } from '../../timetravel/states-fixture.ts'
import { entityOf } from '../../timetravel/states-fixture.ts'
import { createSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts'
import { recount } from '../../badluck/recount.ts'
import { temporaryDirectory } from '../../store/directory.ts'
import { PROCESS } from '../recording-fixture.ts'
import { record, SEGMENT_EVENTS, smallDisk } from './makings.ts'

const coded = (code: string, text: string): object =>
  expect.objectContaining({ code, message: expect.stringContaining(text) }) as object

/** What its ledger says, after it has been compared with the file. */
async function account(path: string): Promise<{ stored: number; pruned: number; produced: number; state: string }> {
  await using recording = openRecording(path)
  const { stored, pruned, produced } = await recording.ledger()
  const counted = recount(path)
  expect(counted).toMatchObject({ integrity: 'ok', events: stored })
  expect((await recording.events({ limit: 10, values: false })).explain.corrupt).toBe(0)
  return { stored, pruned, produced, state: (await recording.status()).state }
}

/** Runs it in a process that is killed after so long; true if it had not ended by then. */
async function killed(what: string, path: string, afterMs: number): Promise<boolean> {
  const program = fileURLToPath(new URL('upkeep-process.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=@cinescope/source', program, what, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  await once(child.stdout, 'data')
  await setTimeout(afterMs)
  child.kill('SIGKILL')
  return (await ended)[1] === 'SIGKILL'
}

describe('pruning a recording that nobody writes', () => {
  it('removes its oldest segments, moves their events in the ledger, and makes the file smaller', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'a.cine')
    record(path, 100).finish()
    const before = statSync(path).size
    const report = await pruneRecording(path, { maxEvents: 25 * SEGMENT_EVENTS })
    expect(report).toEqual({
      segments: 75,
      events: 75 * SEGMENT_EVENTS,
      bytesBefore: before,
      bytesAfter: statSync(path).size,
    })
    expect(report.bytesAfter).toBeLessThan(before * 0.3)
    expect(await account(path)).toEqual({
      stored: 25 * SEGMENT_EVENTS,
      pruned: 75 * SEGMENT_EVENTS,
      produced: 20_000,
      state: 'closed',
    })
    const bytes = Math.floor(report.bytesAfter / 2)
    expect((await pruneRecording(path, { maxBytes: bytes })).bytesAfter).toBeLessThanOrEqual(bytes)
    expect((await account(path)).stored).toBeGreaterThan(5 * SEGMENT_EVENTS)
    expect(readdirSync(directory.path)).toEqual(['a.cine'])
  })

  it('goes by the age of events at an instant', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'a.cine')
    record(path, 10).finish()
    await using recording = openRecording(path)
    const { items } = await recording.events({ order: 'time', limit: 10_000 })
    const middle = items[Math.floor(items.length / 2)]!.at
    await pruneRecording(path, { sinceMs: middle })
    expect((await account(path)).stored).toBe(5 * SEGMENT_EVENTS)
    await pruneRecording(path, { sinceMs: items.at(-1)!.at + 3_600_000 })
    expect((await account(path)).stored).toBe(0)
  })

  it('carries states over', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'a.cine')
    const states = new States({ store: createSqliteStore(path, PROCESS), maxRows: 5 })
    states.state(1, { items: ['first'] })
    for (let n = 0; n < 100; n++) {
      states.clock.advance(1)
      states.state(2, { n })
    }
    states.commit(true)
    states.store.finish()
    await pruneRecording(path, { maxEvents: 0 })
    await using recording = openRecording(path)
    expect(await recording.stateAt(entityOf(1))).toMatchObject({ state: { items: ['first'] } })
  })

  it('is refused of one that is live, of what is no recording, and of a merged one', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'a.cine')
    const store = record(path, 3)
    for (const change of [() => pruneRecording(path, { maxEvents: 0 }), () => compactRecording(path)])
      await expect(change()).rejects.toThrow(coded('CSC_ERR_STORE', 'is live'))
    store.finish()
    expect((await account(path)).stored).toBe(3 * SEGMENT_EVENTS)
    const other = join(directory.path, 'b.cine')
    writeFileSync(other, 'no recording')
    await expect(pruneRecording(other, { maxEvents: 0 })).rejects.toThrow(coded('CSC_ERR_FORMAT', 'not a'))
    expect(readdirSync(directory.path)).toEqual(['a.cine', 'b.cine'])
    writeFileSync(`${path}-lock`, 'not empty')
    await expect(pruneRecording(path, { maxEvents: 0 })).rejects.toThrow(coded('CSC_ERR_STORE', 'is no lock'))
  })

  it('leaves a readable file and an exact ledger when it is killed', { timeout: 60_000 }, async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'a.cine')
    record(path, 1500, 20_000).finish()
    const copy = join(directory.path, 'copy.cine')
    let inMidst = 0
    // how far it comes depends on the machine
    for (let run = 0; run < 5 || (inMidst === 0 && run < 30); run++) {
      for (const name of readdirSync(directory.path))
        if (name.startsWith('copy')) writeFileSync(join(directory.path, name), '')
      copyFileSync(path, copy)
      for (const end of ['-wal', '-shm']) if (existsSync(`${copy}${end}`)) writeFileSync(`${copy}${end}`, '')
      await killed('prune', copy, (run % 10) * 10)
      const { stored, pruned, produced } = await account(copy)
      expect(stored + pruned).toBe(1500 * SEGMENT_EVENTS)
      expect(produced).toBe(1500 * SEGMENT_EVENTS)
      if (stored > 0 && pruned > 0) inMidst++
      await pruneRecording(copy, { maxEvents: 0 })
      expect(await account(copy)).toMatchObject({ stored: 0, pruned: 1500 * SEGMENT_EVENTS })
      expect(readdirSync(directory.path)).toEqual(['a.cine', 'copy.cine'])
    }
    expect(inMidst).toBeGreaterThan(0)
  })
})

describe('compacting a recording', () => {
  /** One of which retention has freed nine tenths. */
  function pruned(path: string, segments = 100) {
    const store = record(path, segments)
    while (store.prune({ maxEvents: (segments / 10) * SEGMENT_EVENTS }).segments > 0);
    return store
  }

  it('gives the free room back, of one that was killed too, and leaves one file of the same content', async () => {
    using directory = temporaryDirectory()
    const [path, left] = [join(directory.path, 'a.cine'), join(directory.path, 'left.cine')]
    const store = pruned(path)
    copyFileSync(path, left)
    copyFileSync(`${path}-wal`, `${left}-wal`)
    store.finish()
    for (const each of [path, left]) {
      const before = await account(each)
      const { bytesBefore, bytesAfter } = await compactRecording(each)
      expect(bytesAfter).toBe(statSync(each).size)
      expect(bytesAfter).toBeLessThan(bytesBefore / 4)
      expect(statSync(each).mode & 0o777).toBe(statSync(path).mode & 0o777)
      expect(await account(each)).toEqual(before)
      using database = new DatabaseSync(each, { readOnly: true })
      expect(database.prepare('PRAGMA auto_vacuum').get()).toEqual({ auto_vacuum: 2 })
    }
    expect(readdirSync(directory.path)).toEqual(['a.cine', 'left.cine'])
  })

  it('lets a reader that has it open go on reading', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'a.cine')
    pruned(path).finish()
    await using reader = openRecording(path)
    const before = await reader.events({ limit: 500, order: '-time' })
    await compactRecording(path)
    const after = await reader.events({ limit: 500, order: '-time' })
    expect(after.items.map(({ id }) => id)).toEqual(before.items.map(({ id }) => id))
  })

  it(
    'leaves the old one whole when it is killed, and nothing else behind after the next',
    { timeout: 120_000 },
    async () => {
      using directory = temporaryDirectory()
      const path = join(directory.path, 'a.cine')
      pruned(path, 300).finish()
      const before = await account(path)
      const whole = readFileSync(path)
      let interrupted = 0
      // how long it takes to come to it, and to do it, depends on the machine
      for (let run = 0; run < 5 || (interrupted === 0 && run < 45); run++) {
        writeFileSync(path, whole)
        await killed('compact', path, (run % 15) * 5)
        expect(await account(path)).toEqual(before)
        if (existsSync(`${path}-compact`)) interrupted++
        await compactRecording(path)
        expect(await account(path)).toEqual(before)
        expect(readdirSync(directory.path)).toEqual(['a.cine'])
      }
      expect(interrupted).toBeGreaterThan(0)
    },
  )

  it('leaves the old one where the disk has no room, and says so', async ({ skip }) => {
    using directory = temporaryDirectory()
    using disk = smallDisk(directory.path, 11_000)
    if (disk === undefined) return skip('mounting takes root')
    const path = join(disk.path, 'a.cine')
    const made = join(directory.path, 'made.cine')
    record(made, 60).finish()
    copyFileSync(made, path)
    const before = await account(path)
    await expect(compactRecording(path)).rejects.toThrow(coded('CSC_ERR_STORE', 'cannot be compacted and is as it was'))
    expect(await account(path)).toEqual(before)
    expect(readdirSync(disk.path)).toEqual(['a.cine'])
    disk.fill()
    await expect(pruneRecording(path, { maxEvents: 100 })).rejects.toThrow(coded('CSC_ERR_STORE', 'cannot be changed'))
    expect(await account(path)).toEqual(before)
    disk.free()
    await pruneRecording(path, { maxEvents: 10 * SEGMENT_EVENTS })
    await compactRecording(path)
    expect(await account(path)).toMatchObject({ stored: 10 * SEGMENT_EVENTS, produced: before.produced })
  })
})

describe('pruning a directory', () => {
  const DAY = 86_400_000
  const name = (day: number): string => `2026010${day}T000000000Z-1-00000000000${day}.cine`

  /** Recordings of the days 1 to 5, the last one live. */
  function recordings(directory: string) {
    for (const day of [1, 2, 3, 4]) record(join(directory, name(day)), 2).finish()
    const live = record(join(directory, name(5)), 2)
    return { [Symbol.dispose]: () => live.finish() }
  }
  const left = (directory: string): number[] =>
    readdirSync(directory).flatMap((each) => (each.endsWith('.cine') ? [Number(each[7])] : []))

  it.each([
    ['so many of the newest', { keepLast: 2 }, [4, 5]],
    ['a number of events', { maxEvents: 3 * 2 * SEGMENT_EVENTS }, [3, 4, 5]],
    ['nothing but what is live', { maxBytes: 0 }, [5]],
    ['so many of the newest in spite of a limit', { maxBytes: 0, keepLast: 3 }, [3, 4, 5]],
    ['nothing that is older', { sinceMs: PROCESS.anchor.wallMs + DAY }, [5]],
    ['all that is younger', { sinceMs: PROCESS.anchor.wallMs - DAY }, [1, 2, 3, 4, 5]],
  ])('leaves %s', async (_what, limits, days) => {
    using directory = temporaryDirectory()
    using _live = recordings(directory.path)
    const planned = await pruneDirectory(directory.path, limits, { isDryRun: true })
    expect(left(directory.path)).toEqual([1, 2, 3, 4, 5])
    const { kept, removed } = await pruneDirectory(directory.path, limits)
    expect(left(directory.path)).toEqual(days)
    expect(kept).toHaveLength(days.length)
    expect(removed).toEqual(planned.removed)
    expect(removed.map(({ path }) => path)).toEqual(removed.map(({ path }) => path).toSorted())
  })

  it('takes what lies beside a recording with it, and what a removal that was killed has left', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, name(1))
    const store = record(path, 2)
    const killedOne = join(directory.path, name(2))
    for (const end of ['', '-wal', '-shm']) copyFileSync(`${path}${end}`, `${killedOne}${end}`)
    for (const end of ['-wal', '-compact']) writeFileSync(join(directory.path, `gone.cine${end}`), 'x')
    writeFileSync(join(directory.path, 'notes-wal'), 'x')
    await pruneDirectory(directory.path, { maxBytes: 0 })
    store.finish()
    expect(readdirSync(directory.path)).toEqual([name(1), 'notes-wal'])
  })

  it('leaves alone what it cannot read, and tells of it', async () => {
    using directory = temporaryDirectory()
    writeFileSync(join(directory.path, 'b.cine'), 'no recording')
    const { leftAlone } = await pruneDirectory(directory.path, { keepLast: 1, maxBytes: 0 })
    expect(leftAlone).toMatchObject([{ path: join(directory.path, 'b.cine'), code: 'CSC_ERR_FORMAT' }])
    expect(readdirSync(directory.path)).toEqual(['b.cine'])
  })
})
