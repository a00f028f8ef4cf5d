/** What is measured of events. */

import type { Measure, RollupCells, RollupFigures, Rows } from '@cinescope/protocol'

/** How a measure is read; sums and bounds of it are kept as it is stored, so that whole numbers stay exact. */
export interface Measuring {
  /** What a stored number is divided by for the answer. */
  readonly unit: number
  /** The number as stored, or undefined. */
  ofRow(rows: Rows, row: number): number | undefined
  ofCells(cells: RollupCells): RollupFigures
}

/** How a measure is read. */
export function measuringOf(measure: Measure): Measuring {
  if (measure === 'number') return { unit: 1, ofRow: (rows, row) => rows.number[row]!, ofCells: ({ number }) => number }
  return {
    unit: 1e6,
    ofRow: (rows, row) => {
      const duration = rows.duration[row]!
      return duration < 0 ? undefined : duration
    },
    ofCells: ({ duration }) => duration,
  }
}
