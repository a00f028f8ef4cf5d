/** The one query surface, for code, command line, server and reading side of a running scope. */

import type {
  Aggregate,
  AggregateQuery,
  CinescopeEvent,
  DiffOptions,
  Entity,
  EventPage,
  EventQuery,
  Film,
  FilmDiff,
  FilmId,
  FilmPage,
  FilmQuery,
  FilmSummary,
  Ledger,
  TraceId,
  WallMs,
} from '@cinescope/protocol'
import type { RecordingStatus } from '../query/account.ts'
import type { QueryControl, Reading } from '../query/reading.ts'
import type { EntityState } from '../timetravel/state-at.ts'

/**
 * Everything one can ask of a recording. Answers are plain data; every question may reject with CSC_ERR_ABORTED, CSC_ERR_QUERY,
 * CSC_ERR_ID. A question is a method here, a line in methods.ts and a line in queries.ts.
 */
export interface Recording {
  /** A page of film summaries. */
  films(query?: FilmQuery, control?: QueryControl): Promise<FilmPage>
  /** One film by id, by a prefix of it of 4 digits or more, or by its trace id. @throws CSC_ERR_NOT_FOUND, CSC_ERR_AMBIGUOUS */
  film(id: string, control?: QueryControl): Promise<Film>
  /** Summaries of films by id, in no order and without those that the recording does not hold; 10,000 ids at most. */
  filmSummaries(ids: readonly FilmId[], control?: QueryControl): Promise<readonly FilmSummary[]>
  /** Summaries of the films that belong to a trace, by their begin; 1,000 at most. */
  filmsOfTrace(trace: TraceId, control?: QueryControl): Promise<readonly FilmSummary[]>
  /** A page of events: `limit` at most, fewer where their values are large; there is more if it has a cursor. */
  events(query?: EventQuery, control?: QueryControl): Promise<EventPage>
  /** Counts, rates, sums and quantiles of events, by group and by time. */
  aggregate(query?: AggregateQuery, control?: QueryControl): Promise<Aggregate>
  /** One event. @throws CSC_ERR_NOT_FOUND */
  event(id: string, control?: QueryControl): Promise<CinescopeEvent>
  /** The span an event happened inside, its span, and so on up to the root. */
  parentsOf(id: string, control?: QueryControl): Promise<readonly CinescopeEvent[]>
  /** The spans and points directly inside a span. */
  childrenOf(id: string, control?: QueryControl): Promise<readonly CinescopeEvent[]>
  /** What directly caused an event: its cause, else its parent, else what sent it from another thread of the recording. */
  causesOf(id: string, control?: QueryControl): Promise<readonly CinescopeEvent[]>
  /** How film `b` differs from film `a`, each named as in `film`: their trees aligned, and what is not alike. @throws CSC_ERR_NOT_FOUND */
  diffFilms(a: string, b: string, options?: DiffOptions, control?: QueryControl): Promise<FilmDiff>
  /** State of an entity at an instant (default: the end), from its snapshots. @throws CSC_ERR_NOT_FOUND if the entity never was */
  stateAt(entity: Entity, at?: WallMs, control?: QueryControl): Promise<EntityState | undefined>
  ledger(control?: QueryControl): Promise<Ledger>
  status(control?: QueryControl): Promise<RecordingStatus>
}

/** A recording that is open; whoever opened it closes it. */
export interface OpenRecording extends Recording, AsyncDisposable {
  /** All events of a query, page by page as they are consumed; `limit` is the size of a page. */
  stream(query?: EventQuery, control?: QueryControl): AsyncIterable<CinescopeEvent>
  close(): Promise<void>
}

/** The name of a question. */
export type Method = keyof Recording

/** How each question is answered from a source; what comes after its arguments is the reading's business. */
export type Queries = {
  readonly [M in Method]: (reading: Reading, ...args: Parameters<Recording[M]>) => ReturnType<Recording[M]>
}
