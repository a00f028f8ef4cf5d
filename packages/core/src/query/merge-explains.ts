/** What several answers cost together. */

import type { Explain } from '@cinescope/protocol'

/** The costs of several answers as one. */
export function mergeExplains(all: readonly Explain[], plan: string): Explain {
  const sum = (of: (one: Explain) => number): number => all.reduce((total, one) => total + of(one), 0)
  return {
    plan,
    segments: sum(({ segments }) => segments),
    segmentsRead: sum(({ segmentsRead }) => segmentsRead),
    segmentsSkipped: sumEach(all.map(({ segmentsSkipped }) => segmentsSkipped)),
    segmentsRolledUp: sum(({ segmentsRolledUp }) => segmentsRolledUp),
    readBecause: sumEach(all.map(({ readBecause }) => readBecause)),
    rowsRead: sum(({ rowsRead }) => rowsRead),
    rowsMatched: sum(({ rowsMatched }) => rowsMatched),
    valuePagesRead: sum(({ valuePagesRead }) => valuePagesRead),
    valuePagesSkipped: sum(({ valuePagesSkipped }) => valuePagesSkipped),
    corrupt: sum(({ corrupt }) => corrupt),
    elapsedMs: sum(({ elapsedMs }) => elapsedMs),
  }
}

function sumEach(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const one of all) for (const [name, many] of Object.entries(one)) sums[name] = (sums[name] ?? 0) + many
  return sums
}
