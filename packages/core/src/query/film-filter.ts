/** What a query for films asks of the catalogue. */

import { type FilmQuery, FLAG, rangesAt, type TimeRange } from '@cinescope/protocol'
import type { FilmScan } from '../store/event-store.ts'
import type { ViewParts } from '../store/read/view-parts.ts'
import { parseCursor } from './cursor.ts'
import { matcherOf } from './pattern.ts'

/** The scan that answers a query. @throws CSC_ERR_QUERY for a cursor of another order */
export function filmScan(
  query: FilmQuery,
  order: FilmScan['order'],
  limit: number,
  { view, anchors }: Pick<ViewParts, 'view' | 'anchors'>,
): FilmScan {
  const where = query.where ?? {}
  const wanted = (where.error === true ? FLAG.error : 0) | (where.marked === true ? FLAG.marked : 0)
  const unwanted = (where.error === false ? FLAG.error : 0) | (where.marked === false ? FLAG.marked : 0)
  const matches = where.name === undefined ? undefined : matcherOf(where.name)
  const sites =
    matches && new Set(Array.from(view.sites()).flatMap(([number, site]) => (matches(site.name) ? [number] : [])))
  return {
    order,
    limit,
    ...timesOf(rangesAt(anchors, where.from, where.to)),
    ...(where.minDurationMs === undefined ? {} : { minDuration: where.minDurationMs * 1e6 }),
    ...(where.maxDurationMs === undefined ? {} : { maxDuration: where.maxDurationMs * 1e6 }),
    ...(where.status === undefined ? {} : { status: where.status }),
    ...(wanted === 0 ? {} : { flags: wanted }),
    ...(unwanted === 0 ? {} : { withoutFlags: unwanted }),
    ...(sites === undefined ? {} : { sites }),
    ...(query.cursor === undefined ? {} : { after: parseCursor(order, query.cursor) }),
  }
}

/** One range is what an index can find; of several it finds what lies between the ends, and the rest is looked at one by one. */
function timesOf(ranges: readonly TimeRange[]): Pick<FilmScan, 'fromTime' | 'toTime' | 'during'> {
  const fromTime = ranges[0]?.from ?? 0
  const toTime = ranges.at(-1)?.to ?? 0
  return {
    ...(fromTime === -Infinity ? {} : { fromTime }),
    ...(toTime === Infinity ? {} : { toTime }),
    ...(ranges.length > 1 ? { during: ranges } : {}),
  }
}
