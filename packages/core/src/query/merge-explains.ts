/** What several answers cost together. */

import type { Explain } from '@cinescope/protocol'

/** The costs of several answers as one. */
export function mergeExplains(all: readonly Explain[], plan: string): Explain {
  const sum = (of: (one: Explain) => number): number => all.reduce((total, one) => total + of(one), 0)
  const segmentsSkipped: Record<string, number> = {}
  for (const one of all)
    for (const [statistic, many] of Object.entries(one.segmentsSkipped))
      segmentsSkipped[statistic] = (segmentsSkipped[statistic] ?? 0) + many
  return {
    plan,
    segments: sum(({ segments }) => segments),
    segmentsRead: sum(({ segmentsRead }) => segmentsRead),
    segmentsSkipped,
    rowsRead: sum(({ rowsRead }) => rowsRead),
    rowsMatched: sum(({ rowsMatched }) => rowsMatched),
    valuePagesRead: sum(({ valuePagesRead }) => valuePagesRead),
    valuePagesSkipped: sum(({ valuePagesSkipped }) => valuePagesSkipped),
    corrupt: sum(({ corrupt }) => corrupt),
    elapsedMs: sum(({ elapsedMs }) => elapsedMs),
  }
}
