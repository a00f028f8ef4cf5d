import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { Correlator } from '../../src/correlate/correlator.ts'
import { openSqliteSource } from '../../src/store/sqlite/sqlite-source.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { feed } from '../badluck/regression/feed.ts'
import { recount } from '../badluck/recount.ts'
import { smallDisk } from '../recording/upkeep/makings.ts'
import { commitOf, PROCESS } from '../recording/recording-fixture.ts'
import { temporaryDirectory } from './directory.ts'

const MAX_BYTES = 8_000_000
const EVENTS = 200

/** A store that is fed segments of 100 kB, and pruned after each as the writer does. */
function writing(path: string, maxBytes = MAX_BYTES) {
  const store = createSqliteStore(path, PROCESS)
  const fold = new Correlator({ thread: 0, maxRows: 1000, maxValueBytes: 100_000_000 })
  const records = feed(fold)
  let unwritten: ReturnType<typeof commitOf> | undefined
  store.prune({ maxBytes })
  return {
    store,
    /** As the pipeline does, which keeps what was refused and takes nothing meanwhile. */
    write(): void {
      if (unwritten === undefined) {
        records.spans(EVENTS / 2, 1000)
        unwritten = commitOf(fold.cut(true, 1), fold.taken)
      }
      store.commit(unwritten)
      unwritten = undefined
      store.prune({ maxBytes })
    },
    sum: (): number => statSync(path).size + (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0),
    /** Events of a commit that was refused. */
    held: (): number => (unwritten === undefined ? 0 : EVENTS),
    taken: (): number => fold.taken.reduce((all, count) => all + count, 0),
    [Symbol.dispose]: () => store.close(),
  }
}

async function ledgerOf(path: string): Promise<{ stored: number; pruned: number }> {
  const source = openSqliteSource(path)
  const rows = await source.read((view) => view.ledger())
  source.close()
  const of = (reason: string): number => rows.reduce((sum, row) => sum + (row.reason === reason ? row.count : 0), 0)
  return { stored: of('stored'), pruned: of('pruned') }
}

function codeOf(act: () => void): string | undefined {
  try {
    act()
    return undefined
  } catch (thrown) {
    return `${(thrown as { code?: string }).code}: ${(thrown as Error).message}`
  }
}

describe('a reader that holds the log', () => {
  it('makes commits be refused before file and log exceed the budget; when it lets go all that was recorded is there', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'x.cine')
    using recording = writing(path)
    for (let i = 0; i < 20; i++) recording.write()
    using holder = new DatabaseSync(path, { readOnly: true })
    holder.exec('BEGIN')
    holder.prepare('SELECT count(*) FROM segment').get()
    let most = 0
    let refused: string | undefined
    let written = 0
    while (refused === undefined && written < 500) {
      refused = codeOf(() => recording.write())
      written++
      most = Math.max(most, recording.sum())
    }
    expect(refused).toMatch(/^CSC_ERR_STORE: .*reached maxBytes \(8000000\), and a reader has held the log/)
    expect(most).toBeLessThan(MAX_BYTES * 1.1)
    expect(codeOf(() => recording.write())).toBe(refused)
    expect(recording.sum()).toBeLessThan(MAX_BYTES * 1.1)
    holder.exec('COMMIT')
    for (let i = 0; i < 100; i++) {
      recording.write()
      most = Math.max(most, recording.sum())
    }
    expect(most).toBeLessThan(MAX_BYTES * 1.1)
    const { stored, pruned } = await ledgerOf(path)
    expect(stored + pruned).toBe(recording.taken())
    expect(stored).toBe(recount(path).events)
  })
})

describe('a disk that is full', () => {
  it('costs nothing that is recorded later: commits and prunings are refused whole, and go on when there is room', async ({
    skip,
  }) => {
    using directory = temporaryDirectory()
    using disk = smallDisk(directory.path, 12_000)
    if (disk === undefined) return skip('mounting takes root')
    const path = join(disk.path, 'x.cine')
    using recording = writing(path, 4_000_000)
    for (let i = 0; i < 20; i++) recording.write()
    for (let round = 0; round < 3; round++) {
      disk.fill()
      let refused: string | undefined
      for (let i = 0; i < 200 && refused === undefined; i++) refused = codeOf(() => recording.write())
      expect(refused).toMatch(/^CSC_ERR_STORE: .*(full|disk I\/O)/)
      const pruned = codeOf(() => recording.store.prune({ maxEvents: 0 }))
      expect(pruned ?? 'CSC_ERR_STORE').toContain('CSC_ERR_STORE')
      const held = await ledgerOf(path)
      expect(held.stored + held.pruned).toBe(recording.taken() - recording.held())
      expect(held.stored).toBe(recount(path).events)
      disk.free()
      for (let i = 0; i < 40; i++) recording.write()
      const { stored, pruned: gone } = await ledgerOf(path)
      expect(stored + gone).toBe(recording.taken())
      expect(stored).toBe(recount(path).events)
    }
  })
})

describe('freed pages', () => {
  it('are used again: a file does not outgrow its budget though twenty times as much is written', () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'x.cine')
    using recording = writing(path, 1_048_576)
    for (let i = 0; i < 200; i++) {
      recording.write()
      if (i > 10) expect(recording.sum()).toBeLessThan(1_048_576 * 1.1)
    }
  })
})

describe('a limit that falls', () => {
  it('leaves a file within it, though nothing is written any more', () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'x.cine')
    using recording = writing(path, 1e9)
    for (let i = 0; i < 60; i++) recording.write()
    for (let maxBytes = 5_500_000; maxBytes >= 1_500_000; maxBytes -= 130_000) {
      while (!recording.store.prune({ maxBytes }).isDone);
      expect(statSync(path).size).toBeLessThanOrEqual(maxBytes)
    }
  })
})
