import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { createScope } from '@cinescope/core'
import { openRecording } from '@cinescope/core/reader'
import { KIND_LIMIT, nodeId, timeNs, wallMs } from '@cinescope/protocol'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import { createSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts'
import type { EventStore } from '../../../src/store/event-store.ts'
import { Correlator } from '../../../src/correlate/correlator.ts'
import { recount } from '../recount.ts'
import { temporaryDirectory } from '../programs.ts'
import { feed } from './feed.ts'

const PROCESS = {
  node: nodeId('0123456789ab'),
  pid: process.pid,
  service: 'test',
  hostname: 'test',
  nodeVersion: process.version,
  cinescopeVersion: '0',
  anchor: { atNs: timeNs(0), wallMs: wallMs(0) },
}

/** Commits `segments` sealed segments of 500 spans each; the first segment alone holds logs. */
function fill(store: EventStore, segments: number): void {
  const fold = new Correlator({ thread: 0, maxRows: 8192, maxValueBytes: 1_048_576 })
  const records = feed(fold)
  for (let segment = 0; segment < segments; segment++) {
    if (segment === 0) records.logs(10)
    records.spans(500, 200)
    store.commit({ ...fold.cut(true, 1), definitions: [], taken: fold.taken.slice(), lost: [], counters: {} })
  }
}

async function totals(store: EventStore): Promise<Record<string, number>> {
  const rows = await store.read((view) => view.ledger())
  return Object.fromEntries(rows.map(({ reason, kind, count }) => [`${reason} ${kind}`, count]))
}

describe('retention and the ledger', () => {
  it.for(['sqlite', 'memory'])('a kind that retention has removed wholly is stored no more (%s)', async (kind) => {
    await using directory = await temporaryDirectory()
    const path = `${directory.path}/a.cine`
    const store = kind === 'sqlite' ? createSqliteStore(path, PROCESS) : createMemoryStore(PROCESS)
    fill(store, 8)
    store.prune({ maxBytes: 1 })
    const ledger = await totals(store)
    store.close()
    expect(ledger['pruned log']).toBe(10)
    expect(ledger['stored log'] ?? 0).toBe(0)
    expect((ledger['stored span'] ?? 0) + ledger['pruned span']!).toBe(8000)
  })

  it('a prune that fails leaves the account as it was', async () => {
    await using directory = await temporaryDirectory()
    const path = `${directory.path}/a.cine`
    const store = createSqliteStore(path, PROCESS)
    fill(store, 4)
    using other = new DatabaseSync(path)
    other.exec("UPDATE segment SET meta = x'01ffffff7f00' WHERE id = 3")
    expect(() => store.prune({ maxBytes: 1 })).toThrow()
    other.exec('UPDATE segment SET meta = (SELECT meta FROM segment WHERE id = 2) WHERE id = 3')
    store.prune({ maxBytes: 1 })
    const ledger = await totals(store)
    store.close()
    expect((ledger['stored span'] ?? 0) + ledger['pruned span']!).toBe(4000)
  })

  it('the ledger of a scope at its byte limit is that of its segments', async () => {
    await using directory = await temporaryDirectory()
    const scope = await createScope({
      directory: directory.path,
      handleSignals: false,
      sources: false,
      maxBytes: 1_048_576,
    })
    scope.log('only at the beginning')
    for (let i = 0; i < 40; i++) {
      for (let j = 0; j < 500; j++) scope.span(`s${j % 9}`, () => ({ i, j, random: String(Math.random()).repeat(20) }))
      await scope.flush()
    }
    await scope.stop()
    await using recording = openRecording(scope.path!)
    const ledger = await recording.ledger()
    expect(ledger.pruned).toBeGreaterThan(0)
    expect(ledger.stored).toBe(recount(scope.path!).events)
    expect(ledger.produced).toBe(40_001)
  })
})

describe('a film that ended with an odd number', () => {
  it.for([1.5, Number.NaN, Infinity, -1, 2 ** 60])('%d does not spoil the list of films', async (number) => {
    await using directory = await temporaryDirectory()
    const store = createSqliteStore(`${directory.path}/a.cine`, PROCESS)
    const fold = new Correlator({ thread: 0, maxRows: 8192, maxValueBytes: 1_048_576 })
    feed(fold).spans(1, 0, number)
    store.commit({ ...fold.cut(true, 1), definitions: [], taken: new Float64Array(KIND_LIMIT), lost: [], counters: {} })
    const films = await store.read((view) => view.films({ order: 'time', limit: 10 }))
    store.close()
    expect(films).toHaveLength(1)
  })
})

it('a recording used after its close answers with a code', async () => {
  await using directory = await temporaryDirectory()
  createSqliteStore(`${directory.path}/a.cine`, PROCESS).finish()
  const recording = openRecording(`${directory.path}/a.cine`)
  await recording.close()
  for (const ask of [() => recording.films(), () => recording.ledger(), () => recording.status()]) {
    await expect((async () => ask())()).rejects.toMatchObject({ code: 'CSC_ERR_STOPPED' })
  }
})

it('an entity born again after its death is found under its new number, whatever the store', async () => {
  await using directory = await temporaryDirectory()
  for (const store of ['sqlite', 'memory'] as const) {
    await using scope = await createScope({ directory: directory.path, handleSignals: false, sources: false, store })
    const first = scope.entity('socket', 'a')
    first.snapshot({ life: 1 })
    first.died()
    const second = scope.entity('socket', 'a')
    second.snapshot({ life: 2 })
    await scope.flush()
    expect(await scope.recording().stateAt(second.entity)).toMatchObject({ state: { life: 2 } })
  }
})
