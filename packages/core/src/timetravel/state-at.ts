/** The state of an entity at an instant. */

import { type Entity, type EntityState, lastTimeAt, patchPlace, type WallMs } from '@cinescope/protocol'
import type { QueryParts, Reading } from '../query/reading.ts'
import type { ViewParts } from '../store/read/view-parts.ts'
import { foldedValue } from './fold.ts'
import { firstGap } from './gaps.ts'
import { isCut } from './left-out.ts'
import { documentOf, lastState, livesOf, type Moment, stateEvent, type StateRow, stateAfter } from './state-row.ts'

/** See `Recording.stateAt`. */
export function stateAt(reading: Reading, entity: Entity, at: WallMs | undefined): Promise<EntityState | undefined> {
  return reading.view((parts) => stateIn(parts, entity, momentOf(parts, at)))
}

/** All up to an instant; default the end. */
export function momentOf({ anchors }: ViewParts, at: WallMs | undefined): Moment {
  return { time: at === undefined ? Infinity : lastTimeAt(anchors, at) }
}

/** The same in a view that is open. */
export async function stateIn(parts: QueryParts, entity: Entity, until: Moment): Promise<EntityState | undefined> {
  const { state, died } = await lastState(parts, livesOf(parts.view, entity), until)
  if (state === undefined) return undefined
  const { value, lostChanges } = await foldedValue(parts, state)
  const event = stateEvent(parts, state)
  return {
    entity,
    state: value,
    event,
    died,
    lostChanges,
    mayHaveChanged: await mayHaveChanged(parts, state, until.time),
    isCut: isCut(value),
  }
}

/** True if events were lost between a state and an instant, unless the next state goes on from this one. */
async function mayHaveChanged(parts: ViewParts, state: StateRow, until: number): Promise<boolean> {
  const gap = await firstGap(parts, state, until)
  if (gap === undefined) return false
  const next = await stateAfter(parts, state)
  return next === undefined || (next.seq > gap && !goesOn(parts, state, next))
}

/** True if a patch is the one right behind a state. */
function goesOn(parts: ViewParts, state: StateRow, next: StateRow): boolean {
  const whole = state.carried?.whole ?? state.whole ?? state.seq
  return next.whole === whole && placeOf(parts, next) === placeOf(parts, state) + 1
}

function placeOf(parts: ViewParts, state: StateRow): number {
  if (state.whole === undefined) return state.carried?.place ?? 0
  const document = documentOf(parts, state)
  return typeof document === 'string' ? 0 : patchPlace(document)
}
