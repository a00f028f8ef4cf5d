/** Recordings made of streams, without threads: correlator, store and reader joined as the writer joins them. */

import {
  type CinescopeEvent,
  type Definition,
  type FilmSummary,
  KINDS,
  nodeId,
  Omitted,
  placeOf,
  timeNs,
  wallMs,
} from '@cinescope/protocol'
import type { Commit, Cut } from '../../src/base/commit.ts'
import type { ProcessInfo } from '../../src/base/process.ts'
import { Correlator } from '../../src/correlate/correlator.ts'
import type { EventStore } from '../../src/store/event-store.ts'
import { bySeq, ENTITIES, type Expected, type ExpectedFilm, type Offered, play, SITES } from './stream.ts'

/** Who made the recordings of these tests. */
export const PROCESS: ProcessInfo = {
  node: nodeId('0123456789ab'),
  pid: process.pid,
  service: 'test',
  hostname: 'test.invalid',
  nodeVersion: process.version,
  cinescopeVersion: '0.0.0',
  anchor: { atNs: timeNs(0), wallMs: wallMs(1_760_000_000_000) },
}

/** Definitions of everything that streams refer to. */
export const DEFINITIONS: readonly Definition[] = [
  ...Array.from({ length: SITES }, (_, i) => ({
    kind: 'site' as const,
    number: i + 1,
    site: { name: `site ${i + 1}`, framework: 'test' },
  })),
  ...Array.from({ length: ENTITIES }, (_, i) => ({
    kind: 'entity' as const,
    number: i + 1,
    entity: { kind: 'actor', scope: PROCESS.node, id: `${i + 1}` },
  })),
]

/** How a stream is cut into segments and commits. */
export interface Cutting {
  readonly maxRows: number
  readonly maxValueBytes: number
  readonly sealRows: number
  readonly maxTails?: number
  /** Records after which something is committed: indexes into the stream, with whether the segment is finished. */
  readonly commits: ReadonlyMap<number, boolean>
}

/** One segment for everything, committed at the end. */
export const UNCUT: Cutting = { maxRows: 65_536, maxValueBytes: 16_777_216, sealRows: 65_536, commits: new Map() }

/** A commit of a cut; `taken` are the correlator's counts. */
export function commitOf(cut: Cut, taken: Float64Array, definitions: readonly Definition[] = []): Commit {
  return { ...cut, definitions, taken: taken.slice(), lost: [], counters: {} }
}

/** Records a stream into a store; `onCommit` sees the store after each commit. The last commit is a tail. */
export function recordInto(
  store: EventStore,
  stream: readonly Offered[],
  cutting: Cutting,
  onCommit: () => void = () => undefined,
): Correlator {
  const fold = new Correlator({ ...cutting, thread: 0 })
  let definitions = DEFINITIONS
  const commit = (seal: boolean): void => {
    store.commit(commitOf(fold.cut(seal, cutting.sealRows), fold.taken, definitions))
    definitions = []
    onCommit()
  }
  play(stream, fold, (index) => {
    const seal = cutting.commits.get(index)
    if (seal !== undefined) commit(seal)
  })
  commit(false)
  return fold
}

/** What a reader saw, in the terms of `Expected`. */
export function seenOf(event: CinescopeEvent): Expected {
  const seqOf = (id: CinescopeEvent['parent']): number => (id === undefined ? 0 : placeOf(PROCESS.node, id).seq)
  return {
    seq: event.seq,
    kind: event.kind === 'unknown' ? 0 : KINDS[event.kind],
    time: event.atNs,
    duration: event.durationNs,
    open: event.open,
    error: event.error,
    synthetic: event.synthetic,
    site: event.site === undefined ? 0 : Number(event.site.name.slice(5)),
    parent: seqOf(event.parent),
    root: seqOf(event.film),
    cause: seqOf(event.cause),
    subject: event.subject === undefined ? 0 : Number(event.subject.id),
    number: event.number,
    value: plain(event.value),
    result: plain(event.result),
  }
}

/** What a reader saw of many events, in the order of `expectedOf`. */
export function seen(events: readonly CinescopeEvent[]): Expected[] {
  return events
    .map(seenOf)
    .toSorted((a, b) => bySeq(a, b) || (a.kind === KINDS.gap ? 1 : b.kind === KINDS.gap ? -1 : 0))
}

/** What a reader saw of films, by seq. */
export function seenFilms(films: readonly FilmSummary[]): ExpectedFilm[] {
  return films
    .map((film) => ({
      seq: placeOf(PROCESS.node, film.id).seq,
      time: film.atNs,
      duration: film.durationNs,
      status: film.status,
      events: film.events,
      errors: film.errors,
      error: film.error,
    }))
    .toSorted(bySeq)
}

function plain(value: unknown): unknown {
  if (value instanceof Omitted) return value.reason
  return typeof value === 'object' && value !== null ? { ...value } : value
}
