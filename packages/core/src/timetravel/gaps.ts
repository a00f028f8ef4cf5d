/** Events that were lost, where they were. */

import { kindOf, KINDS } from '@cinescope/protocol'
import type { ViewParts } from '../store/read/view-parts.ts'

const GAP = KINDS.gap
const GAP_BIT = 1 << (GAP - 32)

/** Where one looks from: after an event of a thread. */
export interface After {
  readonly thread: number
  readonly seq: number
}

/** Seq of the first event lost after a state and up to an instant. */
export async function firstGap(
  { reader, cost }: ViewParts,
  { thread, seq }: After,
  until: number,
): Promise<number | undefined> {
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
