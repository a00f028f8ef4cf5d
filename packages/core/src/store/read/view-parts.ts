/** What a computation on one consistent view works with. */

import type { Anchor } from '@cinescope/protocol'
import type { StoreView } from '../event-store.ts'
import type { Cost } from './cost.ts'
import type { SegmentReader } from './segment-reader.ts'

/** See above. */
export interface ViewParts {
  readonly view: StoreView
  readonly reader: SegmentReader
  readonly cost: Cost
  /** By these, and no others, instants are dated. */
  readonly anchors: readonly Anchor[]
}
