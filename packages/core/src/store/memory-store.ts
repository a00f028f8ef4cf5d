/** A recording in memory: the same segments, uncompressed. For tests and short sessions; bounded by `prune` like any other. */

import { setImmediate } from 'node:timers/promises'
import {
  CinescopeError,
  decodeRollup,
  decodeSegment,
  decodeSegmentMeta,
  decodeTile,
  tileBits,
  type Entity,
  type Hook,
  keyNumber,
  KIND_LIMIT,
  type LedgerRow,
  type Rollup,
  type Site,
  type Tile,
} from '@cinescope/protocol'
import type { Commit } from '../base/commit.ts'
import type { ProcessInfo } from '../base/process.ts'
import type { PruneLimits } from '../options/retention-limits.ts'
import type { RouteRow } from '../base/route-row.ts'
import type { FilmChange, SealedSegment } from '../base/sealed-segment.ts'
import {
  carriedBudget,
  type EventStore,
  filmNumber,
  type FilmRow,
  MAX_LIVES,
  type PruneReport,
  type RecordingState,
  type SegmentEntry,
  type StoreView,
} from './event-store.ts'
import { carriedBytes, type CarriedState, mayCarry } from './carried-state.ts'
import { applyFilmChange } from './film-change.ts'
import { scanFilms } from './film-scan.ts'
import { ledgerRowsOf } from './ledger-rows.ts'
import { Excess, prunedGapCounter, Removal, type RemovedContent, totalOf } from './removal.ts'

/** An empty recording in memory. */
export function createMemoryStore(process: ProcessInfo): EventStore {
  return new MemoryStore(process)
}

interface Held extends SegmentEntry {
  readonly segment: SealedSegment
}

class MemoryStore implements EventStore {
  readonly process: ProcessInfo
  readonly #films = new Map<number, FilmRow>()
  readonly #sites = new Map<number, Site>()
  readonly #keys = new Map<number, string>()
  readonly #entities = new Map<number, Entity>()
  readonly #hooks = new Map<string, Hook>()
  #segments: Held[] = []
  readonly #gaps = new Map<string, number>()
  /** Changed as a whole: a view has one of them. */
  #carried: ReadonlyMap<number, CarriedState> = new Map<number, CarriedState>()
  #nextId = 1
  #taken = new Float64Array(KIND_LIMIT)
  #pruned: Float64Array = new Float64Array(KIND_LIMIT)
  #lost: readonly LedgerRow[] = []
  /** By thread, site and kind. */
  readonly #routes = new Map<string, RouteRow>()
  #counters: Readonly<Record<string, number>> = {}
  #state: RecordingState = 'live'

  constructor(process: ProcessInfo) {
    this.process = process
  }

  state(): RecordingState {
    return this.#state
  }

  commit(commit: Commit): void {
    for (const definition of commit.definitions)
      if (definition.kind === 'key') this.#keys.set(definition.number, definition.text)
    // all that may throw comes before the first change that a reader could see
    const films = this.#changedFilms(commit.films)
    for (const definition of commit.definitions) {
      if (definition.kind === 'site') this.#sites.set(definition.number, definition.site)
      else if (definition.kind === 'entity') this.#entities.set(definition.number, definition.entity)
      else if (definition.kind === 'hook') this.#hooks.set(definition.hook.name, definition.hook)
    }
    const replaced = commit.replacesTailsOf
    if (replaced !== undefined) {
      this.#segments = this.#segments.filter((held) => !held.isTail || held.summary.thread !== replaced)
    }
    for (const segment of commit.sealed) this.#append(segment, false)
    if (commit.tail !== undefined) this.#append(commit.tail, true)
    for (const [number, film] of films) this.#films.set(number, film)
    this.#taken = commit.taken.slice()
    this.#lost = commit.lost
    for (const route of commit.routes ?? []) this.#routes.set(`${route.thread} ${route.site} ${route.kind}`, route)
    this.#counters = commit.counters
  }

