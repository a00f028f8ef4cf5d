/** A film's events as a tree in the order a person reads it. Recordings may be hostile: no recursion, and a cycle of parents ends. */

import type { CinescopeEvent, Film } from '@cinescope/protocol'

/** One row of the timeline. */
export interface TreeRow {
  readonly event: CinescopeEvent
  /** 0 for the root. */
  readonly depth: number
  /** The event names a parent that the recording does not hold. */
  readonly parentMissing: boolean
}

/** Rows of a film and of the gaps that fall into it: parents before children, children by their begin. O(n log n). */
export function filmTree({ summary, events }: Film, gaps: readonly CinescopeEvent[]): TreeRow[] {
  const byId = new Map(events.map((event) => [event.id, event]))
  const children = new Map<string, CinescopeEvent[]>()
  const tops: CinescopeEvent[] = [...gaps]
  const missing = new Set<CinescopeEvent>()
  for (const event of events) {
    if (event.id === summary.id) continue
    const parent = event.parent === event.id ? undefined : event.parent
    if (parent === undefined || !byId.has(parent)) {
      if (event.parent !== undefined) missing.add(event)
      tops.push(event)
    } else listOf(children, parent).push(event)
  }
  const root = byId.get(summary.id)
  const seen = new Set<CinescopeEvent>()
  const rows: TreeRow[] = []
  if (root !== undefined) rows.push({ event: root, depth: 0, parentMissing: false })
  // the root's children and what has no place of its own, side by side by time
  const first = [...(children.get(summary.id) ?? []), ...tops].toSorted(byBegin)
  walk(first, children, seen, (event, depth) => rows.push({ event, depth, parentMissing: missing.has(event) }))
  // what only a cycle of parents reaches
  const unreached = events.filter((event) => event !== root && !seen.has(event))
  for (const event of unreached) rows.push({ event, depth: 1, parentMissing: true })
  return rows
}

type Visit = (event: CinescopeEvent, depth: number) => void

function walk(
  tops: readonly CinescopeEvent[],
  children: ReadonlyMap<string, readonly CinescopeEvent[]>,
  seen: Set<CinescopeEvent>,
  visit: Visit,
): void {
  const stack = tops.toReversed().map((event) => ({ event, depth: 1 }))
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { event, depth } = next
    seen.add(event)
    visit(event, depth)
    for (const child of (children.get(event.id) ?? []).toReversed()) stack.push({ event: child, depth: depth + 1 })
  }
}

function byBegin(a: CinescopeEvent, b: CinescopeEvent): number {
  return a.atNs - b.atNs || a.seq - b.seq
}

function listOf(map: Map<string, CinescopeEvent[]>, key: string): CinescopeEvent[] {
  const list = map.get(key) ?? []
  map.set(key, list)
  return list
}
