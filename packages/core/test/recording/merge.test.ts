import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type CinescopeEvent, type FilmSummary, type Ledger, nodeId, wallMs } from '@cinescope/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Correlator } from '../../src/correlate/correlator.ts'
import { createScope } from '../../src/index.ts'
import { mergeRecordings } from '../../src/recording/copy/merge.ts'
import { openRecording } from '../../src/recording/open-recording.ts'
import type { EventStore } from '../../src/store/event-store.ts'
import { packRecording } from '../../src/recording/copy/pack.ts'
import { LINK_SCHEMA } from '../../src/store/sqlite/parts.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { spans } from '../store/conformance.ts'
import { temporaryDirectory } from '../store/directory.ts'
import { commitOf, DEFINITIONS, PROCESS } from './recording-fixture.ts'
import { play } from './stream.ts'

const LINK = LINK_SCHEMA['link']!

/** A process that records spans, commit by commit, and is packed or pruned now and then. */
class Recorded {
  readonly store: EventStore
  readonly #fold = new Correlator({ thread: 0, maxRows: 1000, maxValueBytes: 100_000 })
  #next = 1

  constructor(path: string, index: number) {
    this.store = createSqliteStore(path, {
      ...PROCESS,
      node: nodeId(String(index).padStart(12, '0')),
      anchor: { ...PROCESS.anchor, wallMs: wallMs(PROCESS.anchor.wallMs + index * 7) },
    })
  }