  async read<T>(read: (view: StoreView) => T | Promise<T>): Promise<T> {
    const segments = this.#segments
    // none of them is changed in place, so that they are those of one instant
    const [taken, pruned, lost] = [this.#taken, this.#pruned, this.#lost]
    const carried = this.#carried
    return read({
      segments: () => segments,
      corruptSegments: () => 0,
      meta: (entry) => decodeSegmentMeta(contentOf(entry).meta),
      rows: (entry) => decodeSegment(contentOf(entry).columns).rows,
      grams: (entry) => contentOf(entry).grams,
      rollup: rollupOf,
      tileBits: (entry) => contentOf(entry).tiles.map(tileBits),
      tile: tileOf,
      page: pageOf,
      film: (thread, seq) => this.#films.get(filmNumber(thread, seq)),
      films: (scan) => scanFilms(this.#films.values(), scan),
      filmsOfTrace: (trace) => [...this.#films.values()].filter((film) => film.trace === trace),
      site: (number) => this.#sites.get(number),
      sites: () => this.#sites,
      key: (number) => this.#keys.get(number),
      keyNumbers: (text) => [...this.#keys].flatMap(([number, known]) => (known === text ? [number] : [])),
      entity: (number) => this.#entities.get(number),
      entityNumbers: (entity) => this.#entityNumbers(entity),
      carried: (entity) => carried.get(entity),
      ledger: () => [
        ...ledgerRowsOf(
          'stored',
          taken.map((count, kind) => count - pruned[kind]!),
        ),
        ...ledgerRowsOf('pruned', pruned),
        ...lost,
      ],
      routes: () => [...this.#routes.values()],
      counters: () => ({ ...this.#counters, ...Object.fromEntries(this.#gaps) }),
      hooks: () => [...this.#hooks.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      rest: () => setImmediate(),
    })
  }

  bytes(): number {
    return this.#segments.reduce((sum, { segment }) => sum + sizeOf(segment), 0)
  }

  prune({ maxBytes = Infinity, maxEvents = Infinity, fromNs = -Infinity }: PruneLimits): PruneReport {
    const stored = totalOf(this.#taken) - totalOf(this.#pruned)
    const excess = new Excess({ bytes: this.bytes() - maxBytes, events: stored - maxEvents, fromNs })
    const removal = new Removal(this.#pruned, (entity) => this.#carried.get(entity))
    let isOver = false
    this.#segments = this.#segments.filter((held) => {
      if (held.isTail) return true
      const { events, kindsHigh, timeHigh } = held.summary
      isOver ||= !excess.includes(timeHigh)
      if (isOver) return true
      excess.less(sizeOf(held.segment), events)
      removal.count(held.summary, decodeSegmentMeta(held.segment.meta))
      if (mayCarry(kindsHigh)) removal.carry(held.summary, () => removedContent(held.segment))
      return false
    })
    this.#pruned = removal.pruned
    for (const [thread, seq] of removal.gaps) this.#gaps.set(prunedGapCounter(thread), seq)
    if (removal.segments > 0) {
      this.#pruneFilms()
      this.#carry(removal.carrier.changes, carriedBudget(maxBytes))
    }
    return { segments: removal.segments, isDone: true, events: removal.events }
  }

  finish(): void {
    this.#state = 'closed'
  }

  close(): void {}

  #changedFilms(changes: readonly FilmChange[]): Map<number, FilmRow> {
    const films = new Map<number, FilmRow>()
    for (const change of changes) {
      const number = filmNumber(change.thread, change.seq)
      films.set(
        number,
        applyFilmChange(films.get(number) ?? this.#films.get(number), change, (key) =>
          this.#keys.get(keyNumber(change.thread, key)),
        ),
      )
    }
    return films
  }

  #append(segment: SealedSegment, isTail: boolean): void {
    const held = { id: this.#nextId++, summary: segment.summary, bloom: segment.bloom, isTail, segment }
    this.#segments = [...this.#segments, held]
  }

  #entityNumbers(wanted: Entity): readonly number[] {
    const numbers: number[] = []
    for (const [number, entity] of this.#entities) {
      if (entity.kind === wanted.kind && entity.id === wanted.id && entity.scope === wanted.scope) numbers.push(number)
    }
    return numbers.sort((a, b) => b - a).slice(0, MAX_LIVES)
  }

  #carry(changes: ReadonlyMap<number, CarriedState | undefined>, maxBytes: number): void {
    const carried = new Map(this.#carried)
    for (const [entity, state] of changes) {
      // the order of the map is that in which they were told
      carried.delete(entity)
      if (state !== undefined) carried.set(entity, state)
    }
    let bytes = 0
    for (const state of carried.values()) bytes += carriedBytes(state)
    for (const [entity, state] of carried) {
      if (bytes <= maxBytes) break
      bytes -= carriedBytes(state)
      carried.delete(entity)
    }
    this.#carried = carried
  }

  /** Films whose last event lies before every segment that is left are gone. */
  #pruneFilms(): void {
    for (const [number, film] of this.#films) {
      const oldest = oldestSeq(this.#segments, film.thread)
      if (film.lastSeq < oldest) this.#films.delete(number)
    }
  }
}

/** Entries of this store carry their content; views outlive changes of the list. */
function contentOf(entry: SegmentEntry): SealedSegment {
  return (entry as Held).segment
}

function removedContent({ columns, meta, pages }: SealedSegment): RemovedContent {
  return { rows: decodeSegment(columns).rows, pages: decodeSegmentMeta(meta).pages, pageOf: (index) => pages[index] }
}

function rollupOf(entry: SegmentEntry): Rollup | undefined {
  const { rollup } = contentOf(entry)
  return rollup === undefined ? undefined : decodeRollup(rollup)
}

function tileOf(entry: SegmentEntry, index: number): Tile {
  const tile = contentOf(entry).tiles[index]
  if (tile === undefined) throw new CinescopeError('CSC_ERR_CORRUPT', `no tile ${index}`)
  return decodeTile(tile)
}

function pageOf(entry: SegmentEntry, index: number): Uint8Array {
  const page = contentOf(entry).pages[index]
  if (page === undefined) throw new CinescopeError('CSC_ERR_CORRUPT', `no value page ${index}`)
  return page
}

/** Smallest seq that the segments of a thread still hold from their own begin on; Infinity when there are none. */
function oldestSeq(segments: readonly Held[], thread: number): number {
  let oldest = Infinity
  for (const { summary } of segments) if (summary.thread === thread) oldest = Math.min(oldest, summary.seqLow)
  return oldest
}

function sizeOf(segment: SealedSegment): number {
  return (
    segment.columns.length +
    segment.meta.length +
    segment.bloom.length +
    (segment.grams?.length ?? 0) +
    (segment.rollup?.length ?? 0) +
    segment.tiles.reduce((sum, tile) => sum + tile.length, 0) +
    segment.pages.reduce((sum, page) => sum + page.length, 0)
  )
}
