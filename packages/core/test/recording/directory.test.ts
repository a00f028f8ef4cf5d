import { spawnSync } from 'node:child_process'
import { copyFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { type CinescopeEvent, type EventOrder, KINDS, nodeId, PHASE, wallMs } from '@cinescope/protocol'
import fc from 'fast-check'
import { beforeAll, afterAll, describe, expect, it } from 'vitest'
import { openRecording, recordingsIn } from '../../src/recording/open-recording.ts'
import type { OpenRecording } from '../../src/recording/recording.ts'
import { Correlator } from '../../src/correlate/correlator.ts'
import { extractFilms } from '../../src/recording/copy/extract.ts'
import { mergeRecordings } from '../../src/recording/copy/merge.ts'
import { packRecording } from '../../src/recording/copy/pack.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { sealedCommit, spans } from '../store/conformance.ts'
import { temporaryDirectory } from '../store/directory.ts'
import { POINT } from './point.ts'
import { commitOf, PROCESS, recordInto, UNCUT } from './recording-fixture.ts'
import { type Offered, play } from './stream.ts'

/** Records `count` films by a process that began `shiftMs` after the first. */
function record(directory: string, index: number, count: number, shiftMs: number): void {
  const store = createSqliteStore(join(directory, `${String(index).padStart(4, '0')}.cine`), {
    ...PROCESS,
    node: nodeId(String(index).padStart(12, '0')),
    anchor: { ...PROCESS.anchor, wallMs: wallMs(PROCESS.anchor.wallMs + shiftMs) },
  })
  if (count > 0) store.commit(sealedCommit(spans(count, 1)))
  store.finish()
}

async function paged<T>(
  read: (cursor: { cursor?: string }) => Promise<{ items: readonly T[]; cursor: string | undefined }>,
): Promise<T[]> {
  const items: T[] = []
  let cursor: string | undefined
  do {
    const page = await read(cursor === undefined ? {} : { cursor })
    items.push(...page.items)
    cursor = page.cursor
  } while (cursor !== undefined)
  return items
}

async function codeOf(answer: Promise<unknown>): Promise<string> {
  return answer.then(
    () => 'answered',
    (thrown: { code: string }) => thrown.code,
  )
}

function openPaths(): string[] {
  return readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      return [readlinkSync(`/proc/self/fd/${name}`)]
    } catch {
      return []
    }
  })
}

const ORDERS: readonly EventOrder[] = ['time', '-time', 'duration', '-duration']

