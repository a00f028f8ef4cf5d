/** What differs between two states of an entity. */

import type { Entity, StateDiff, WallMs } from '@cinescope/protocol'
import type { Reading } from '../query/reading.ts'
import { changesBetween } from './compare.ts'
import { momentOf, stateIn } from './state-at.ts'

/** See `Recording.diffStates`. */
export function diffStates(reading: Reading, entity: Entity, from: WallMs, to: WallMs | undefined): Promise<StateDiff> {
  return reading.view(async (parts) => {
    const earlier = await stateIn(parts, entity, momentOf(parts, from))
    const later = await stateIn(parts, entity, momentOf(parts, to))
    return { from: earlier, to: later, changes: changesBetween(earlier?.state, later?.state) }
  })
}
