/** What arrived in the processes of a merged recording: events of a film that went through several are its own. */

import type { ArrivalPage, ArrivalQuery } from '@cinescope/protocol'
import type { QueryControl } from '../../query/reading.ts'
import type { Merged } from './merged.ts'

/** See `Recording.arrivals`. */
export async function joinedArrivals(
  { parts, joins }: Merged,
  query: ArrivalQuery = {},
  control?: QueryControl,
): Promise<ArrivalPage> {
  const { film, ...where } = query.where ?? {}
  const isJoined = film !== undefined && joins.innerOf(film).length > 0
  const page = await parts.arrivals(isJoined ? { ...query, where } : query, control)
  const items = page.items.map((event) => joins.told(event))
  // a hole of the tail, which has no seq, is told whatever is asked for
  return { ...page, items: isJoined ? items.filter((event) => event.film === film || event.seq === 0) : items }
}
