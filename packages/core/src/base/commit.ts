/** What the writer hands to a store in one atomic step. */

import type { Definition, LedgerRow } from '@cinescope/protocol'
import type { RouteRow } from './route-row.ts'
import type { FilmChange, SealedSegment } from './sealed-segment.ts'

/** What correlation has since the last cut. */
export interface Cut {
  readonly sealed: readonly SealedSegment[]
  /** Rows of the unfinished segment that no earlier tail holds; kept until a later cut replaces them. */
  readonly tail: SealedSegment | undefined
  /** Thread whose earlier tails are contained in `sealed` and go. */
  readonly replacesTailsOf: number | undefined
  readonly films: readonly FilmChange[]
}

/** A cut and all that must become visible with it, at once or not at all. */
export interface Commit extends Cut {
  readonly definitions: readonly Definition[]
  /** Events taken into segments so far by kind code, those pruned since included. */
  readonly taken: Float64Array
  /** Events lost so far. Replaces what was stored. */
  readonly lost: readonly LedgerRow[]
  /** Routes whose figures have changed; default none. Each replaces what was stored of it. */
  readonly routes?: readonly RouteRow[]
  /** Running figures of the recorder, by name. Replace what was stored. */
  readonly counters: Readonly<Record<string, number>>
}
