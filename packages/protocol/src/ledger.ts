/** The account of every event offered: produced = stored + pruned + dropped + sampledOut + notKept + notExtracted + pending, always. */

import type { Kind } from './kind.ts'

/** Where an event that was accounted for went. */
export const LEDGER_REASONS = [
  'stored',
  'pruned',
  'full',
  'overwritten',
  'corrupt',
  'sampledOut',
  'notKept',
  'notExtracted',
] as const

/** One of them: kept; removed by retention; no room in the ring; lapped in the ring; unreadable; not sampled; decided against. */
export type LedgerReason = (typeof LEDGER_REASONS)[number]

/** Events of one kind that went one way. Kind `unknown` is for events lost before their kind was read. */
export interface LedgerRow {
  readonly reason: LedgerReason
  readonly kind: Kind | 'unknown'
  readonly count: number
}

/** The account at one instant. */
export interface Ledger {
  /** Events offered by probes, lost ones included. */
  readonly produced: number
  /** In the recording now. */
  readonly stored: number
  /** Were in the recording, removed by retention. */
  readonly pruned: number
  /** Lost: `full` + `overwritten` + `corrupt`. */
  readonly dropped: number
  readonly sampledOut: number
  readonly notKept: number
  /** Stored in the recording that this is an extract of, and not here. */
  readonly notExtracted: number
  /** Offered but not yet accounted for; 0 after `flush()` and `stop()`. */
  readonly pending: number
  /** `unknown` when the process died without closing its recording: events after the last commit may be missing and uncounted. */
  readonly tail: 'complete' | 'open' | 'unknown'
  readonly rows: readonly LedgerRow[]
}

/** Adds up ledger rows. `pending` is what the caller knows to be under way. */
export function sumLedger(rows: readonly LedgerRow[], tail: Ledger['tail'], pending: number): Ledger {
  const total = (...reasons: LedgerReason[]): number =>
    rows.reduce((sum, row) => (reasons.includes(row.reason) ? sum + row.count : sum), 0)
  const accounted = rows.reduce((sum, row) => sum + row.count, 0)
  return {
    produced: accounted + pending,
    stored: total('stored'),
    pruned: total('pruned'),
    dropped: total('full', 'overwritten', 'corrupt'),
    sampledOut: total('sampledOut'),
    notKept: total('notKept'),
    notExtracted: total('notExtracted'),
    pending,
    tail,
    rows,
  }
}
