/** What questions to a merged recording are answered from. */

import type { ClockSkew } from '@cinescope/protocol'
import type { InstantOf } from '../directory/directory.ts'
import type { OpenRecording } from '../recording.ts'
import type { Joins } from './joins.ts'

/** See above. */
export interface Merged {
  /** The recordings of its processes, side by side. */
  readonly parts: OpenRecording
  readonly joins: Joins
  readonly instantOf: InstantOf
  readonly skews: readonly ClockSkew[]
}
