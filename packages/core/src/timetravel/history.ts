/** What became of an entity's state, record by record. */

import {
  type Entity,
  type EntityChange,
  type HistoryPage,
  type HistoryQuery,
  kindOf,
  KINDS,
  Omitted,
  rangesAt,
  type Rows,
  type StateChange,
  type StatePath,
  type TimeRange,
} from '@cinescope/protocol'
import { formatCursor, parseCursor, type Position } from '../query/cursor.ts'
import { checkLimit } from '../query/limit.ts'
import type { RowPredicate } from '../query/predicate.ts'
import type { QueryParts, Reading } from '../query/reading.ts'
import { type Match, scanEvents } from '../query/scan.ts'
import { filmNumber } from '../store/event-store.ts'
import { buildEvent, NO_VALUES } from '../store/read/event-builder.ts'
import { isWithin } from '../store/film-scan.ts'
import { changesIn, isWithinPath, statePath, touches } from './changes.ts'
import { changesBetween } from './compare.ts'
import { foldedValue } from './fold.ts'
import { firstGap } from './gaps.ts'
import { isCut, leftOutAt } from './left-out.ts'
import { valueAt } from './members.ts'
import { writesTo } from './writes.ts'
import {
  carriedRow,
  isRowCut,
  isState,
  livesOf,
  mayHold,
  MOST_CARRIED,
  stateBefore,
  stateEvent,
  type StateRow,
  stateRowAt,
} from './state-row.ts'

const DIED = KINDS['entity.died']
const STATE_KINDS = (1 << (KINDS['state.snapshot'] - 32)) | (1 << (KINDS['state.patch'] - 32)) | (1 << (DIED - 32))
/** Records looked at together where most are of no interest. */
const BATCH = 500

/** See `Recording.history`. */
export function history(reading: Reading, entity: Entity, query: HistoryQuery = {}): Promise<HistoryPage> {
  const order = query.order ?? 'time'
  const limit = checkLimit(query.limit)
  const after = query.cursor === undefined ? undefined : parseCursor(order, query.cursor)
  return reading.view(async (parts) => {
    const path = query.path === undefined ? undefined : statePath(query.path)
    const during = rangesAt(parts.anchors, query.from, query.to)
    const items: EntityChange[] = []
    const plan = `records of ${entity.kind} ${entity.id}, ordered by ${order}`
    for await (const { key, id, change } of changesOf(parts, entity, { path, during, order, after, batch: limit })) {
      if (path !== undefined && change.changes.length === 0 && !change.followsLoss) continue
      items.push(change)
      if (items.length < limit && !parts.cost.isHeavy) continue
      return { items, cursor: formatCursor(order, { key, id }), explain: parts.cost.explain(plan) }
    }
    return { items, cursor: undefined, explain: parts.cost.explain(plan) }
  })
}

/** Which changes are walked, and how. */
export interface ChangeWalk {
  readonly path: StatePath | undefined
  readonly during: readonly TimeRange[]
  readonly order: 'time' | '-time'
  readonly after: Position | undefined
  /** Records looked at together. */
  readonly batch: number
}

/** A change, where it stands in its order, and the state it led to; undefined for a death. */
export interface WalkedChange extends Position {
  readonly change: EntityChange
  readonly state: StateRow | undefined
  /** A limit left out something at the path: of the state it led to, or all of it of the state before. */
  readonly isUnseen: boolean
}

/** The changes of an entity. A state that retention has carried over stands where it was told. */
export async function* changesOf(parts: QueryParts, entity: Entity, walk: ChangeWalk): AsyncGenerator<WalkedChange> {
  const { path, order, batch } = walk
  const predicate = ofEntity(parts, entity, walk)
  const limit = path === undefined ? batch : Math.max(batch, BATCH)
  const carried = carriedPlaces(parts, entity, walk)
  for (let after = walk.after; ;) {
    const request = { segments: parts.reader.segments(), predicate, order, after, limit }
    const matches = await scanEvents(request, parts.reader, parts.cost)
    for (const match of matches) {
      while (carried[0] !== undefined && isBefore(carried[0], match, order)) {
        const told = await changeAt(parts, carried.shift()!, path)
        if (told !== undefined) yield told
      }
      const told = await changeAt(parts, placeOf(match), path)
      if (told !== undefined) yield told
    }
    const last = matches.at(-1)
    if (last === undefined || matches.length < limit) break
    after = { key: last.key, id: last.id }
  }
  for (const place of carried) {
    const told = await changeAt(parts, place, path)
    if (told !== undefined) yield told
  }
}

