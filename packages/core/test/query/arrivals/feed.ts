/** Streams of commits, and a tail that looks at what they make between them. */

import { join } from 'node:path'
import type { ArrivalPage, ArrivalQuery, CinescopeEvent } from '@cinescope/protocol'
import fc from 'fast-check'
import type { Commit } from '../../../src/base/commit.ts'
import { recordingOf } from '../../../src/recording/open-recording.ts'
import type { OpenRecording } from '../../../src/recording/recording.ts'
import type { EventStore } from '../../../src/store/event-store.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import { openSqliteSource } from '../../../src/store/sqlite/sqlite-source.ts'
import { createSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts'
import { type Cutting, PROCESS, recordInto } from '../../recording/recording-fixture.ts'
import type { Offered } from '../../recording/stream.ts'
import { temporaryDirectory } from '../../store/directory.ts'

/** Any way to cut a stream of 80 records. */
export const CUTTING: fc.Arbitrary<Cutting> = fc.record({
  maxRows: fc.integer({ min: 2, max: 20 }),
  maxValueBytes: fc.constantFrom(64, 100_000),
  sealRows: fc.integer({ min: 1, max: 20 }),
  maxTails: fc.integer({ min: 1, max: 5 }),
  commits: fc.array(fc.tuple(fc.nat({ max: 80 }), fc.boolean()), { maxLength: 20 }).map((list) => new Map(list)),
})

/** The commits that a stream is written in. */
export function commitsOf(stream: readonly Offered[], how: Cutting): Commit[] {
  const commits: Commit[] = []
  recordInto({ commit: (commit: Commit) => commits.push(commit) } as unknown as EventStore, stream, how)
  return commits
}

/** A store that is written, and the recording as a tail reads it. */
export interface Fed extends AsyncDisposable {
  readonly store: EventStore
  readonly recording: OpenRecording
}

/** In memory. */
export function inMemory(): Fed {
  const store = createMemoryStore(PROCESS)
  const recording = recordingOf(store)
  return { store, recording, [Symbol.asyncDispose]: () => recording.close() }
}

/** In a file, read by another connection. */
export function inFile(): Fed {
  const directory = temporaryDirectory()
  const path = join(directory.path, 'a.cine')
  const store = createSqliteStore(path, PROCESS)
  const recording = recordingOf(openSqliteSource(path))
  return {
    store,
    recording,
    async [Symbol.asyncDispose]() {
      await recording.close()
      store.close()
      directory[Symbol.dispose]()
    },
  }
}

/** What a tail has been given so far. */
export class Follower {
  readonly items: CinescopeEvent[] = []
  ended: ArrivalPage['ended']
  readonly #recording: OpenRecording
  readonly #query: ArrivalQuery
  #from: ArrivalQuery['from']

  constructor(recording: OpenRecording, query: ArrivalQuery) {
    this.#recording = recording
    this.#query = query
    this.#from = query.from
  }

  /** Takes one page; true when another look may find more. */
  async page(): Promise<boolean> {
    const page = await this.#recording.arrivals({
      ...this.#query,
      ...(this.#from === undefined ? {} : { from: this.#from }),
    })
    this.items.push(...page.items)
    this.ended = page.ended
    this.#from = { cursor: page.cursor }
    return page.more || (page.items.length > 0 && page.ended === undefined)
  }

  /** Takes all there is. */
  async drain(): Promise<void> {
    while (await this.page());
  }
}

/** When an event was complete, in ns. */
export function endOf({
  atNs,
  durationNs = 0,
}: {
  readonly atNs: number
  readonly durationNs?: number | undefined
}): number {
  return atNs + durationNs
}
