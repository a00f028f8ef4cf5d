/** The one query surface, for code, command line, server and reading side of a running scope. */

import type {
  Aggregate,
  AggregateQuery,
  CausalGraph,
  CausalOptions,
  CausalPath,
  ClockSkew,
  ArrivalPage,
  ArrivalQuery,
  CinescopeEvent,
  ConcurrentOptions,
  DiffOptions,
  Entity,
  EntityState,
  EventPage,
  EventQuery,
  Film,
  FilmDiff,
  FilmId,
  FilmPage,
  FilmQuery,
  FilmSummary,
  Frame,
  HistoryPage,
  HistoryQuery,
  LastWrite,
  Ledger,
  RouteFigures,
  SequencePage,
  SeekTarget,
  SequenceQuery,
  StateDiff,
  StatePath,
  StepQuery,
  Story,
  StoryOptions,
  Tiles,
  TilesQuery,
  TraceId,
  WallMs,
} from '@cinescope/protocol'
import type { RecordingStatus } from '../query/account.ts'
import type { QueryControl, Reading } from '../query/reading.ts'
import type { Seeker, SeekOptions } from './seeker.ts'
import type { EventTail, TailOptions, TailQuery } from './tail.ts'

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
  /** What began when, in lanes of columns that are about a pixel wide. */
  tiles(query?: TilesQuery, control?: QueryControl): Promise<Tiles>
  /**
   * A page of what arrived since a place, each event once, in the order of commits: points and spans that have ended; spans that
   * never do come last, when the recording has ended. `tail` asks this again and again.
   */
  arrivals(query?: ArrivalQuery, control?: QueryControl): Promise<ArrivalPage>
  /** One event. @throws CSC_ERR_NOT_FOUND */
  event(id: string, control?: QueryControl): Promise<CinescopeEvent>
  /** The span an event happened inside, its span, and so on up to the root. */
  parentsOf(id: string, control?: QueryControl): Promise<readonly CinescopeEvent[]>
  /** The spans and points directly inside a span, by their begin; 10,000 at most. */
  childrenOf(id: string, control?: QueryControl): Promise<readonly CinescopeEvent[]>
  /** All that led to an event, up to its origins: parents, causes, and what sent it from other threads and processes. @throws CSC_ERR_NOT_FOUND */
  causesOf(id: string, options?: CausalOptions, control?: QueryControl): Promise<CausalGraph>
  /** All that an event led to. O(events recorded after it in its thread). @throws CSC_ERR_NOT_FOUND */
  effectsOf(id: string, options?: CausalOptions, control?: QueryControl): Promise<CausalGraph>
  /** The shortest way from one of two events to the other along causes, whichever led to the other. @throws CSC_ERR_NOT_FOUND */
  pathBetween(a: string, b: string, control?: QueryControl): Promise<CausalPath>
  /**
   * Spans of other films of the same process that were open while an event took place and neither led to it nor came of it, by
   * their begin. @throws CSC_ERR_NOT_FOUND
   */
  concurrentWith(id: string, options?: ConcurrentOptions, control?: QueryControl): Promise<EventPage>
  /** The films that led to a film, named as in `film`, and all that came of them. @throws CSC_ERR_NOT_FOUND */
  story(id: string, options?: StoryOptions, control?: QueryControl): Promise<Story>
  /** Events that followed one another, or that something did not follow: a page of matches, by their first events. */
  sequences(query: SequenceQuery, control?: QueryControl): Promise<SequencePage>
  /** How film `b` differs from film `a`, each named as in `film`: their trees aligned, and what is not alike. @throws CSC_ERR_NOT_FOUND */
  diffFilms(a: string, b: string, options?: DiffOptions, control?: QueryControl): Promise<FilmDiff>
  /**
   * State of an entity at an instant (default: the end); undefined when it had none yet. One that has died keeps its last state
   * until it comes back. @throws CSC_ERR_NOT_FOUND if the entity never was
   */
  stateAt(entity: Entity, at?: WallMs, control?: QueryControl): Promise<EntityState | undefined>
  /** What became of an entity's state, record by record, or of a part of it. @throws CSC_ERR_NOT_FOUND if the entity never was */
  history(entity: Entity, query?: HistoryQuery, control?: QueryControl): Promise<HistoryPage>
  /**
   * Who wrote a part of an entity's state last, up to an instant (default: the end); undefined when nobody did. `path` is
   * `items.0.price` or its steps, and empty for any write. @throws CSC_ERR_NOT_FOUND if the entity never was
   */
  lastWrite(
    entity: Entity,
    path: string | StatePath,
    at?: WallMs,
    control?: QueryControl,
  ): Promise<LastWrite | undefined>
  /** What differs between an entity's states at two instants (default: the end). @throws CSC_ERR_NOT_FOUND if the entity never was */
  diffStates(entity: Entity, from: WallMs, to?: WallMs, control?: QueryControl): Promise<StateDiff>
  /**
   * A step through the recording, a film or an entity, and the frame right after it; undefined beyond the first and the last.
   * `seek` does this again and again. @throws CSC_ERR_NOT_FOUND
   */
  step(query?: StepQuery, control?: QueryControl): Promise<Frame | undefined>
  /** What is known of each route, that with the most films first: of films that are not kept too. None of an extract. */
  routes(control?: QueryControl): Promise<readonly RouteFigures[]>
  /** How far the clocks of processes that sent each other something are apart; of a merged recording. */
  clockSkew(control?: QueryControl): Promise<readonly ClockSkew[]>
  ledger(control?: QueryControl): Promise<Ledger>
  status(control?: QueryControl): Promise<RecordingStatus>
}

/** A recording that is open; whoever opened it closes it. */
export interface OpenRecording extends Recording, AsyncDisposable {
  /** All events of a query, page by page as they are consumed; `limit` is the size of a page. */
  stream(query?: EventQuery, control?: QueryControl): AsyncIterable<CinescopeEvent>
  /** What arrives, as it arrives, until the recording ends. One consumer, which holds nothing back, however slow it is. */
  tail(query?: TailQuery, options?: TailOptions): EventTail
  /** Stands at a step, the first unless told otherwise, and goes on or back from there. @throws CSC_ERR_NOT_FOUND */
  seek(over?: SeekTarget, options?: SeekOptions): Promise<Seeker>
  close(): Promise<void>
}

/** The name of a question. */
export type Method = keyof Recording

/** How each question is answered from a source; what comes after its arguments is the reading's business. */
export type Queries = {
  readonly [M in Method]: (reading: Reading, ...args: Parameters<Recording[M]>) => ReturnType<Recording[M]>
}
