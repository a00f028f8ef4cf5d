/** Requests and answers of timelines: one mark for each column and lane. */

import type { GroupBy } from './aggregate.ts'
import type { Explain } from './explain.ts'
import type { EventFilter } from './query.ts'
import type { WallMs } from './time.ts'

/** A question for a timeline. */
export interface TilesQuery {
  /** `from` and `to` are the ends of the timeline, which whole columns cover; the recording's own where they are left out. */
  readonly where?: EventFilter
  /** What has a lane of its own; default `site`. */
  readonly by?: GroupBy
  /** Pixels, 1 to 10,000; default 1,500. Columns are as near to a pixel as powers of two of a ns come, from 1,024 ns on. */
  readonly width?: number
  /** Lanes at most, those of most events; 1 to 1,000, default 50. */
  readonly lanes?: number
}

/** What happened in one lane. Lists have one entry for each column in which something began, ascending. */
export interface TileLane {
  /** What its events have in common; undefined for those without it. */
  readonly key: string | undefined
  /** Events that began within the timeline: a span is one. */
  readonly count: number
  readonly errors: number
  /** Those of them that have not ended. */
  readonly open: number
  /** Columns, from the first on, into which spans reach that began before the timeline, to one column. */
  readonly carried: number
  readonly column: Uint32Array
  /** Events that began in the column. */
  readonly counts: Uint32Array
  readonly errorCounts: Uint32Array
  /** The longest of them, in ms; 0 where all are points. Of what has not ended, until the recording's last event. */
  readonly longestMs: Float64Array
}

/** Lanes over time. Columns are of equal length by the process's monotonic clock: a step of the wall clock moves none. */
export interface Tiles {
  /** Begin of the first column. */
  readonly from: WallMs
  /** Length of a column in ms. */
  readonly stepMs: number
  readonly columns: number
  /** Those of most events first. */
  readonly lanes: readonly TileLane[]
  /** There are more lanes. */
  readonly isTruncated: boolean
  readonly explain: Explain
}
