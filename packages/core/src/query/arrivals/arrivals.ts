/** Queries for what has arrived in a recording since a place in it. */

import { type ArrivalEnd, type ArrivalPage, type ArrivalQuery } from '@cinescope/protocol'
import { checkLimit } from '../limit.ts'
import type { QueryParts, Reading } from '../reading.ts'
import { takeTail } from './arrived-rows.ts'
import { formatPosition, parsePosition, type Position, startPosition } from './position.ts'
import { Step, totalOf, type Wanted } from './step.ts'

const PAGE = 1000

/** See `Recording.arrivals`. */
export async function arrivals(reading: Reading, query: ArrivalQuery = {}): Promise<ArrivalPage> {
  const from = query.from ?? 'now'
  const wanted = { where: query.where, values: query.values ?? true, limit: checkLimit(query.limit ?? PAGE) }
  // a first look at a long recording rests while it reads the clocks; lists and accounts of one instant are needed
  if (typeof from !== 'object') await reading.view(() => undefined)
  if (from === 'now') return begun(reading)
  const first = await page(reading, typeof from === 'object' ? from.cursor : undefined, wanted)
  if (first.more || first.items.length > 0) return first
  const state = await reading.source.read(() => reading.source.state())
  if (state === 'live') return first
  // all that the writer committed before it ended is seen only by a look after that
  return page(reading, first.cursor, wanted, state)
}

/** The place at which a tail from now on begins. A recording that has ended gives nothing any more. */
async function begun(reading: Reading): Promise<ArrivalPage> {
  const state = await reading.source.read(() => reading.source.state())
  const cursor = await reading.view(async (parts) => formatPosition(parts.node, await positionNow(parts)))
  return { items: [], cursor, more: false, ended: state === 'live' ? undefined : state }
}

async function positionNow({ view, reader, cost }: QueryParts): Promise<Position> {
  const ledger = view.ledger()
  const segments = reader.segments()
  const position = startPosition(totalOf(ledger, 'pruned'))
  position.accounted += totalOf(ledger, 'stored')
  for (const entry of segments) {
    const { id, isTail, summary } = entry
    position.seen = id
    position.lastNs = Math.max(position.lastNs, summary.timeHigh)
    if (!isTail) continue
    await cost.breathe()
    const rows = reader.rows(entry)
    if (rows === undefined) continue
    const { after } = takeTail(rows, position.unfinished.get(summary.thread))
    after.events += summary.events
    position.unfinished.set(summary.thread, after)
  }
  return position
}

/** With an end that was seen before, the last page too. */
function page(reading: Reading, cursor: string | undefined, wanted: Wanted, end?: ArrivalEnd): Promise<ArrivalPage> {
  return reading.view(async (parts) => {
    const position =
      cursor === undefined ? startPosition(totalOf(parts.view.ledger(), 'pruned')) : parsePosition(parts.node, cursor)
    const step = new Step(parts, position, wanted)
    const isAll = await step.takeArrived()
    const isOver = isAll && end !== undefined && (await step.takeRest(end))
    return {
      items: step.items,
      cursor: formatPosition(parts.node, position),
      more: !isAll || (end !== undefined && !isOver),
      ended: isOver ? end : undefined,
    }
  })
}
