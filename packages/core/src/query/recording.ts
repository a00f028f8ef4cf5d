/** The query surface over one recording: films, events, causes, states, ledger. Answers are plain data. */

import {
  type Anchor,
  CinescopeError,
  type CinescopeEvent,
  type EventPage,
  type EventQuery,
  type Film,
  type FilmPage,
  type FilmQuery,
  type FilmSummary,
  kindOf,
  KINDS,
  type Ledger,
  placeOf,
  type Rows,
  type SpanId,
  sumLedger,
  type TraceId,
} from '@cinescope/protocol'
import type { ProcessInfo } from '../base/process.ts'
import { type EventSource, filmNumber, type FilmRow, type RecordingState } from '../store/event-store.ts'
import { filmKey } from '../store/film-scan.ts'
import { filmScan } from './film-filter.ts'
import { Cost } from '../store/read/cost.ts'
import { formatCursor, parseCursor } from './cursor.ts'
import { buildEvent, buildSummary } from '../store/read/event-builder.ts'
import { SegmentCache, SegmentReader } from '../store/read/segment-reader.ts'
import { WallClock } from '../store/read/wall-clock.ts'
import type { ViewParts } from '../store/read/view-parts.ts'
import { readFilm } from './film-reader.ts'
import { compileFilter } from './predicate.ts'
import { scanEvents } from './scan.ts'
import { resolveFilm } from './film-id.ts'
import { checkLimit } from './limit.ts'

/** Caller's hold on a query under way. */
export interface QueryControl {
  readonly signal?: AbortSignal
}

/** A recording's figures. */
export interface RecordingStatus {
  readonly process: ProcessInfo
  readonly state: RecordingState
  readonly bytes: number
  readonly segments: number
  readonly counters: Readonly<Record<string, number>>
}

/** Everything one can ask of a recording. Every method may reject with CSC_ERR_ABORTED, CSC_ERR_QUERY, CSC_ERR_ID. */
export interface Recording {
  /** A page of film summaries. */
  films(query?: FilmQuery, control?: QueryControl): Promise<FilmPage>
  /** One film by id, by a prefix of it of 4 digits or more, or by its trace id. @throws CSC_ERR_NOT_FOUND, CSC_ERR_AMBIGUOUS */
  film(id: string, control?: QueryControl): Promise<Film>
  /** Summaries of the films that belong to a trace, by their begin; 1,000 at most. */
  filmsOfTrace(trace: TraceId, control?: QueryControl): Promise<readonly FilmSummary[]>
  /** A page of events: `limit` at most, fewer where their values are large; there is more if it has a cursor. */
  events(query?: EventQuery, control?: QueryControl): Promise<EventPage>
  /** One event. @throws CSC_ERR_NOT_FOUND */
  event(id: string, control?: QueryControl): Promise<CinescopeEvent>
  /** The span an event happened inside, its span, and so on up to the root. */
  parentsOf(id: string, control?: QueryControl): Promise<readonly CinescopeEvent[]>
  /** The spans and points directly inside a span. */
  childrenOf(id: string, control?: QueryControl): Promise<readonly CinescopeEvent[]>
  /** What directly caused an event: its cause edge, else its parent. */
  causesOf(id: string, control?: QueryControl): Promise<readonly CinescopeEvent[]>
  ledger(): Promise<Ledger>
  status(): Promise<RecordingStatus>
  close(): Promise<void>
}

/** The query surface over a source in this thread, which it owns. `read` is for the floors above that compute more from the same view. */
export class LocalRecording implements Recording {
  readonly #source: EventSource
  readonly #cache = new SegmentCache()
  readonly #clock: WallClock

  constructor(source: EventSource) {
    this.#source = source
    this.#clock = new WallClock(source.process.anchor)
  }

