import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { CinescopeEvent } from '@cinescope/protocol'
import { describe, expect, it } from 'vitest'
import { openRecording, recordingsIn } from '../../src/recording/open-recording.ts'
import { NEVER_COMPILE_WRAPPERS } from '../../src/scope/worker.ts'
import { temporaryDirectory } from '../store/directory.ts'

const LINES = 500
const ENDINGS = ['runs out', 'exits', 'throws', 'is terminated', 'stops', 'flushes']
const HOST = fileURLToPath(new URL('./thread-host.ts', import.meta.url))

interface Told {
  readonly node: string
  readonly path: string
  readonly flushed: { readonly pending: number; readonly produced: number; readonly stored: number }
}

async function runThreads(directory: string): Promise<Told> {
  const args = [NEVER_COMPILE_WRAPPERS, '--conditions=@cinescope/source', HOST, directory]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args)
  expect(stderr.replaceAll(/.*ExperimentalWarning.*\n.*\n?/g, '')).toBe('')
  return JSON.parse(stdout) as Told
}

describe('threads of a recorded process', () => {
  it('are in its one recording, however they end, each with its own names, values and states', async () => {
    using directory = temporaryDirectory()
    const told = await runThreads(directory.path)
    expect(recordingsIn(directory.path)).toHaveLength(1)
    await using recording = openRecording(told.path)
    const logs = new Map<string, CinescopeEvent[]>()
    for await (const event of recording.stream({ where: { kinds: ['log'] }, limit: 1000 })) {
      const { ending } = event.value as { readonly ending: string }
      logs.set(ending, [...(logs.get(ending) ?? []), event])
    }
    expect(Object.fromEntries([...logs].map(([ending, events]) => [ending, events.length]))).toEqual(
      Object.fromEntries(['main', ...ENDINGS].map((ending) => [ending, LINES])),
    )
    const threads = new Set([...logs.values()].map((events) => events[0]?.thread))
    expect([...threads].toSorted((a, b) => Number(a) - Number(b))).toEqual([0, 1, 2, 3, 4, 5, 6])
    for (const [ending, events] of logs) {
      expect(new Set(events.map(({ thread }) => thread)).size, ending).toBe(1)
      if (ending !== 'main') expect(events.at(-1)?.value).toMatchObject({ [`key of ${ending}`]: LINES - 1 })
    }
    for (const ending of ENDINGS) {
      const { items } = await recording.films({ where: { name: `work of ${ending}` } })
      expect(items.map(({ events }) => events)).toEqual([LINES + 3])
      expect((await recording.film(items[0]?.id ?? '')).events).toHaveLength(LINES + 2)
      const entity = { kind: 'thread-state', scope: told.node, id: ending }
      expect(await recording.stateAt(entity as Parameters<typeof recording.stateAt>[0])).toMatchObject({
        state: { ending },
      })
    }
    const errors = await recording.events({ where: { kinds: ['error'], site: 'uncaughtException' } })
    expect(errors.items.map(({ thread }) => thread)).toEqual([logs.get('throws')?.[0]?.thread])
  })

  it('are in its ledger, to the last event', async () => {
    using directory = temporaryDirectory()
    const { path, flushed } = await runThreads(directory.path)
    expect(flushed).toMatchObject({ pending: 0, stored: flushed.produced })
    await using recording = openRecording(path)
    const { tail, produced, stored, pending } = await recording.ledger()
    expect({ tail, pending, lost: produced - stored }).toEqual({ tail: 'complete', pending: 0, lost: 0 })
    let events = 0
    for await (const event of recording.stream({ limit: 1000 })) events += event.durationNs === undefined ? 1 : 2
    expect(events).toBe(stored)
  })

  it('come page by page without a loss where their events are ordered alike', async () => {
    using directory = temporaryDirectory()
    const { path } = await runThreads(directory.path)
    await using recording = openRecording(path)
    const ids = new Set<string>()
    // points have no duration, so all of them are equal in this order
    for await (const { id } of recording.stream({ where: { kinds: ['log'] }, order: 'duration', limit: 97 }))
      ids.add(id)
    expect(ids.size).toBe(LINES * (ENDINGS.length + 1))
  })
})
