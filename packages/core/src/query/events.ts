/** Queries for pages of events. */

import type { CinescopeEvent, EventPage, EventQuery } from '@cinescope/protocol'
import { buildEvent, NO_VALUES } from '../store/read/event-builder.ts'
import { formatCursor, parseCursor } from './cursor.ts'
import { checkLimit } from './limit.ts'
import { compileFilter } from './predicate.ts'
import type { Reading } from './reading.ts'
import { scanEvents } from './scan.ts'

/** See `Recording.events`. */
export async function events(reading: Reading, query: EventQuery = {}): Promise<EventPage> {
  return pageOf(reading, query, false)
}

/** A page, ended early when its values weigh too much; one that must be `whole` goes on without values instead. */
export async function pageOf(reading: Reading, query: EventQuery, whole: boolean): Promise<EventPage> {
  const order = query.order ?? 'time'
  const limit = checkLimit(query.limit)
  const after = query.cursor === undefined ? undefined : parseCursor(order, query.cursor)
  return reading.view(async ({ view, reader, cost, anchors, node }) => {
    const predicate = compileFilter(query.where, { view, node, anchors })
    const matches = await scanEvents({ segments: reader.segments(), predicate, order, after, limit }, reader, cost)
    // what was decoded to find them is gone
    cost.weight = 0
    const items: CinescopeEvent[] = []
    for (const { entry, rows, row } of matches) {
      if (cost.isHeavy && !whole) break
      const values = query.values === false ? NO_VALUES : reader.valuesIfLight(entry, rows, row)
      items.push(buildEvent(node, view, { thread: entry.summary.thread, rows, row, anchors }, values))
    }
    const last = matches[items.length - 1]
    const isAll = matches.length < limit && items.length === matches.length
    return {
      items,
      cursor: last === undefined || isAll ? undefined : formatCursor(order, { key: last.key, id: last.id }),
      explain: cost.explain(`scan for ${predicate.text}, ordered by ${order}`),
    }
  })
}
