import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type CinescopeEvent, type NodeId, nodeId } from '@cinescope/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { askProcess } from '../../src/control/ask-process.ts'
import type { ControlAnswer, ControlRequest } from '../../src/control/exchange.ts'
import { socketDirectory, socketPath } from '../../src/control/place.ts'
import { openRecording, recordingsIn } from '../../src/recording/open-recording.ts'
import { temporaryDirectory } from '../store/directory.ts'
import { answerTo, connected, UID, opened } from './client.ts'

const HOST = fileURLToPath(new URL('./host.ts', import.meta.url))
let place: ReturnType<typeof temporaryDirectory>

beforeEach(() => {
  place = temporaryDirectory()
  vi.stubEnv('TMPDIR', place.path)
})

afterEach(() => {
  vi.unstubAllEnvs()
  place[Symbol.dispose]()
})

interface Host extends AsyncDisposable {
  readonly child: ChildProcess
  readonly node: NodeId
  /** Tells it what to do; one that blocks does not hear more. */
  order(what: string): void
  ask(request: ControlRequest): Promise<ControlAnswer>
  /** The next line that it prints. */
  line(): Promise<string>
  ended(): Promise<unknown>
}

async function started(): Promise<Host> {
  const { NODE_OPTIONS: _unset, ...env } = process.env
  const child = spawn(process.execPath, ['--conditions=@cinescope/source', HOST, place.path], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env,
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async (): Promise<string> => String((await lines.next()).value)
  const ending = once(child, 'exit')
  const node = nodeId(await line())
  await opened(node)
  return {
    child,
    node,
    line,
    order: (what) => void child.stdin.write(`${what}\n`),
    ask: (request) => askProcess({ node, uid: UID }, request),
    ended: async () => (await ending)[0] ?? (await ending)[1],
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ending
    },
  }
}

const sockets = (): string[] => readdirSync(socketDirectory(UID) ?? '')

/** What is recorded so far. */
async function recorded(): Promise<{ events: CinescopeEvent[]; counters: Readonly<Record<string, number>> }> {
  await using recording = openRecording(recordingsIn(place.path)[0] ?? '')
  const { items } = await recording.events({ limit: 1000 })
  return { events: [...items], counters: (await recording.status()).counters }
}

const CHANGE = { name: 'settings', value: { key: 'keep.afterSeconds', from: 10, to: 3, by: 'ctl' } }

/** What is told in the recording of what was asked. */
async function told(): Promise<unknown[]> {
  const { events } = await recorded()
  return events.filter(({ kind }) => kind === 'control').map(({ name, value }) => ({ name, value }))
}

describe('a program that is blocked', () => {
  it('is asked, changes and has its window kept all the same, and tells of it once it is free', async () => {
    await using host = await started()
    host.order('block')
    expect(await host.line()).toBe('blocked')
    expect((await recorded()).events).toEqual([])
    expect(await host.ask({ ask: 'set', options: { 'keep.afterSeconds': '3' } })).toMatchObject({
      changed: [{ key: 'keep.afterSeconds', from: 10, to: 3 }],
      settings: { 'keep.afterSeconds': 3, sample: 1 },
    })
    await host.ask({ ask: 'keep', reason: 'orders hang' })
    await vi.waitFor(async () => {
      const { events, counters } = await recorded()
      expect(events.map(({ name }) => name)).toEqual(['before', 'log'])
      expect(counters['cinescope.control.kept']).toBe(1)
    }, 10_000)
    writeFileSync(join(place.path, 'go'), '')
    expect(await host.line()).toBe('free')
    await vi.waitFor(async () => {
      expect(await told()).toEqual([
        CHANGE,
        { name: 'keep', value: { reason: 'orders hang', by: 'ctl', waitedMs: expect.any(Number) as number } },
      ])
    }, 10_000)
  })

  it.each(['block and stop', 'block and exit'])('tells of a change even if it ends right after: %s', async (order) => {
    await using host = await started()
    host.order(order)
    await host.line()
    await host.ask({ ask: 'set', options: { 'keep.afterSeconds': '3' } })
    writeFileSync(join(place.path, 'go'), '')
    await vi.waitFor(() => expect(sockets()).toEqual([]), 10_000)
    expect(await told()).toEqual([CHANGE])
  })
})

describe('a program that ends', () => {
  it.each<[string, (host: Host) => void, unknown]>([
    ['by exit()', (host) => host.order('exit'), 7],
    ['with nothing left to do', (host) => host.order('run out'), 0],
    ['by a signal', (host) => void host.child.kill('SIGTERM'), 'SIGTERM'],
  ])('%s waits for nobody who asks it, and leaves no socket', async (_, end, how) => {
    await using host = await started()
    expect(sockets()).toEqual([`${host.node}.ctl`])
    const silent = await connected(host.node)
    const answer = answerTo(silent)
    end(host)
    expect(await host.ended()).toBe(how)
    expect(await answer).toBe('')
    expect(sockets()).toEqual([])
    await expect(host.ask({ ask: 'status' })).rejects.toMatchObject({
      code: 'CSC_ERR_CONTROL',
      message: expect.stringContaining(socketPath(host.node, UID)) as string,
    })
  })

  it('by SIGKILL leaves its socket, which the next one removes', async () => {
    await using killed = await started()
    killed.child.kill('SIGKILL')
    await killed.ended()
    expect(sockets()).toEqual([`${killed.node}.ctl`])
    const longAgo = new Date(Date.now() - 60_000)
    utimesSync(socketPath(killed.node, UID), longAgo, longAgo)
    await expect(killed.ask({ ask: 'status' })).rejects.toThrow('ECONNREFUSED')
    await using next = await started()
    await vi.waitFor(() => expect(sockets()).toEqual([`${next.node}.ctl`]), 10_000)
  })
})

it('scope.stop() ends the connections, and takes the socket away', async () => {
  await using host = await started()
  const answer = answerTo(await connected(host.node))
  host.order('stop')
  expect(await answer).toBe('')
  await vi.waitFor(() => expect(sockets()).toEqual([]), 10_000)
})