/** A record of the entity. */
interface Place extends Position {
  readonly row: Pick<Match, 'entry' | 'rows' | 'row'> | undefined
  readonly state: StateRow | undefined
}

function placeOf({ entry, rows, row, key, id }: Match): Place {
  const state = isState(rows.word[row]!) ? stateRowAt(entry, rows, row) : undefined
  return { key, id, row: { entry, rows, row }, state }
}

/** What retention has carried over, in the walk's order and behind where it begins. */
function carriedPlaces(parts: QueryParts, entity: Entity, { during, order, after }: ChangeWalk): Place[] {
  const places = livesOf(parts.view, entity)
    .slice(0, MOST_CARRIED)
    .flatMap((life): Place[] => {
      const state = carriedRow(parts.view, life)
      if (state === undefined || !isWithin(during, state.time)) return []
      return [{ key: state.time, id: filmNumber(state.thread, state.seq), row: undefined, state }]
    })
  return places
    .filter((place) => after === undefined || isBefore(after, place, order))
    .toSorted((a, b) => (isBefore(a, b, order) ? -1 : 1))
}

function isBefore(a: Position, b: Position, order: ChangeWalk['order']): boolean {
  const distance = a.key - b.key || a.id - b.id
  return order === 'time' ? distance < 0 : distance > 0
}

/** Keeps the rows that tell of the entity's state. */
function ofEntity(parts: QueryParts, entity: Entity, { during, path }: ChangeWalk): RowPredicate {
  const lives = new Set(livesOf(parts.view, entity))
  const mayHaveWritten = path === undefined ? () => true : writesTo(parts, lives, path)
  return {
    values: undefined,
    text: `records of ${entity.kind} ${entity.id}`,
    rulesOut(entry) {
      const { timeLow, timeHigh, kindsHigh } = entry.summary
      if (!during.some((range) => timeLow < range.to && timeHigh >= range.from)) return 'time'
      if ((kindsHigh & STATE_KINDS) === 0) return 'kind'
      if (!mayHold(entry, lives)) return 'entity bloom'
      return mayHaveWritten(entry) ? undefined : 'write filter'
    },
    keeps: (rows, row) => lives.has(rows.subject[row]!) && isTold(rows, row) && isWithin(during, rows.time[row]!),
  }
}

/** A whole state that stands beside the patch which led to it tells nothing. */
function isTold(rows: Rows, row: number): boolean {
  const kind = kindOf(rows.word[row]!)
  return kind === DIED || kind === KINDS['state.patch'] || (kind === KINDS['state.snapshot'] && rows.number[row] === 0)
}

/** What a record changed; undefined if nothing at the path, and all that is there is known. */
async function changeAt(
  parts: QueryParts,
  { key, id, row, state }: Place,
  path: StatePath | undefined,
): Promise<WalkedChange | undefined> {
  if (state === undefined) {
    if (path !== undefined || row === undefined) return undefined
    const { entry, rows } = row
    const place = { thread: entry.summary.thread, rows, row: row.row, anchors: parts.anchors }
    const event = buildEvent(parts.node, parts.view, place, NO_VALUES)
    return { key, id, state, isUnseen: false, change: { event, kind: 'died', changes: [], ...SURE } }
  }
  const event = stateEvent(parts, state)
  const record = await recordAt(parts, state, event.value, path)
  if (record === undefined) return undefined
  const { kind, changes, followsLoss, isUnseen } = record
  return { key, id, state, isUnseen, change: { kind, changes, followsLoss, isCut: isRowCut(state), event } }
}

