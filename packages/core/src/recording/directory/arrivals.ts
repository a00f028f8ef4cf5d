/** What arrives in all recordings of a directory, those included that begin meanwhile. */

import type { ArrivalEnd, ArrivalPage, ArrivalQuery, CinescopeEvent } from '@cinescope/protocol'
import { arrivals } from '../../query/arrivals/arrivals.ts'
import { checkLimit } from '../../query/limit.ts'
import type { Directory } from './directory.ts'
import type { Member } from './open-files.ts'
import { formatPlaces, parsePlaces, type Place, type Places, UNKNOWN } from './places.ts'
import { isUnreadable } from './unreadable.ts'

/** A file that could not be read so often is not being made just now. */
const MOST_FAILURES = 40
const PAGE = 1000
const MOST_UNLISTED = 10_000

/**
 * A page of arrivals, each recording's in its own order, merged by the wall time at which they ended. A recording that was not
 * there when the tail began is read from its start. That of a directory never ends: another process may begin.
 */
export async function arrivalsOf(directory: Directory, query: ArrivalQuery = {}): Promise<ArrivalPage> {
  const { from = 'now', ...rest } = query
  const limit = checkLimit(query.limit ?? PAGE)
  const before = typeof from === 'object' ? parsePlaces(from.cursor) : undefined
  const { members } = await directory.listing()
  const places = unlisted(before, members)
  const pages: ArrivalPage[] = []
  const asked: Places = new Map()
  let left = limit
  for (const member of inTurn(members, before)) {
    const { node } = member
    const place = before?.get(node)
    if (place?.isOver === true || left <= 0) {
      places.set(node, place ?? UNKNOWN)
      continue
    }
    const start = place?.cursor === undefined ? (typeof from === 'object' ? 'start' : from) : { cursor: place.cursor }
    const { page, next } = await ask(directory, { member, place }, { ...rest, limit, from: start })
    asked.set(node, next)
    if (page === undefined) continue
    pages.push(page)
    left -= page.items.length
  }
  for (const [node, place] of asked) places.set(node, place)
  return {
    items: mergeByEnd(pages.map(({ items }) => items)),
    cursor: formatPlaces(places),
    more: left <= 0 || pages.some(({ more }) => more),
    ended: directory.isFixed ? endOfAll(members, places) : undefined,
  }
}

/** Places of recordings that are not there now: one may be there again, and must not be told twice. The newest `MOST_UNLISTED`. */
function unlisted(before: Places | undefined, members: readonly Member[]): Places {
  const listed = new Set(members.map(({ node }) => node))
  return new Map(
    Array.from(before ?? [])
      .filter(([node]) => !listed.has(node))
      .slice(-MOST_UNLISTED),
  )
}

/** How all ended, once they have. */
function endOfAll(members: readonly Member[], places: Places): ArrivalEnd | undefined {
  const ends = members.map(({ node }) => places.get(node) ?? UNKNOWN)
  if (!ends.every(({ isOver }) => isOver)) return undefined
  return ends.some(({ isInterrupted }) => isInterrupted) ? 'interrupted' : 'closed'
}

/** Those that were asked longest ago first; then those that are new, the oldest start first. */
function inTurn(members: readonly Member[], before: Places | undefined): readonly Member[] {
  const all = new Map(members.toReversed().map((member) => [member.node, member]))
  const known = Array.from(before?.keys() ?? []).flatMap((node) => all.get(node) ?? [])
  return Array.from(new Set([...known, ...all.values()]))
}

interface Asked {
  readonly member: Member
  readonly place: Place | undefined
}

/** One that cannot be read may be in the making. */
async function ask(
  directory: Directory,
  { member, place = UNKNOWN }: Asked,
  query: ArrivalQuery,
): Promise<{ readonly page?: ArrivalPage; readonly next: Place }> {
  try {
    const page = await directory.one(member, (reading) => arrivals(reading, query))
    const isOver = page.ended !== undefined
    const isInterrupted = page.ended === 'interrupted'
    return { page, next: { cursor: isOver ? undefined : page.cursor, isOver, isInterrupted, failures: 0 } }
  } catch (thrown) {
    if (!isUnreadable(thrown)) throw thrown
    const failures = place.failures + 1
    const isOver = failures >= MOST_FAILURES
    return { next: { ...place, failures, isOver, isInterrupted: isOver } }
  }
}

/** Each list stays in its order; of their heads, the one that ended first comes first. */
function mergeByEnd(lists: readonly (readonly CinescopeEvent[])[]): readonly CinescopeEvent[] {
  if (lists.length === 1) return lists[0]!
  const heads = lists.map((list) => ({ list, taken: 0 }))
  const merged: CinescopeEvent[] = []
  for (;;) {
    let first: (typeof heads)[number] | undefined
    for (const head of heads) {
      if (head.taken === head.list.length) continue
      if (first === undefined || endOf(head.list[head.taken]!) < endOf(first.list[first.taken]!)) first = head
    }
    if (first === undefined) return merged
    merged.push(first.list[first.taken++]!)
  }
}

function endOf({ at, durationNs }: CinescopeEvent): number {
  return at + (durationNs ?? 0) / 1e6
}
