/** Events that were lost, where they were. */

import { kindOf, KINDS } from '@cinescope/protocol'
import { prunedGapCounter } from '../store/removal.ts'
import type { ViewParts } from '../store/read/view-parts.ts'

const GAP = KINDS.gap
const GAP_BIT = 1 << (GAP - 32)

/** Where one looks from: after an event of a thread. */
export interface After {
  readonly thread: number
  readonly seq: number
}

/**
 * Seq of an event lost after a state and up to an instant: the first, or where retention has removed what was lost, the last place
 * where that may have been.
 */
export async function firstGap(
  { reader, view, cost }: ViewParts,
  { thread, seq }: After,
  until: number,
): Promise<number | undefined> {
  const removed = view.counters()[prunedGapCounter(thread)] ?? 0
  if (removed > seq) return removed
  for (const entry of reader.segments()) {
    const { summary } = entry
    if (
      (summary.kindsHigh & GAP_BIT) === 0 ||
      summary.thread !== thread ||
      summary.seqHigh <= seq ||
      summary.timeLow > until
    )
      continue
    await cost.breathe()
    const rows = reader.rows(entry)
    if (rows === undefined) continue
    for (let row = 0; row < rows.length; row++) {
      if (kindOf(rows.word[row]!) === GAP && rows.seq[row]! > seq && rows.time[row]! <= until) return rows.seq[row]!
    }
  }
  return undefined
}
