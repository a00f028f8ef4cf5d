import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CinescopeEvent } from '@cinescope/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { extractFilms } from '../../src/recording/copy/extract.ts'
import { mergeRecordings } from '../../src/recording/copy/merge.ts'
import { openRecording, recordingsIn } from '../../src/recording/open-recording.ts'
import type { OpenRecording } from '../../src/recording/recording.ts'
import { temporaryDirectory } from '../store/directory.ts'
import { shiftClock } from './shift-clock.ts'

function byId(a: CinescopeEvent, b: CinescopeEvent): number {
  return a.id < b.id ? -1 : 1
}

/** The clock of the second service is behind by that. */
const BEHIND_MS = 5000.25

describe('two services of which one asks the other, merged', () => {
  const directory = temporaryDirectory()
  const file = join(directory.path, 'merged')
  let merged: OpenRecording
  let stockNode: string
  beforeAll(async () => {
    const host = fileURLToPath(new URL('services-host.ts', import.meta.url))
    const args = ['--conditions=@cinescope/source', host, directory.path]
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    for (const path of recordingsIn(directory.path)) {
      await using one = openRecording(path)
      const { process } = await one.status()
      if (process.service !== 'stock') continue
      stockNode = process.node
      await one.close()
      shiftClock(path, -BEHIND_MS)
    }
    await mergeRecordings([directory.path], { path: file })
    merged = openRecording(file)
  }, 60_000)
  afterAll(async () => {
    await merged.close()
    directory[Symbol.dispose]()
  })

  it('have one film for each request, from the first service into the second', async () => {
    const { items } = await merged.films({ order: 'time', limit: 2 })
    const more = await merged.films({ order: 'time' })
    expect(more.items.map(({ name }) => name)).toEqual(Array(3).fill('GET /orders/:id'))
    expect(items).toEqual(more.items.slice(0, 2))
    const [first] = items
    const { summary, events, processes } = await merged.film(first!.id)
    expect(summary).toEqual(first)
    expect(events.reduce((sum, event) => sum + (event.durationNs === undefined || event.synthetic ? 1 : 2), 0)).toBe(
      summary.events,
    )
    const names = pathOf(events, 'state.snapshot')
    expect(names).toEqual([
      'GET /orders/:id',
      expect.anything(),
      expect.stringContaining('GET 127.0.0.1'),
      'GET /items/:id',
      expect.anything(),
      'state.snapshot',
    ])
    expect(new Set(events.map(({ film }) => film))).toEqual(new Set([summary.id]))
    expect(processes).toMatchObject([{ service: 'stock', node: stockNode }])
    const inner = processes![0]!.root
    expect((await merged.film(inner)).summary).toEqual(summary)
    expect((await merged.film(summary.traceId)).summary).toEqual(summary)
    expect((await merged.filmsOfTrace(summary.traceId)).map(({ id }) => id)).toEqual([summary.id])
  })

  it('are in one order in which nothing is before what caused it, whatever their clocks showed', async () => {
    const [film] = (await merged.films({ order: 'time' })).items
    for (const { events } of [
      await merged.film(film!.id),
      { events: (await merged.events({ limit: 10_000 })).items },
    ]) {
      const places = new Map(events.map(({ id }, index) => [id, index]))
      for (const [index, { parent }] of events.entries()) {
        if (parent !== undefined) expect(places.get(parent)).toBeLessThan(index)
      }
    }
    const all = (await merged.events({ where: { film: film!.id }, limit: 10_000 })).items
    expect(all.map(({ id }) => id)).toEqual((await merged.film(film!.id)).events.map(({ id }) => id))
    const first = await merged.events({ where: { film: film!.id }, limit: 3 })
    const rest = await merged.events({ where: { film: film!.id }, limit: 10_000, cursor: first.cursor! })
    expect([...first.items, ...rest.items]).toEqual(all)
  })

  it('are told whole, page by page, in every order, however long', async () => {
    const film = (await merged.films({ order: 'time' })).items[2]!
    const { events } = await merged.film(film.id)
    expect(events.length).toBeGreaterThan(10_050)
    for (const order of ['time', '-time', 'duration', '-duration'] as const) {
      const told = await Array.fromAsync(merged.stream({ where: { film: film.id }, order, limit: 3000, values: false }))
      expect(new Set(told.map(({ id }) => id))).toEqual(new Set(events.map(({ id }) => id)))
      expect(told).toHaveLength(events.length)
      const keys = told.map(({ at, durationNs = -1 }) => (order.endsWith('time') ? at : durationNs))
      if (order.endsWith('duration'))
        expect(keys).toEqual(keys.toSorted((a, b) => (order === 'duration' ? a - b : b - a)))
    }
    const few = await merged.events({ where: { film: film.id }, limit: 2 })
    const other = merged.events({ limit: 2, cursor: few.cursor! })
    await expect(other).rejects.toThrow('is no cursor over several recordings')
  })

  it('arrive as what they are, and the tail ends', async () => {
    const tail = merged.tail({ values: false }, { from: 'start' })
    const told = await Array.fromAsync(tail)
    expect(tail.ended).toBe('closed')
    const events = await Array.fromAsync(merged.stream({ limit: 10_000, values: false }))
    expect(told.toSorted(byId)).toEqual(events.toSorted(byId))
    const film = (await merged.films({ order: 'time' })).items[0]!
    const own = await Array.fromAsync(merged.tail({ where: { film: film.id }, values: false }, { from: 'start' }))
    expect(own.map(({ id }) => id).toSorted()).toEqual(
      (await merged.film(film.id)).events.map(({ id }) => id).toSorted(),
    )
  })

  it('are asked across their border for what is above and below an event', async () => {
    const [film] = (await merged.films({ order: 'time' })).items
    const { events, processes } = await merged.film(film!.id)
    const inner = await merged.event(processes![0]!.root)
    const client = events.find(({ kind }) => kind === 'client.request')!
    expect(inner).toMatchObject({ parent: client.id, film: film!.id, parentCertainty: 'known' })
    expect((await merged.parentsOf(inner.id)).map(({ id }) => id)).toEqual([
      client.id,
      ...(await merged.parentsOf(client.id)).map(({ id }) => id),
    ])
    expect((await merged.parentsOf(inner.id)).at(-1)?.id).toBe(film!.id)
    expect((await merged.childrenOf(client.id)).map(({ id }) => id)).toContain(inner.id)
  })

  it('tell how far their clocks are apart, and have the times that their clocks showed', async () => {
    const [skew, ...others] = await merged.clockSkew()
    expect(others).toEqual([])
    expect(skew!.messages).toBe(3)
    const truth = skew!.to === stockNode ? -BEHIND_MS : BEHIND_MS
    expect(skew!.lowMs).toBeLessThanOrEqual(truth)
    expect(skew!.highMs).toBeGreaterThanOrEqual(truth)
    expect(skew!.highMs! - skew!.lowMs!).toBeLessThan(1000)
    const [film] = (await merged.films({ order: 'time' })).items
    const { processes } = await merged.film(film!.id)
    const inner = await merged.event(processes![0]!.root)
    expect(film!.at - inner.at).toBeGreaterThan(BEHIND_MS - 1000)
    expect(processes![0]!.skew!.highMs).toBeLessThan(0)
  })

  it('give a film of their trace to an extract, from both, with states and a true account', async () => {
    const path = join(directory.path, 'extract')
    const [film] = (await merged.films({ order: 'time' })).items
    for (const place of [directory.path, file]) {
      const report = await extractFilms(place, [film!.id], { path, force: true })
      expect(report).toMatchObject({ films: 2, processes: 2, corrupt: 0 })
      await using extract = openRecording(path)
      expect((await extract.films()).items).toEqual([film])
      const [taken, original] = [await extract.film(film!.id), await merged.film(film!.id)]
      expect(taken.events).toEqual(original.events)
      const snapshot = taken.events.find(({ kind }) => kind === 'state.snapshot')!
      expect((await extract.stateAt(snapshot.subject!))?.state).toEqual({ left: 9 })
      const [account, before] = [await extract.ledger(), await merged.ledger()]
      expect(account.produced).toBe(before.produced)
      expect(account.stored + account.notExtracted).toBe(before.stored)
      const inside = (await extract.events({ limit: 10_000 })).items
      expect(inside.reduce((sum, event) => sum + (event.durationNs === undefined || event.synthetic ? 1 : 2), 0)).toBe(
        account.stored,
      )
      expect((await extract.diffFilms(film!.id, film!.id)).divergences).toEqual([])
    }
  })
})

/** Names from the root down to the first event of a kind. */
function pathOf(events: readonly CinescopeEvent[], kind: string): string[] {
  const byId = new Map(events.map((event) => [event.id, event]))
  const names: string[] = []
  for (
    let at = events.find((event) => event.kind === kind);
    at !== undefined;
    at = at.parent === undefined ? undefined : byId.get(at.parent)
  )
    names.unshift(at.name)
  return names
}
