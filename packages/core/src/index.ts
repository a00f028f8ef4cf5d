/** Execution cinema for Node.js servers: record what a running server does, and read it back. */
/* Recordings are opened through '@cinescope/core/reader', so that a recorded process never loads the reading side. */

export type {
  Aggregate,
  AggregateGroup,
  AggregateQuery,
  CausalBound,
  CausalEdge,
  CausalGraph,
  CausalHow,
  CausalNode,
  CausalOptions,
  CausalPath,
  ArrivalPage,
  ArrivalQuery,
  CinescopeEvent,
  ConcurrentOptions,
  ClockSkew,
  DiffOptions,
  Divergence,
  Entity,
  EntityChange,
  EntityState,
  EventFilter,
  EventPage,
  EventQuery,
  Explain,
  Film,
  FilmDiff,
  FilmFilter,
  FilmPage,
  FilmProcess,
  FilmQuery,
  FilmSummary,
  Frame,
  HistogramBin,
  HistoryPage,
  HistoryQuery,
  Hook,
  Kind,
  LastWrite,
  Ledger,
  LedgerRow,
  MessageInFlight,
  SeekFrom,
  SeekTarget,
  SequenceMatch,
  SequencePage,
  SequenceQuery,
  SequenceScope,
  Site,
  StateChange,
  StateDiff,
  StatePath,
  StepQuery,
  Story,
  StoryEdge,
  StoryFilm,
  StoryOptions,
  TileLane,
  Tiles,
  TilesQuery,
  WallMs,
} from '@cinescope/protocol'
export { CinescopeError, Omitted, Special, wallMs } from '@cinescope/protocol'
export type { Fault } from './base/faults.ts'
export type { RunTimeOptions, RunTimeSettings } from './options/run-time-options.ts'
export type { ScopeOptions } from './options/scope-options.ts'
export { traceMessages } from './messages/trace-messages.ts'
export type { MessageOptions, Messenger } from './messages/trace-messages.ts'
export type { RecordingStatus } from './query/account.ts'
export type { QueryControl, QueryProgress } from './query/reading.ts'
export type { OpenRecording, Recording } from './recording/recording.ts'
export type { Seeker, SeekOptions } from './recording/seeker.ts'
export type { EventTail, TailOptions, TailQuery } from './recording/tail.ts'
export { createScope } from './scope.ts'
export type { RecordedFilm } from './scope/record-film.ts'
export type { EntityHandle } from './scope/entity-handle.ts'
export type { CurrentSpan, Scope, ScopeStatus } from './scope/running-scope.ts'