describe('a directory opened as one recording', () => {
  it('gives the pages that its recordings give, merged by time or duration, whatever their size', async () => {
    const process = fc.record({ count: fc.nat(6), shiftMs: fc.integer({ min: 0, max: 9 }).map((n) => n / 1000) })
    const given = fc.tuple(
      fc.array(process, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(...ORDERS),
      fc.integer({ min: 1, max: 9 }),
    )
    await fc.assert(
      fc.asyncProperty(given, async ([processes, order, limit]) => {
        using directory = temporaryDirectory()
        for (const [i, { count, shiftMs }] of processes.entries()) record(directory.path, i, count, shiftMs)
        const key = (item: { at: number; durationNs: number | undefined }): number =>
          (order.endsWith('time') ? item.at : (item.durationNs ?? -1)) * (order.startsWith('-') ? -1 : 1)
        const events: CinescopeEvent[] = []
        for (const path of recordingsIn(directory.path).toReversed()) {
          await using one = openRecording(path)
          events.push(...(await one.events({ order, limit: 10_000 })).items)
        }
        // a stable sort: equal keys stay in the order of nodes, and of each recording
        const expected = events.toSorted((a, b) => key(a) - key(b)).map(({ id }) => id)
        await using all = openRecording(directory.path)
        expect((await paged((at) => all.events({ order, limit, ...at }))).map(({ id }) => id)).toEqual(expected)
        expect((await paged((at) => all.films({ order, limit, ...at }))).map(({ id }) => id)).toEqual(expected)
      }),
      { numRuns: 15 },
    )
  }, 60_000)

  it('leaves out what it cannot read, says so, and refuses when that is all', async () => {
    using directory = temporaryDirectory()
    writeFileSync(join(directory.path, '9999.cine'), 'no recording')
    expect(await codeOf(openRecording(directory.path).films())).toBe('CSC_ERR_FORMAT')
    record(directory.path, 1, 3, 0)
    copyFileSync(join(directory.path, '0001.cine'), join(directory.path, '0000.cine'))
    await using all = openRecording(directory.path)
    const { items, explain } = await all.films()
    expect(items).toHaveLength(3)
    expect(explain.plan).toContain('in each of 1 recordings; 2 left out')
    const { parts, unread } = await all.status()
    expect(parts?.map(({ path }) => basename(path))).toEqual(['0001.cine'])
    expect(unread?.map(({ path, code }) => [basename(path), code])).toEqual([
      ['9999.cine', 'CSC_ERR_FORMAT'],
      ['0000.cine', 'CSC_ERR_FORMAT'],
    ])
  })

  it('reads the recording that goes on, not a packed copy beside it, whatever they are called', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, '0001.cine')
    const fold = new Correlator({ thread: 0, maxRows: 1000, maxValueBytes: 1000 })
    const store = createSqliteStore(path, PROCESS)
    play(spans(2, 1), fold)
    store.commit(commitOf(fold.cut(true, 1), fold.taken))
    await packRecording(path, { path: join(directory.path, '0001.packed.cine') })
    await using all = openRecording(directory.path)
    // alike, but one is live
    expect((await all.status()).parts?.map((part) => basename(part.path))).toEqual(['0001.cine'])
    play(spans(3, 5), fold)
    store.commit(commitOf(fold.cut(true, 1), fold.taken))
    expect((await all.films()).items).toHaveLength(5)
    store.close()
    // neither is live, and the copy has less
    const { parts, unread } = await all.status()
    expect(parts?.map((part) => basename(part.path))).toEqual(['0001.cine'])
    expect(unread?.map((file) => basename(file.path))).toEqual(['0001.packed.cine'])
  })

  it('takes up a process that starts while it is open, but not into pages that began before', async () => {
    using directory = temporaryDirectory()
    record(directory.path, 1, 2, 0)
    await using all = openRecording(directory.path)
    const first = await all.films({ limit: 1 })
    record(directory.path, 2, 2, 5)
    expect((await all.films({ limit: 9, cursor: first.cursor! })).items).toHaveLength(1)
    expect((await all.films()).items).toHaveLength(4)
    await using newest = openRecording(directory.path, { newest: true })
    expect((await newest.films()).items).toHaveLength(2)
  })

  it('counts what all of its recordings hold together', async () => {
    using directory = temporaryDirectory()
    for (const [i, [count, shiftMs]] of [[3, 0] as const, [5, 4000] as const, [0, 1] as const].entries())
      record(directory.path, i, count, shiftMs)
    await using all = openRecording(directory.path)
    const { items } = await all.events({ limit: 100 })
    const [whole] = (await all.aggregate({ quantiles: [0, 1], histogram: 2 })).groups
    const lengths = items.flatMap(({ durationNs = -1 }) => (durationNs < 0 ? [] : [durationNs / 1e6]))
    const seconds = (items.at(-1)!.at - items[0]!.at) / 1000
    expect(whole).toMatchObject({ count: 8, measured: lengths.length, max: Math.max(...lengths) })
    expect(whole!.sum).toBeCloseTo(
      lengths.reduce((sum, each) => sum + each, 0),
      9,
    )
    expect(whole!.perSecond).toBeCloseTo(8 / seconds, 6)
    expect(whole!.histogram!.reduce((sum, { count }) => sum + count, 0)).toBe(lengths.length)
    const { groups, explain } = await all.aggregate({ perMs: 1000 })
    const buckets = Map.groupBy(items, ({ at }) => Math.floor(at / 1000) * 1000)
    expect(groups.map(({ at, count }) => [at, count])).toEqual(Array.from(buckets, ([at, own]) => [at, own.length]))
    expect(explain).toMatchObject({ segmentsRolledUp: 2, plan: expect.stringContaining('in each of 3 recordings') })
  })

  it('counts nothing of a recording that turns out to be damaged', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, '0002.cine')
    const store = createSqliteStore(path, { ...PROCESS, node: nodeId('000000000002') })
    // a film that goes on through all segments, of which the oldest is read last
    const root: Offered = { ...POINT, seq: 1, kind: KINDS.request, phase: PHASE.begin, time: 1, root: 1 }
    const children = Array.from({ length: 9 }, (_, i) => ({ ...POINT, seq: i + 2, time: i + 2, parent: 1, root: 1 }))
    recordInto(store, [root, ...children, ...spans(40, 11)], { ...UNCUT, maxRows: 10 })
    store.finish()
    record(directory.path, 1, 2, 0)
    const database = new DatabaseSync(path)
    database.exec('UPDATE film SET status = 1.5 WHERE number = 1')
    database.close()
    await using all = openRecording(directory.path)
    const { groups, explain } = await all.aggregate({ by: 'route' })
    expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(2)
    expect(explain.plan).toContain('in each of 1 recordings')
  })

  it('shows events where they happened, however far recordings are apart', async () => {
    using directory = temporaryDirectory()
    const days = 400
    record(directory.path, 1, 3, -days * 86_400_000)
    record(directory.path, 2, 2, 0)
    await using all = openRecording(directory.path)
    const { items } = await all.events({ limit: 100 })
    const { from, stepMs, columns, lanes } = await all.tiles({ by: 'kind', width: 1000 })
    const [lane] = lanes
    const shown = Array.from(lane!.column, (column, i) => [from + column * stepMs, lane!.counts[i]!] as const)
    expect(shown).toHaveLength(2)
    for (const [at, count] of shown)
      expect(items.filter((event) => Math.abs(event.at - at - stepMs / 2) <= stepMs)).toHaveLength(count)
    expect(columns).toBeLessThan(2100)
    expect(await codeOf(all.tiles({ lanes: -1 }))).toBe('CSC_ERR_QUERY')
  })

  it('says of two extracts of one process that it reads one', async () => {
    using directory = temporaryDirectory()
    using extracts = temporaryDirectory()
    record(directory.path, 1, 3, 0)
    const path = join(directory.path, '0001.cine')
    await using whole = openRecording(path)
    for (const [index, { id }] of (await whole.films()).items.entries())
      await extractFilms(path, [id], { path: join(extracts.path, `${index}.cine`) })
    await using all = openRecording(extracts.path)
    expect((await all.films()).items).toHaveLength(1)
    const { unread } = await all.status()
    expect(unread?.map(({ message }) => message)).toEqual([
      expect.stringContaining('is another extract of process 000000000001'),
      expect.stringContaining('a merge of them holds both'),
    ])
  })

  it('sees that a file was replaced, and lets go of one that was removed', async () => {
    using directory = temporaryDirectory()
    using others = temporaryDirectory()
    for (const index of [1, 2, 3]) record(others.path, index, index, index)
    const [first, second, third] = [1, 2, 3].map((index) => join(others.path, `000${index}.cine`))
    const path = join(directory.path, 'all.cine')
    await mergeRecordings([first!], { path })
    await using all = openRecording(directory.path)
    const films = async (): Promise<number> => (await all.films()).items.length
    expect(await films()).toBe(1)
    await mergeRecordings([first!, second!], { path, force: true })
    expect(await films()).toBe(3)
    rmSync(path)
    copyFileSync(third!, path)
    expect(await films()).toBe(3)
    expect((await all.status()).parts?.map(({ status }) => status.process.node)).toEqual(['000000000003'])
    const isOpen = (): boolean => process.platform === 'linux' && openPaths().some((open) => open.includes(path))
    expect(isOpen()).toBe(process.platform === 'linux')
    rmSync(path)
    await all.films().catch(() => undefined)
    expect(isOpen()).toBe(false)
  })

  it('has an account of each process of a merged file', async () => {
    using directory = temporaryDirectory()
    for (const index of [1, 2]) record(directory.path, index, index * 3, index)
    const path = join(directory.path, 'all')
    await mergeRecordings([directory.path], { path })
    await using merged = openRecording(path)
    const { parts } = await merged.status()
    expect(parts?.map(({ status, ledger }) => [status.process.node, ledger.stored])).toEqual([
      ['000000000001', 6],
      ['000000000002', 12],
    ])
  })

  it('is no recording any more once it is removed', async () => {
    const directory = temporaryDirectory()
    record(directory.path, 0, 1, 0)
    await using all = openRecording(directory.path)
    directory[Symbol.dispose]()
    expect(await codeOf(all.films())).toBe('CSC_ERR_NO_RECORDING')
  })

  it('reads more recordings than it keeps open, at the same time too, and none once closed', async () => {
    using directory = temporaryDirectory()
    for (let i = 0; i < 40; i++) record(directory.path, i, 1, i)
    const all = openRecording(directory.path)
    const asked = await Promise.all([all.films(), all.events(), all.ledger()])
    expect([asked[0].items.length, asked[1].items.length, asked[2].stored]).toEqual([40, 40, 80])
    await all.close()
    expect(await codeOf(all.films())).toBe('CSC_ERR_STOPPED')
  })

  it.each(['x', 'dir:', 'dir:000000000000=;', 'time:1:1', `dir:000000000000=${'1'.repeat(81)}`])(
    'refuses a cursor that no page gave: %j',
    async (cursor) => {
      using directory = temporaryDirectory()
      record(directory.path, 0, 1, 0)
      await using all = openRecording(directory.path)
      expect(await codeOf(all.events({ cursor }))).toBe('CSC_ERR_QUERY')
    },
  )
})