  add(count: number, seal: boolean): void {
    play(spans(count, this.#next), this.#fold)
    this.#next += count * 2
    this.store.commit(commitOf(this.#fold.cut(seal, 1000), this.#fold.taken, DEFINITIONS))
  }
}

type Act =
  | { readonly kind: 'seal'; readonly count: number }
  | { readonly kind: 'tail'; readonly count: number }
  | { readonly kind: 'copy' }
  | { readonly kind: 'prune' }

const ACT: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ kind: fc.constantFrom('seal' as const, 'tail' as const), count: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ kind: fc.constantFrom('copy' as const, 'prune' as const) }),
)

/** Does what is asked and gives the recording and its copies, of which the oldest is the first. */
async function recordAll(directory: string, processes: readonly (readonly Act[])[]): Promise<string[]> {
  const paths: string[] = []
  for (const [index, acts] of processes.entries()) {
    const path = join(directory, `${index}.cine`)
    const recorded = new Recorded(path, index)
    recorded.add(1, true)
    let copies = 0
    for (const act of acts) {
      if (act.kind === 'prune') recorded.store.prune({ maxBytes: 0 })
      else if (act.kind === 'seal' || act.kind === 'tail') recorded.add(act.count, act.kind === 'seal')
      else {
        const copy = join(directory, `${index}.copy${copies++}.cine`)
        await packRecording(path, { path: copy })
        paths.push(copy)
      }
    }
    if (index % 2 === 0) recorded.store.finish()
    else recorded.store.close()
    paths.push(path)
  }
  return paths
}

interface Content {
  readonly events: readonly CinescopeEvent[]
  readonly films: readonly FilmSummary[]
  readonly ledger: Ledger
  readonly parts: readonly unknown[]
}

/** All that a recording says. */
async function contentOf(path: string): Promise<Content> {
  await using recording = openRecording(path)
  const { parts = [], process, state, counters } = await recording.status()
  const ledger = await recording.ledger()
  return {
    events: (await recording.events({ limit: 10_000 })).items,
    films: (await recording.films({ limit: 10_000, order: 'time' })).items,
    ledger: {
      ...ledger,
      rows: ledger.rows.toSorted((a, b) => (`${a.reason} ${a.kind}` < `${b.reason} ${b.kind}` ? -1 : 1)),
    },
    parts:
      parts.length === 0
        ? [{ process, state, counters }]
        : parts.map(({ status }) => ({ process: status.process, state: status.state, counters: status.counters })),
  }
}

async function merged(directory: string, name: string, inputs: readonly string[]): Promise<string> {
  const path = join(directory, name)
  await mergeRecordings(inputs, { path })
  return path
}

it('a merged file has the figures of routes that its recordings had', async () => {
  using directory = temporaryDirectory()
  const options = { directory: directory.path, sources: false, handleSignals: false } as const
  await using scope = await createScope(options)
  for (const name of ['one', 'two', 'two', 'three']) scope.span(name, () => undefined)
  await scope.stop()
  const path = join(directory.path, 'merged')
  await mergeRecordings([scope.path!], { path })
  const figures = async (file: string): Promise<unknown> => {
    await using recording = openRecording(file)
    return (await recording.routes()).map(({ name, films }) => [name, films])
  }
  expect(await figures(path)).toEqual(await figures(scope.path!))
  expect(await figures(path)).toContainEqual(['two', 2])
})

describe('a merge', () => {
  it('holds all that its inputs hold, once, whatever their order and however often they were merged or copied', async () => {
    const processes = fc.array(fc.array(ACT, { maxLength: 8 }), { minLength: 1, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(processes, fc.nat(20), async (acts, split) => {
        using directory = temporaryDirectory()
        const inputs = await recordAll(directory.path, acts)
        const all = await contentOf(await merged(directory.path, 'all', inputs))
        const at = split % inputs.length
        const some = await merged(directory.path, 'some', inputs.slice(0, at + 1))
        const others = await merged(directory.path, 'others', inputs.slice(at))
        expect(await contentOf(await merged(directory.path, 'reversed', inputs.toReversed()))).toEqual(all)
        expect(await contentOf(await merged(directory.path, 'again', [others, some]))).toEqual(all)
        expect(await contentOf(await merged(directory.path, 'twice', [join(directory.path, 'all'), others]))).toEqual(
          all,
        )
        const ids = new Set(all.events.map(({ id }) => id))
        for (const input of inputs) for (const event of (await contentOf(input)).events) expect(ids).toContain(event.id)
        expect(all.ledger.stored).toBe(all.events.length * 2)
        expect(all.ledger.rows.reduce((sum, { count }) => sum + count, 0)).toBe(all.ledger.produced)
      }),
      { numRuns: 25 },
    )
  }, 120_000)
})

describe('a merged file that lies', () => {
  it.each([
    ['a table of a part that no writer makes', 'CREATE TABLE film_9(x)', 'CSC_ERR_HOSTILE'],
    ['a part more than there are tables for', 'CREATE TABLE process_5(x)', 'CSC_ERR_HOSTILE'],
    ['more parts than are read', 'CREATE TABLE process_256(x)', 'CSC_ERR_LIMIT'],
    ['a table of a part less', 'DROP TABLE hook_1', 'CSC_ERR_FORMAT'],
    ['a trigger on a part', 'CREATE TRIGGER t AFTER INSERT ON film_1 BEGIN DELETE FROM film; END', 'CSC_ERR_HOSTILE'],
    ['a link that is no number', `${LINK}; INSERT INTO link VALUES (0, 'x', 1, 1, 1, 1, 1, 1, 1)`, 'CSC_ERR_CORRUPT'],
    ['a link at no time', `${LINK}; INSERT INTO link VALUES (0, 1, 1, 1, 1, 1, 9e999, 1, 1)`, 'CSC_ERR_CORRUPT'],
    ['a link to no part', `${LINK}; INSERT INTO link VALUES (0, 1, 77, 1, 99, 1, 1, 1, 1)`, 'answered'],
    [
      'films inside of each other',
      `${LINK}; INSERT INTO link VALUES (0, 1, 1, 1, 1, 1, 9, 9, 1), (1, 1, 0, 1, 0, 1, 9, 9, 1)`,
      'answered',
    ],
  ])('%s', async (_what, sql, fate) => {
    using directory = temporaryDirectory()
    const path = await merged(directory.path, 'all', await recordAll(directory.path, [[], []]))
    const database = new DatabaseSync(path)
    database.exec(sql)
    database.close()
    const read = async (): Promise<string> => {
      const { events, films } = await contentOf(path)
      await using recording = openRecording(path)
      for (const { id } of [...events, ...films]) await recording.parentsOf(id)
      return 'answered'
    }
    expect(await read().catch((thrown: { code?: string }) => thrown.code)).toBe(fate)
  })
})
