/** Who wrote a part of an entity's state last. */

import {
  type CinescopeEvent,
  type Entity,
  lastTimeAt,
  type LastWrite,
  type StatePath,
  type WallMs,
} from '@cinescope/protocol'
import { findEvents } from '../query/find-events.ts'
import type { QueryParts, Reading } from '../query/reading.ts'
import { statePath } from './changes.ts'
import { foldedValue } from './fold.ts'
import { firstGap } from './gaps.ts'
import { changesOf } from './history.ts'
import { isCut, leftOutAt } from './left-out.ts'
import { valueAt } from './members.ts'
import { stateIn } from './state-at.ts'
import { stateBefore, type StateRow } from './state-row.ts'

/** Records looked at together: mostly the first one is it. */
const BATCH = 20

/** See `Recording.lastWrite`. */
export function lastWrite(
  reading: Reading,
  entity: Entity,
  path: string | StatePath,
  at: WallMs | undefined,
): Promise<LastWrite | undefined> {
  const steps = statePath(path)
  return reading.view(async (parts) => {
    const until = at === undefined ? Infinity : lastTimeAt(parts.anchors, at)
    const during = [{ from: -Infinity, to: until + 1 }]
    const walk = { path: steps, during, order: '-time', after: undefined, batch: BATCH } as const
    let isLost = false
    let wasUnseen = false
    for await (const { state, change, isUnseen } of changesOf(parts, entity, walk)) {
      // a change that was lost may have been of the path
      isLost ||= change.changes.length === 0 && change.followsLoss
      wasUnseen ||= isUnseen
      if (state === undefined || change.changes.length === 0) continue
      const { before, after, lost } = await around(parts, state, steps)
      const now = await stateIn(parts, entity, { time: until })
      const span = await spanOf(parts, change.event)
      const isCutSince = wasUnseen || isUnseenAt(now?.state, steps)
      return {
        entity,
        path: steps,
        event: change.event,
        span,
        site: span?.site,
        before,
        after,
        isFirst: change.kind === 'first',
        isCut: isCutSince,
        isCertain:
          !isCutSince &&
          !lost &&
          !isLost &&
          !change.followsLoss &&
          now?.lostChanges === 0 &&
          (await firstGap(parts, state, until)) === undefined,
      }
    }
    return undefined
  })
}

/** True if a limit left out something at the path of a state. */
function isUnseenAt(state: unknown, path: StatePath): boolean {
  return leftOutAt(state, path) !== undefined || isCut(valueAt(state, path))
}

/** The value at the path before and after a record of the state. */
async function around(
  parts: QueryParts,
  state: StateRow,
  path: StatePath,
): Promise<{ readonly before: unknown; readonly after: unknown; readonly lost: boolean }> {
  const previous = await stateBefore(parts, state)
  const [from, to] = [
    previous === undefined ? undefined : await foldedValue(parts, previous),
    await foldedValue(parts, state),
  ]
  return {
    before: from === undefined ? undefined : valueAt(from.value, path),
    after: valueAt(to.value, path),
    lost: to.lostChanges > 0,
  }
}

async function spanOf(parts: QueryParts, { parent }: CinescopeEvent): Promise<CinescopeEvent | undefined> {
  return parent === undefined ? undefined : (await findEvents(parts, [parent], true)).get(parent)
}