  async films(query: FilmQuery = {}, control: QueryControl = {}): Promise<FilmPage> {
    const order = query.order ?? '-time'
    const limit = checkLimit(query.limit)
    return this.read(control, (parts) => {
      const { view, cost } = parts
      const scan = filmScan(query, order, limit, parts)
      const rows = view.films(scan)
      const last = rows.at(-1)
      cost.rowsMatched = rows.length
      return {
        items: rows.map((film) => this.#summary(parts, film)),
        cursor:
          last === undefined || rows.length < limit
            ? undefined
            : formatCursor(order, { key: filmKey(last, order), id: filmNumber(last.thread, last.seq) }),
        explain: cost.explain(`catalogue of films, ordered by ${order}`),
      }
    })
  }

  film(id: string, control: QueryControl = {}): Promise<Film> {
    return this.read(control, async (parts) => {
      const { view, cost } = parts
      const { node } = this.#source.process
      const film = await resolveFilm(id, node, view, cost)
      const events = await readFilm(film, { node, ...parts })
      return {
        summary: this.#summary(parts, film),
        events,
        explain: cost.explain(`the film's segments by seq range and bloom`),
      }
    })
  }

  filmsOfTrace(trace: TraceId, control: QueryControl = {}): Promise<readonly FilmSummary[]> {
    return this.read(control, (parts) => {
      const films = parts.view.filmsOfTrace(trace).toSorted((a, b) => a.time - b.time)
      return films.map((film) => this.#summary(parts, film))
    })
  }

  async events(query: EventQuery = {}, control: QueryControl = {}): Promise<EventPage> {
    return this.#events(query, control, false)
  }

  /** A page, ended early when its values weigh too much; one that must be `whole` goes on without values instead. */
  async #events(query: EventQuery, control: QueryControl, whole: boolean): Promise<EventPage> {
    const order = query.order ?? 'time'
    const limit = checkLimit(query.limit)
    const after = query.cursor === undefined ? undefined : parseCursor(order, query.cursor)
    return this.read(control, async (parts) => {
      const { view, reader, cost, anchors } = parts
      const { node } = this.#source.process
      const predicate = compileFilter(query.where, { view, node, anchors })
      const matches = await scanEvents({ segments: reader.segments(), predicate, order, after, limit }, reader, cost)
      // what was decoded to find them is gone
      cost.weight = 0
      const items: CinescopeEvent[] = []
      for (const { entry, rows, row } of matches) {
        if (cost.isHeavy && !whole) break
        const values =
          query.values === false ? { value: undefined, result: undefined } : reader.valuesIfLight(entry, rows, row)
        items.push(buildEvent(node, view, { thread: entry.summary.thread, rows, row, anchors }, values))
      }
      const last = matches[items.length - 1]
      const isAll = matches.length < limit && items.length === matches.length
      return {
        items,
        cursor: last === undefined || isAll ? undefined : formatCursor(order, { key: last.key, id: last.seq }),
        explain: cost.explain(`scan for ${predicate.text}, ordered by ${order}`),
      }
    })
  }

  async event(id: string, control: QueryControl = {}): Promise<CinescopeEvent> {
    const found = await this.#eventOrNothing(id, control)
    if (found === undefined)
      throw new CinescopeError('CSC_ERR_NOT_FOUND', `no event ${id.slice(0, 40)} in this recording`)
    return found
  }

  async parentsOf(id: string, control: QueryControl = {}): Promise<readonly CinescopeEvent[]> {
    const parents: CinescopeEvent[] = []
    const event = await this.event(id, control)
    let before = event.seq
    let next = event.parent
    while (next !== undefined && parents.length < 10_000) {
      const parent = await this.#eventOrNothing(next, control)
      // a parent was offered before its children; a recording that says otherwise may go in circles
      if (parent === undefined || parent.seq >= before) break
      before = parent.seq
      parents.push(parent)
      next = parent.parent
    }
    return parents
  }

  async childrenOf(id: string, control: QueryControl = {}): Promise<readonly CinescopeEvent[]> {
    const event = await this.event(id, control)
    const where = event.film === undefined ? { parent: event.id } : { parent: event.id, film: event.film }
    const page = await this.#events({ where, limit: 10_000 }, control, true)
    return page.items
  }

  async causesOf(id: string, control: QueryControl = {}): Promise<readonly CinescopeEvent[]> {
    const event = await this.event(id, control)
    const cause = event.cause ?? event.parent
    const found = cause === undefined ? undefined : await this.#eventOrNothing(cause, control)
    return found === undefined ? [] : [found]
  }

  ledger(): Promise<Ledger> {
    return this.#source.read((view) => {
      const state = this.#source.state()
      const tail = state === 'closed' ? 'complete' : state === 'live' ? 'open' : 'unknown'
      return sumLedger(view.ledger(), tail, 0)
    })
  }

  status(): Promise<RecordingStatus> {
    return this.#source.read((view) => ({
      process: this.#source.process,
      state: this.#source.state(),
      bytes: this.#source.bytes(),
      segments: view.segments().length,
      counters: view.counters(),
    }))
  }

  async close(): Promise<void> {
    this.#source.close()
  }

  /** Runs a computation on one view, which rests where `cost.breathe` is called. */
  read<T>(control: QueryControl, compute: (parts: ViewParts) => T | Promise<T>): Promise<T> {
    return this.#source.read((view) => {
      const cost = new Cost(() => view.rest(), control.signal)
      const reader = new SegmentReader(view, this.#cache, cost)
      const run = (anchors: readonly Anchor[]): T | Promise<T> => compute({ view, reader, cost, anchors })
      const anchors = this.#clock.anchors(reader, cost)
      return anchors instanceof Promise ? anchors.then(run) : run(anchors)
    })
  }

  #eventOrNothing(id: string, control: QueryControl): Promise<CinescopeEvent | undefined> {
    if (!/^[0-9a-f]{16}$/.test(id)) {
      return Promise.reject(new CinescopeError('CSC_ERR_ID', `an event id is 16 hex digits, got '${id.slice(0, 40)}'`))
    }
    const { node } = this.#source.process
    const { thread, seq } = placeOf(node, id as SpanId)
    return this.read(control, async ({ view, reader, cost, anchors }) => {
      let second: CinescopeEvent | undefined
      for (const entry of reader.segments()) {
        const { summary } = entry
        if (summary.thread !== thread || summary.seqLow > seq || summary.seqHigh < seq) continue
        await cost.breathe()
        const rows = reader.rows(entry)
        const row = rows === undefined ? -1 : rowOfSeq(rows, seq)
        if (rows === undefined || row < 0) continue
        const event = buildEvent(node, view, { thread, rows, row, anchors }, reader.values(entry, rows, row))
        if (!event.open && event.kind !== 'gap') return event
        // an open span may have ended in a later segment, and a hole may begin where a rebuilt span did
        if (second === undefined || second.kind === 'gap') second = event
      }
      return second
    })
  }

  #summary({ view, anchors }: ViewParts, film: FilmRow): FilmSummary {
    return buildSummary(this.#source.process.node, view, film, anchors)
  }
}

/** Row of an event; a hole is named by its first seq, which may also be that of a span rebuilt from its end: the span it is. */
function rowOfSeq(rows: Rows, seq: number): number {
  const first = rows.seq.indexOf(seq)
  if (first < 0 || kindOf(rows.word[first]!) !== KINDS.gap) return first
  const other = rows.seq.indexOf(seq, first + 1)
  return other < 0 ? first : other
}
