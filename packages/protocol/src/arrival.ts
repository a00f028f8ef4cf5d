/** Requests and answers of a live tail: events in the order in which they came into a recording. */

import type { CinescopeEvent } from './event.ts'
import type { EventFilter } from './query.ts'

/** Where a tail begins: at what comes from now on, at the oldest event there is, or where another one was: its cursor. */
export type TailStart = 'now' | 'start' | { readonly cursor: string }

/** A query for what has arrived. */
export interface ArrivalQuery {
  readonly where?: EventFilter
  /** Default `now`. */
  readonly from?: TailStart
  /** 1 to 10,000, default 1,000; a page ends with the commit that passes it, so it may be longer. */
  readonly limit?: number
  /** Decode values; default true. */
  readonly values?: boolean
}

/** What a recording ended with: it was closed, or its writer is gone without having closed it. */
export type ArrivalEnd = 'closed' | 'interrupted'

/** What arrived after a place, and the place after that. */
export interface ArrivalPage {
  readonly items: readonly CinescopeEvent[]
  /** Goes on after the last item; of one recording, or of one directory. */
  readonly cursor: string
  /** There may be more already. */
  readonly more: boolean
  /** Set once all has been handed out and nothing will come any more. */
  readonly ended: ArrivalEnd | undefined
}

/**
 * Why a tail has a hole: retention was faster than the tail, stored bytes fail their checks, the writer is gone so that what it
 * had not committed is lost.
 */
export type TailGapReason = 'pruned' | 'corrupt' | 'interrupted'
