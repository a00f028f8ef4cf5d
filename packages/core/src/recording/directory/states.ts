/** States of entities from all recordings of a directory. Most entities are of one process; rows of a database are of all. */

import {
  CinescopeError,
  type CinescopeEvent,
  type Entity,
  type EntityChange,
  type HistoryPage,
  type HistoryQuery,
  type NodeId,
  placeOf,
} from '@cinescope/protocol'
import { formatCursor } from '../../query/cursor.ts'
import { checkLimit } from '../../query/limit.ts'
import { mergeExplains } from '../../query/merge-explains.ts'
import { filmNumber } from '../../store/event-store.ts'
import { changesBetween } from '../../timetravel/compare.ts'
import type { Recording } from '../recording.ts'
import type { Directory, Part } from './directory.ts'
import { limitOfEach, mergePages, parseCursors } from './merge-pages.ts'

type Method = 'stateAt' | 'history' | 'lastWrite' | 'diffStates'
type Merge<M extends Method> = (directory: Directory, ...args: Parameters<Recording[M]>) => ReturnType<Recording[M]>

/** By question. */
export const STATES: { readonly [M in Method]: Merge<M> } = {
  stateAt,
  history,
  lastWrite: async (directory, entity, path, at) =>
    latest(known(await directory.ask('lastWrite', [entity, path, at]), entity)),
  diffStates: async (directory, entity, from, to) => {
    const [earlier, later] = await Promise.all([stateAt(directory, entity, from), stateAt(directory, entity, to)])
    return { from: earlier, to: later, changes: changesBetween(earlier?.state, later?.state) }
  },
}

async function stateAt(
  directory: Directory,
  ...args: Parameters<Recording['stateAt']>
): ReturnType<Recording['stateAt']> {
  const [entity, at] = args
  return latest(known(await directory.ask('stateAt', [entity, at]), entity))
}

async function history(directory: Directory, entity: Entity, query: HistoryQuery = {}): Promise<HistoryPage> {
  const limit = checkLimit(query.limit)
  const order = query.order ?? 'time'
  const { cursor, ...rest } = query
  const before = cursor === undefined ? undefined : parseCursors(cursor, 'recordings')
  const { members } = await directory.listing()
  const each = { ...rest, limit: limitOfEach(limit, members.length) }
  const parts = await directory.ask('history', (node) => {
    const place = before?.[node]
    if (before !== undefined && place === undefined) return undefined
    return place === undefined || place === '' ? [entity, each] : [entity, { ...each, cursor: place }]
  })
  if (before === undefined) known(parts, entity)
  const by = {
    order,
    key: ({ event }: EntityChange, node: NodeId) => directory.instantOf(node, event),
    cursor: ({ event }: EntityChange, node: NodeId) => {
      const { thread, seq } = placeOf(node, event.id)
      return formatCursor(order, { key: event.atNs, id: filmNumber(thread, seq) })
    },
  }
  const pages = parts.map(({ node, answer }) => ({ source: node, answer }))
  const explains = parts.map(({ answer }) => answer.explain)
  return {
    ...mergePages(pages, before, { by, limit, of: 'recordings' }),
    explain: mergeExplains(explains, `${explains[0]?.plan ?? 'nothing'}, in each of ${parts.length} recordings`),
  }
}

/** Where no recording knows the entity, it never was. @throws CSC_ERR_NOT_FOUND */
function known<T>(parts: readonly Part<T>[], { kind, id }: Entity): readonly Part<T>[] {
  if (parts.length > 0) return parts
  const what = `entity ${kind} ${id}`.slice(0, 120)
  throw new CinescopeError('CSC_ERR_NOT_FOUND', `no ${what} in any recording of the directory`)
}

/** The answer whose event was last. */
function latest<T extends { readonly event: CinescopeEvent }>(parts: readonly Part<T | undefined>[]): T | undefined {
  let last: T | undefined
  for (const { answer } of parts)
    if (answer !== undefined && (last === undefined || answer.event.at > last.event.at)) last = answer
  return last
}
