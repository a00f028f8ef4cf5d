/** The recordings that a question of causality goes through: one, or all of a directory. */

import type { NodeId } from '@cinescope/protocol'
import type { Reading } from '../reading.ts'

/** See above. */
export interface Ground {
  /**
   * Asks one recording after the other, the one of process `home` first, until one gives an answer; undefined when none does.
   * A recording that cannot be read is passed over.
   */
  first<T>(ask: (reading: Reading) => Promise<T | undefined>, home?: NodeId): Promise<T | undefined>
}

/** One recording. */
export function groundOf(reading: Reading): Ground {
  return { first: (ask) => ask(reading) }
}
