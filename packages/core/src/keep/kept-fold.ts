/** What a stage needs of correlation, and what the pipeline needs of a stage. */

import type { LedgerRow } from '@cinescope/protocol'
import type { GapReason, RecordSink, RecordView } from '../ring/consumer.ts'

/** Where a stage hands on what is kept. */
export interface KeptFold extends RecordSink {
  /** See `Correlator.heldSince`. */
  heldSince: number
  gap(from: number, to: number, reason: GapReason, atNs?: number): void
  /** Takes what is there whatever becomes of its film. */
  recordApart(view: RecordView): void
  /** Counts that for a film which is kept. */
  credit(
    root: number,
    time: number,
    credit: { readonly events: number; readonly lastSeq: number; readonly flags: number },
  ): void
}

/** How what is undecided at the end is decided: all is kept, where the process ends under it, or by what is known. */
export type Ending = 'keep' | 'decide'

/** Stands between a ring and its fold. */
export interface KeepStage extends RecordSink {
  /** Something is held. */
  readonly isHolding: boolean
  /** Decides what has been held for too long. `atNs` is now. */
  tick(atNs: number): void
  /** Keeps what happened lately, where a window is held: what was recorded until `atNs`, which is now, and for a while after. */
  keep(atNs: number): void
  /** Decides all that is held. */
  settle(ending: Ending): void
  /** Events dropped so far. */
  lost(): LedgerRow[]
}
