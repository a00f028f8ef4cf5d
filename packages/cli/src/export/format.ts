/** What an export format is: a pure function from recordings to text. */

import type { CinescopeEvent, Kind, Ledger, RecordingStatus } from '@cinescope/core'
import type { FilmId, SpanId, TraceId } from '@cinescope/protocol'

/** One recording: the events that were asked for, and who recorded them. */
export interface ExportPart {
  readonly status: RecordingStatus
  readonly ledger: Ledger
  /** The events page by page, ordered by their beginning; `kinds` narrows what was asked for. Can be read once. */
  pages(kinds?: readonly Kind[]): AsyncIterable<readonly CinescopeEvent[]>
  /** The trace of each film that the recording holds. */
  traces(films: readonly FilmId[]): Promise<ReadonlyMap<FilmId, TraceId>>
  /** The trace id that a film has when it adopted none. */
  derivedTrace(id: SpanId): TraceId
}

/** Gives the text of an export in pieces, as they are asked for: memory does not grow with the recordings. */
export type Format = (parts: AsyncIterable<ExportPart>) => AsyncIterable<string>
