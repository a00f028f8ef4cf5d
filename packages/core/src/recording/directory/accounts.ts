/** The figures of all recordings of a directory. */

import { CinescopeError, type Ledger, type LedgerRow, sumLedger } from '@cinescope/protocol'
import type { RecordingStatus } from '../../query/account.ts'
import type { Directory } from './directory.ts'

/** Sums over the recordings; the tail is that of the least certain one. */
export function ledgerOf(ledgers: readonly Ledger[]): Ledger {
  const rows = new Map<string, LedgerRow>()
  for (const row of ledgers.flatMap((ledger) => ledger.rows)) {
    const key = `${row.reason} ${row.kind}`
    rows.set(key, { ...row, count: (rows.get(key)?.count ?? 0) + row.count })
  }
  const tails = new Set(ledgers.map(({ tail }) => tail))
  const tail = tails.has('unknown') ? 'unknown' : tails.has('open') ? 'open' : 'complete'
  const pending = ledgers.reduce((sum, ledger) => sum + ledger.pending, 0)
  return sumLedger(Array.from(rows.values()), tail, pending)
}

/** Sizes and counters are sums; what cannot be summed is the newest's, and each recording's own is in `parts`. */
export async function statusOf(directory: Directory): Promise<RecordingStatus> {
  const statuses = await directory.ask('status', [])
  const unread = directory.unread.map(({ path, error: { code, message } }) => ({ path, code, message }))
  const ledgers = new Map((await directory.ask('ledger', [])).map(({ node, answer }) => [node, answer]))
  const parts = statuses.flatMap(({ node, path, answer }) => {
    const ledger = ledgers.get(node)
    return ledger === undefined ? [] : [{ path, status: answer, ledger }]
  })
  const newest = parts[0]?.status
  if (newest === undefined) throw new CinescopeError('CSC_ERR_NO_RECORDING', 'the directory holds no recording')
  const counters: Record<string, number> = {}
  for (const { status } of parts)
    for (const [name, value] of Object.entries(status.counters)) counters[name] = (counters[name] ?? 0) + value
  return {
    ...newest,
    // a file that holds several has one size
    bytes: Array.from(new Map(parts.map(({ path, status }) => [path, status.bytes])).values()).reduce(
      (sum, each) => sum + each,
      0,
    ),
    segments: parts.reduce((sum, { status }) => sum + status.segments, 0),
    counters,
    parts,
    unread,
  }
}
