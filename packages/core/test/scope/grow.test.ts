import { once } from 'node:events'
import { DatabaseSync } from 'node:sqlite'
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ScopeOptions } from '../../src/options/scope-options.ts'
import { openRecording, recordingsIn } from '../../src/recording/open-recording.ts'
import { ringBytes } from '../../src/ring/memory.ts'
import { createScope } from '../../src/scope.ts'
import type { Scope } from '../../src/scope/running-scope.ts'
import { NEVER_COMPILE_WRAPPERS } from '../../src/scope/worker.ts'
import { temporaryDirectory } from '../store/directory.ts'
import { runHost } from './run-host.ts'

setFlagsFromString(NEVER_COMPILE_WRAPPERS)

const SIZES = { records: 1024, arenaBytes: 262_144 } as const
const ONE_RING = ringBytes({ strategy: 'grow', ...SIZES })
const LINES = 6000

function start(directory: string, options: ScopeOptions): Promise<Scope> {
  return createScope({ directory, sources: false, onInternalError: () => undefined, ...options })
}

/** Keeps the writer from the recording: once this resolves it takes nothing out of a ring until the lock is given back. */
async function holdBack(scope: Scope): Promise<DatabaseSync> {
  await scope.flush()
  const lock = new DatabaseSync(scope.path!, { timeout: 5000 })
  lock.exec('BEGIN IMMEDIATE')
  scope.log('held')
  await expect(scope.flush()).rejects.toMatchObject({ code: 'CSC_ERR_STORE' })
  return lock
}

/** How many lines a recording holds of a thread: those from 0 on, in order, without a hole. */
async function linesIn(path: string, thread = 0): Promise<number> {
  await using recording = openRecording(path)
  let count = 0
  for await (const event of recording.stream({ where: { kinds: ['log'] }, limit: 1000 })) {
    const { i } = event.value as { readonly i?: number }
    if (event.thread !== thread || i === undefined) continue
    if (i !== count++) throw new Error(`line ${i} came where ${count - 1} was due`)
  }
  return count
}

describe('a scope whose writer is held back', () => {
  afterEach(() => vi.useRealTimers())

  // each waits two seconds for the store to refuse
  it.concurrent.each([
    { ring: { strategy: 'drop', ...SIZES }, taken: 768, bytes: ONE_RING, grown: 0 },
    {
      ring: { strategy: 'grow', ...SIZES, maxBytes: 3 * ONE_RING },
      taken: 2 * 1024 + 768,
      bytes: 3 * ONE_RING,
      grown: 2,
    },
    { ring: { strategy: 'grow', ...SIZES }, taken: LINES, bytes: 7 * ONE_RING, grown: 5 },
  ] as const)('takes $taken lines with $ring, and accounts for all', async ({ ring, taken, bytes, grown }) => {
    using directory = temporaryDirectory()
    await using scope = await start(directory.path, { ring })
    const lock = await holdBack(scope)
    for (let i = 0; i < LINES; i++) scope.log('line', { i })
    expect(scope.status()).toMatchObject({ produced: LINES + 1, pending: LINES + 1, ringBytes: bytes })
    lock.close()
    await scope.flush()
    const dropped = LINES - taken
    expect(scope.status()).toMatchObject({ produced: LINES + 1, stored: taken + 1, dropped, pending: 0 })
    await scope.stop()
    await using recording = openRecording(scope.path!)
    const { rows, ...ledger } = await recording.ledger()
    expect(ledger).toMatchObject({ produced: LINES + 1, stored: taken + 1, dropped, pending: 0, tail: 'complete' })
    const full = rows.filter(({ reason }) => reason === 'full')
    expect(full).toEqual(dropped === 0 ? [] : [{ reason: 'full', kind: 'log', count: dropped }])
    const { counters } = await recording.status()
    // a ring that was made and not used yet is none of them
    expect(counters['cinescope.ring.grown']).toBe(grown)
    expect(await linesIn(scope.path!)).toBe(taken)
  })

  it.concurrent('keeps every value, however much of the arena they take', async () => {
    using directory = temporaryDirectory()
    await using scope = await start(directory.path, { ring: { strategy: 'grow', ...SIZES } })
    const lock = await holdBack(scope)
    const text = 'x'.repeat(900)
    for (let i = 0; i < 3000; i++) scope.log(text, { i })
    expect(scope.status().ringBytes).toBeGreaterThan(10 * ONE_RING)
    lock.close()
    await scope.stop()
    expect(scope.status()).toMatchObject({ valuesLost: 0, dropped: 0 })
    expect(await linesIn(scope.path!)).toBe(3000)
  })

  it('gives the memory back within ten seconds of its need, and records on', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    using directory = temporaryDirectory()
    await using scope = await start(directory.path, { ring: { strategy: 'grow', ...SIZES } })
    const lock = await holdBack(scope)
    for (let i = 0; i < 5000; i++) scope.log('line', { i })
    const grown = scope.status().ringBytes
    expect(grown).toBe(6 * ONE_RING)
    vi.advanceTimersByTime(60_000)
    expect(scope.status().ringBytes).toBe(grown)
    lock.close()
    await scope.flush()
    vi.advanceTimersByTime(5000)
    expect(scope.status().ringBytes).toBe(ONE_RING)
    for (let i = 5000; i < 12_000; i++) scope.log('line', { i })
    await scope.stop()
    expect(vi.getTimerCount()).toBe(0)
    expect(scope.status()).toMatchObject({ stored: 12_001, dropped: 0, pending: 0 })
    expect(await linesIn(scope.path!)).toBe(12_000)
  })
})

describe('a scope with a ring that grows', () => {
  it('loses nothing of a burst before its writer is up', async () => {
    using directory = temporaryDirectory()
    await using scope = await start(directory.path, { ring: { strategy: 'grow', ...SIZES } })
    for (let i = 0; i < LINES; i++) scope.log('line', { i })
    expect(scope.status().ringBytes).toBeGreaterThan(3 * ONE_RING)
    await scope.stop()
    expect(scope.status()).toMatchObject({ produced: LINES, stored: LINES, dropped: 0, pending: 0 })
    expect(await linesIn(scope.path!)).toBe(LINES)
  })

  it('is drained at the end of the process, all of it', async () => {
    using directory = temporaryDirectory()
    const ended = await runHost('exit with a grown ring', directory.path)
    expect(ended).toMatchObject({ code: 7, stderr: expect.stringMatching(/^cinescope: CSC_ERR_STORE: [^\n]*\n$/) })
    const [path = ''] = recordingsIn(directory.path)
    await using recording = openRecording(path)
    expect(await recording.ledger()).toMatchObject({ stored: LINES + 1, dropped: 0, pending: 0, tail: 'complete' })
    expect(await linesIn(path)).toBe(LINES)
  })

  it('grows in a thread too, and outlives it', async () => {
    using directory = temporaryDirectory()
    await using scope = await start(directory.path, {
      ring: { strategy: 'grow', ...SIZES },
      sources: { vitals: false },
    })
    const thread = new Worker(new URL('./thread-burst.ts', import.meta.url), {
      execArgv: ['--conditions=@cinescope/source'],
    })
    await once(thread, 'message')
    const lock = await holdBack(scope)
    const bytes = once(thread, 'message')
    thread.postMessage(5000)
    expect(await bytes).toEqual([6 * ONE_RING])
    await thread.terminate()
    lock.close()
    await scope.stop()
    expect(scope.status()).toMatchObject({ dropped: 0, pending: 0 })
    expect(await linesIn(scope.path!, 1)).toBe(5000)
  })
})