describe('a cluster of which one worker called the other, which was killed', () => {
  const directory = temporaryDirectory()
  let recording: OpenRecording
  beforeAll(() => {
    const host = fileURLToPath(new URL('cluster-host.ts', import.meta.url))
    const args = ['--conditions=@cinescope/source', host, directory.path]
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 })
    expect(stderr).toBe('')
    expect(status).toBe(0)
    recording = openRecording(directory.path)
  }, 60_000)
  afterAll(async () => {
    await recording.close()
    directory[Symbol.dispose]()
  })

  it('is one recording, whose trace has a film of each process', async () => {
    const [caller] = (await recording.films({ where: { name: 'caller' } })).items
    const films = await recording.filmsOfTrace(caller!.traceId)
    expect(films.map(({ kind }) => kind)).toEqual(['span', 'request'])
    expect(new Set(films.map(({ traceId }) => traceId)).size).toBe(1)
    for (const { id } of films) expect((await recording.film(id)).summary.id).toBe(id)
    expect(await codeOf(recording.film(caller!.traceId))).toBe('CSC_ERR_AMBIGUOUS')
    expect(await codeOf(recording.film('ffffffffffffffff'))).toBe('CSC_ERR_NOT_FOUND')
  })

  it('finds an event, what is around it and the state of an entity in the process they belong to', async () => {
    const [span] = (await recording.events({ where: { kinds: ['client.request'] } })).items
    expect(await recording.event(span!.id)).toEqual(span)
    expect((await recording.parentsOf(span!.id)).at(-1)?.name).toBe('caller')
    expect((await recording.childrenOf(span!.film!)).map(({ id }) => id)).toContain(span!.id)
    const [snapshot] = (await recording.events({ where: { kinds: ['state.snapshot'] } })).items
    expect((await recording.stateAt(snapshot!.subject!))?.state).toEqual({ of: 'client' })
    expect(await codeOf(recording.stateAt({ ...snapshot!.subject!, id: '2' }))).toBe('CSC_ERR_NOT_FOUND')
    expect(await codeOf(recording.event('ffffffffffffffff'))).toBe('CSC_ERR_NOT_FOUND')
  })

  it('follows causes from one process into the other, and back', async () => {
    const [caller] = (await recording.films({ where: { name: 'caller' } })).items
    const [served] = (await recording.films({ where: { name: 'GET*' } })).items
    const up = await recording.causesOf(served!.id)
    expect(up.nodes.map(({ event: { kind }, depth }) => [kind, depth])).toEqual([
      ['request', 0],
      ['client.request', 1],
      ['span', 2],
    ])
    expect(up.edges.map(({ how }) => how)).toEqual(['remote', 'parent'])
    const down = await recording.effectsOf(caller!.id)
    expect(down.nodes.map(({ event: { id } }) => id)).toContain(served!.id)
    const path = await recording.pathBetween(served!.id, caller!.id)
    expect([path.direction, path.events.map(({ name }) => name)]).toEqual([
      'backward',
      up.nodes.map(({ event: { name } }) => name).toReversed(),
    ])
    const told = await recording.story(served!.id.slice(0, 8))
    expect(told.films.map(({ film: { id } }) => id)).toEqual([caller!.id, served!.id])
    expect(told.origins).toEqual([caller!.id])
    expect(told.edges).toMatchObject([{ how: 'remote', cause: up.nodes[1]!.event.id, effect: served!.id }])
    expect((await recording.concurrentWith(served!.id)).items.map(({ film }) => film)).not.toContain(caller!.id)
  })

  it('names a cause that is in a recording which was not asked', async () => {
    const [served] = (await recording.films({ where: { name: 'GET*' } })).items
    const sender = (await recording.causesOf(served!.id, { depth: 1 })).nodes[1]!.event.id
    for (const path of recordingsIn(directory.path)) {
      await using alone = openRecording(path)
      const up = await alone.causesOf(served!.id).catch(() => undefined)
      if (up === undefined) continue
      expect(up.nodes).toHaveLength(1)
      expect(up.missing).toEqual([{ from: sender, to: served!.id, how: 'remote', inferred: false }])
    }
  })

  it.each([
    ['causesOf', { depth: 0 }],
    ['effectsOf', { limit: 10_001 }],
    ['effectsOf', { depth: 1.5 }],
    ['concurrentWith', { cursor: '-time:1:1' }],
    ['story', { limit: 0 }],
  ] as const)('refuses %s with what is out of range', async (method, options) => {
    const [caller] = (await recording.films({ where: { name: 'caller' } })).items
    expect(await codeOf(recording[method](caller!.id, options))).toBe('CSC_ERR_QUERY')
    expect(await codeOf(recording[method]('ffffffffffffffff', {}))).toBe('CSC_ERR_NOT_FOUND')
  })

  it('accounts for all processes, each as it ended', async () => {
    const { parts } = await recording.status()
    const states = parts!.map(({ status }) => [status.process.service, status.state])
    expect(states).toEqual([
      ['client', 'closed'],
      ['server', 'interrupted'],
    ])
    const account = await recording.ledger()
    expect(account.tail).toBe('unknown')
    expect(account.produced).toBe(parts!.reduce((sum, { ledger }) => sum + ledger.produced, 0))
    expect(account.rows.reduce((sum, { count }) => sum + count, 0)).toBe(account.produced)
  })
})
