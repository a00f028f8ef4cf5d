/** What became of an entity's state, record by record. */

import {
  type Entity,
  type EntityChange,
  type HistoryPage,
  type HistoryQuery,
  kindOf,
  KINDS,
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
import { buildEvent } from '../store/read/event-builder.ts'
import { isWithin } from '../store/film-scan.ts'
import { changesBetween, changesIn, isWithinPath, statePath, touches, valueAt } from './changes.ts'
import { foldedValue } from './fold.ts'
import { firstGap } from './gaps.ts'
import { isState, livesOf, mayHold, stateBefore, type StateRow, stateRowAt } from './state-row.ts'

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
    for await (const { match, change } of changesOf(parts, entity, { path, during, order, after, batch: limit })) {
      items.push(change)
      if (items.length < limit && !parts.cost.isHeavy) continue
      return { items, cursor: formatCursor(order, { key: match.key, id: match.id }), explain: parts.cost.explain(plan) }
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

/** The changes of an entity, each with the row that tells it. */
export async function* changesOf(
  parts: QueryParts,
  entity: Entity,
  { path, during, order, after, batch }: ChangeWalk,
): AsyncGenerator<{ readonly match: Match; readonly change: EntityChange }> {
  const predicate = ofEntity(parts, entity, during)
  const limit = path === undefined ? batch : Math.max(batch, BATCH)
  for (let from = after; ;) {
    const request = { segments: parts.reader.segments(), predicate, order, after: from, limit }
    const matches = await scanEvents(request, parts.reader, parts.cost)
    for (const match of matches) {
      const change = await changeAt(parts, match, path)
      if (change !== undefined) yield { match, change }
    }
    const last = matches.at(-1)
    if (last === undefined || matches.length < limit) return
    from = { key: last.key, id: last.id }
  }
}

/** Keeps the rows that tell of the entity's state. */
function ofEntity({ view }: QueryParts, entity: Entity, during: readonly TimeRange[]): RowPredicate {
  const lives = new Set(livesOf(view, entity))
  return {
    values: undefined,
    text: `records of ${entity.kind} ${entity.id}`,
    rulesOut(entry) {
      const { timeLow, timeHigh, kindsHigh } = entry.summary
      if (!during.some((range) => timeLow < range.to && timeHigh >= range.from)) return 'time'
      if ((kindsHigh & STATE_KINDS) === 0) return 'kind'
      return mayHold(entry, lives) ? undefined : 'entity bloom'
    },
    keeps: (rows, row) => lives.has(rows.subject[row]!) && isTold(rows, row) && isWithin(during, rows.time[row]!),
  }
}

/** A whole state that stands beside the patch which led to it tells nothing. */
function isTold(rows: Rows, row: number): boolean {
  const kind = kindOf(rows.word[row]!)
  return kind === DIED || kind === KINDS['state.patch'] || (kind === KINDS['state.snapshot'] && rows.number[row] === 0)
}

/** What a row changed; undefined if nothing at the path. */
async function changeAt(
  parts: QueryParts,
  { entry, rows, row }: Match,
  path: StatePath | undefined,
): Promise<EntityChange | undefined> {
  const { thread } = entry.summary
  const told = (kind: EntityChange['kind'], changes: readonly StateChange[], followsLoss: boolean): EntityChange => ({
    event: buildEvent(
      parts.node,
      parts.view,
      { thread, rows, row, anchors: parts.anchors },
      parts.reader.values(entry, rows, row),
    ),
    kind,
    changes,
    followsLoss,
  })
  if (!isState(rows.word[row]!)) return path === undefined ? told('died', [], false) : undefined
  const state = stateRowAt(entry, rows, row)
  const known = state.whole === undefined ? undefined : changesIn(parts.reader.values(entry, rows, row).value)
  const record: Record =
    known === undefined ? await whole(parts, state) : { kind: 'changed', changes: known, followsLoss: false }
  if (path === undefined) return told(record.kind, record.changes, record.followsLoss)
  const wanted = record.changes.filter((change) => touches(change, path))
  if (wanted.length === 0) return undefined
  const changes = wanted.every((change) => isWithinPath(change, path)) ? wanted : await at(parts, state, path)
  return changes.length === 0 ? undefined : told(record.kind, changes, record.followsLoss)
}

type Record = Pick<EntityChange, 'kind' | 'changes' | 'followsLoss'>

/** A whole state tells what changed by the state before it: its patch would have been long, or that state was forgotten, or lost. */
async function whole(parts: QueryParts, state: StateRow): Promise<Record> {
  const before = await stateBefore(parts, state)
  const { value } = await foldedValue(parts, state)
  if (before === undefined) return { kind: 'first', changes: [{ kind: 'set', path: [], value }], followsLoss: false }
  const known = await foldedValue(parts, before)
  const gap = await firstGap(parts, before, state.time)
  return {
    kind: 'changed',
    changes: changesBetween(known.value, value),
    followsLoss: known.lostChanges > 0 || (gap !== undefined && gap < state.seq),
  }
}

/** What a record changed at a path, where it changed what holds it: found by the states before and after. */
async function at(parts: QueryParts, state: StateRow, path: StatePath): Promise<readonly StateChange[]> {
  const before = await stateBefore(parts, state)
  const from = before === undefined ? undefined : valueAt((await foldedValue(parts, before)).value, path)
  const to = valueAt((await foldedValue(parts, state)).value, path)
  if (to === undefined) return from === undefined ? [] : [{ kind: 'delete', path }]
  return changesBetween(from, to).map((change) => ({ ...change, path: [...path, ...change.path] }))
}
