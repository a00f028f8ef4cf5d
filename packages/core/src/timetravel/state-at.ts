/** The state of an entity at an instant, from its snapshots. */

import {
  BLOOM_SALT,
  bloomMayHold,
  CinescopeError,
  type Entity,
  type CinescopeEvent,
  kindOf,
  KINDS,
  type Rows,
  timeAt,
  type WallMs,
} from '@cinescope/protocol'
import type { ProcessInfo } from '../base/process.ts'
import type { SegmentEntry } from '../store/event-store.ts'
import { anchorsOf, buildEvent } from '../store/read/event-builder.ts'
import type { ViewParts } from '../store/read/view-parts.ts'

/** A state and the event that recorded it. */
export interface EntityState {
  readonly entity: Entity
  readonly state: unknown
  /** The snapshot the state was read from. */
  readonly event: CinescopeEvent
}

/**
 * The last snapshot of the entity at or before `at` (default: the end of the recording); undefined when there is none before.
 * Reads segments from the newest that may hold one. @throws CSC_ERR_NOT_FOUND if the entity never was
 */
export async function stateAt(
  { view, reader, cost }: ViewParts,
  process: ProcessInfo,
  entity: Entity,
  at: WallMs | undefined,
): Promise<EntityState | undefined> {
  const number = view.entityNumber(entity)
  if (number === undefined) {
    throw new CinescopeError('CSC_ERR_NOT_FOUND', `no entity ${entity.kind} ${entity.id} in this recording`)
  }
  const until = at === undefined ? Infinity : timeAt([process.anchor], at)
  let best: Snapshot | undefined
  for (const entry of view.segments().toReversed()) {
    const { summary, bloom } = entry
    if (summary.timeLow > until || !bloomMayHold(bloom, BLOOM_SALT.subject, number)) continue
    if (best !== undefined && summary.timeHigh < best.time) continue
    await cost.breathe()
    const rows = reader.rows(entry)
    const row = rows === undefined ? -1 : lastSnapshot(rows, number, until)
    if (rows === undefined || row < 0 || (best !== undefined && rows.time[row]! <= best.time)) continue
    best = { time: rows.time[row]!, entry, rows, row }
  }
  if (best === undefined) return undefined
  const { entry, rows, row } = best
  const anchors = anchorsOf(reader.meta(entry)?.anchors, [process.anchor])
  const event = buildEvent(
    process.node,
    view,
    { thread: entry.summary.thread, rows, row, anchors },
    reader.values(entry, rows, row),
  )
  return { entity, state: event.value, event }
}

interface Snapshot {
  readonly time: number
  readonly entry: SegmentEntry
  readonly rows: Rows
  readonly row: number
}

function lastSnapshot(rows: Rows, subject: number, until: number): number {
  for (let row = rows.length - 1; row >= 0; row--) {
    if (rows.subject[row] !== subject || rows.time[row]! > until) continue
    if (kindOf(rows.word[row]!) === KINDS['state.snapshot']) return row
  }
  return -1
}
