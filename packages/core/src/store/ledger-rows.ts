/** Ledger rows from counts by kind code. */

import { kindName, type LedgerReason, type LedgerRow } from '@cinescope/protocol'

/** One row per kind that occurs. */
export function ledgerRowsOf(reason: LedgerReason, byKind: Float64Array): LedgerRow[] {
  const rows: LedgerRow[] = []
  for (let kind = 0; kind < byKind.length; kind++) {
    const count = byKind[kind]!
    if (count > 0) rows.push({ reason, kind: kindName(kind) ?? 'unknown', count })
  }
  return rows
}