const SURE = { followsLoss: false, isCut: false } as const

type Record = Pick<EntityChange, 'kind' | 'changes' | 'followsLoss'> & Pick<WalkedChange, 'isUnseen'>

/** What a row that tells a state, with this value, changed at the path. */
async function recordAt(
  parts: QueryParts,
  state: StateRow,
  value: unknown,
  path: StatePath | undefined,
): Promise<Record | undefined> {
  if (state.whole === undefined) return compared(parts, state, path)
  const changes = changesIn(value)
  // a change whose value was lost may be one of the path
  if (changes === undefined) return { kind: 'changed', changes: [], followsLoss: true, isUnseen: false }
  const wanted = path === undefined ? changes : changes.filter((change) => touches(change, path))
  if (path !== undefined && wanted.length === 0) return undefined
  // what comes and goes with a limit is no change, though the patch has to say it
  if (isRowCut(state)) return compared(parts, state, path, wanted)
  const known = { kind: 'changed', changes: wanted, followsLoss: false, isUnseen: false } as const
  if (path === undefined || wanted.every((change) => isWithinPath(change, path))) return known
  const narrowed = changesAt(await aroundOf(parts, state), path)
  return narrowed.length === 0 ? undefined : { ...known, changes: narrowed }
}

/** A state, and the one before it; both as far as they are known. */
interface Around {
  readonly before: unknown
  readonly after: unknown
  /** Undefined for the first state that is known. */
  readonly previous: StateRow | undefined
  readonly lostBefore: number
}

async function aroundOf(parts: QueryParts, state: StateRow): Promise<Around> {
  const previous = await stateBefore(parts, state)
  const known = previous === undefined ? undefined : await foldedValue(parts, previous)
  const { value: after } = await foldedValue(parts, state)
  return { before: known?.value, after, previous, lostBefore: known?.lostChanges ?? 0 }
}

/**
 * What a record changed by the states before and after it: of a whole state, since its patch would have been long, or the one before
 * was forgotten, or lost, or had other limits; of a patch that was `told`, since limits cut the state.
 */
async function compared(
  parts: QueryParts,
  state: StateRow,
  path: StatePath | undefined,
  told?: readonly StateChange[],
): Promise<Record | undefined> {
  const around = await aroundOf(parts, state)
  const { before, after, previous } = around
  if (told !== undefined && (previous === undefined || !isFolded(before) || !isFolded(after)))
    return { kind: 'changed', changes: told, followsLoss: true, isUnseen: true }
  const isUnseen = path !== undefined && isUnseenAt(around, path)
  const changes = path === undefined ? changesBetween(before, after) : changesAt(around, path)
  if (path !== undefined && changes.length === 0 && !isUnseen) return undefined
  if (previous === undefined) return { kind: 'first', changes, followsLoss: false, isUnseen }
  const gap = await firstGap(parts, previous, state.time)
  const followsLoss = around.lostBefore > 0 || (gap !== undefined && gap < state.seq)
  return { kind: 'changed', changes, followsLoss, isUnseen }
}

/** False for a state that is not there at all. */
function isFolded(state: unknown): boolean {
  return !(state instanceof Omitted)
}

function isUnseenAt({ before, after }: Around, path: StatePath): boolean {
  const isBeyond = [before, after].some((state) => leftOutAt(state, path) !== undefined)
  return isBeyond || isCut(valueAt(after, path))
}

/** What became of a path; nothing where a limit left it out, before or after. */
function changesAt({ before, after }: Around, path: StatePath): readonly StateChange[] {
  if ([before, after].some((state) => leftOutAt(state, path) !== undefined)) return []
  const [from, to] = [valueAt(before, path), valueAt(after, path)]
  if (to === undefined) return from === undefined ? [] : [{ kind: 'delete', path }]
  return changesBetween(from, to).map((change) => ({ ...change, path: [...path, ...change.path] }))
}
