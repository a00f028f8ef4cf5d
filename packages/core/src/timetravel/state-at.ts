/** The state of an entity at an instant, from its snapshots. */

import {
  BLOOM_SALT,
  bloomMayHold,
  CinescopeError,
  type Entity,
  type CinescopeEvent,
  kindOf,
  KINDS,
  lastTimeAt,
  type NodeId,
  type Rows,
  type WallMs,
} from '@cinescope/protocol'
import type { SegmentEntry } from '../store/event-store.ts'
import { buildEvent } from '../store/read/event-builder.ts'
import type { ViewParts } from '../store/read/view-parts.ts'

/** A state and the event that recorded it. */
export interface EntityState {
  readonly entity: Entity
  readonly state: unknown
  /** The snapshot the state was read from. */
  readonly event: CinescopeEvent
}

/**
 * The last snapshot at or before `at` (default: the end of the recording) of the entity's life at that instant; undefined when
 * that life has none yet. One that has died keeps its last state until it comes back.
 * Reads segments from the newest that may hold one. @throws CSC_ERR_NOT_FOUND if the entity never was
 */
export async function stateAt(
  parts: ViewParts,
  node: NodeId,
  entity: Entity,
  at: WallMs | undefined,
): Promise<EntityState | undefined> {
  const { view, reader, anchors } = parts
  const lives = view.entityNumbers(entity)
  if (lives.length === 0) {
    throw new CinescopeError('CSC_ERR_NOT_FOUND', `no entity ${entity.kind} ${entity.id} in this recording`)
  }
  const found = await lastSnapshot(parts, lives, at === undefined ? Infinity : lastTimeAt(anchors, at))
  if (found === undefined) return undefined
  const { entry, rows, row } = found
  const event = buildEvent(
    node,
    view,
    { thread: entry.summary.thread, rows, row, anchors },
    reader.values(entry, rows, row),
  )
  return { entity, state: event.value, event }
}

interface Snapshot {
  readonly entry: SegmentEntry
  readonly rows: Rows
  readonly row: number
}

/** `lives` are the entity's numbers, the newest first: numbers grow, so the largest one seen until then is its life at that instant. */
async function lastSnapshot(
  { reader, cost }: ViewParts,
  lives: readonly number[],
  until: number,
): Promise<Snapshot | undefined> {
  const all = new Set(lives)
  let life = 0
  let best: Snapshot | undefined
  let bestTime = -Infinity
  for (const entry of reader.segments().toReversed()) {
    await cost.breathe()
    if (entry.summary.timeLow > until || entry.summary.timeHigh < bestTime || !mayHold(entry, lives, life)) continue
    const rows = reader.rows(entry)
    if (rows === undefined) continue
    const newest = newestLife(rows, all, until)
    if (newest === 0 || newest < life) continue
    if (newest > life) {
      life = newest
      best = undefined
      bestTime = -Infinity
    }
    const row = lastSnapshotIn(rows, life, until)
    if (row < 0 || rows.time[row]! <= bestTime) continue
    best = { entry, rows, row }
    bestTime = rows.time[row]!
  }
  return best
}

/** True if the segment may hold a row of this life or a later one. */
function mayHold({ bloom }: SegmentEntry, lives: readonly number[], life: number): boolean {
  for (const number of lives) {
    if (number < life) return false
    if (bloomMayHold(bloom, BLOOM_SALT.subject, number)) return true
  }
  return false
}

/** 0 when there is none. */
function newestLife(rows: Rows, lives: ReadonlySet<number>, until: number): number {
  let newest = 0
  for (let row = 0; row < rows.length; row++) {
    const subject = rows.subject[row]!
    if (subject > newest && rows.time[row]! <= until && lives.has(subject)) newest = subject
  }
  return newest
}

function lastSnapshotIn(rows: Rows, subject: number, until: number): number {
  for (let row = rows.length - 1; row >= 0; row--) {
    if (rows.subject[row] !== subject || rows.time[row]! > until) continue
    if (kindOf(rows.word[row]!) === KINDS['state.snapshot']) return row
  }
  return -1
}
