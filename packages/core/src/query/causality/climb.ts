/** From an event to what led to it, level by level. */

import type { CausalEdge, NodeId, SpanId } from '@cinescope/protocol'
import type { Found, Walk } from './walk.ts'

/** How far to go. */
export interface Reach {
  readonly depth: number
  readonly limit: number
}

/** An event that was come to. */
export interface Step extends Found {
  readonly depth: number
}

/** What was found on the way up. */
export interface Climbed {
  /** The nearest first. */
  readonly steps: ReadonlyMap<SpanId, Step>
  /** From causes that no recording has. */
  readonly missing: readonly CausalEdge[]
}

/** All that led to `start`. O(events found), each by its id. */
export async function climb(walk: Walk, start: Found, { depth, limit }: Reach): Promise<Climbed> {
  const steps = new Map<SpanId, Step>([[start.event.id, { ...start, depth: 0 }]])
  const missing = new Map<string, CausalEdge>()
  let level: readonly Step[] = Array.from(steps.values())
  for (let at = 1; level.length > 0; at++) {
    const edges = level.flatMap(causesNamedBy).filter(({ from }) => !steps.has(from))
    if (edges.length === 0) break
    if (at > depth) {
      walk.meet('depth')
      break
    }
    const found = await findAll(walk, edges, level)
    for (const edge of edges) if (!found.has(edge.from)) missing.set(`${edge.from} ${edge.to}`, edge)
    const room = limit - steps.size
    if (found.size > room) walk.meet('limit')
    level = Array.from(found.values())
      .toSorted(byTime)
      .slice(0, room)
      .map((each) => ({ ...each, depth: at }))
    for (const step of level) steps.set(step.event.id, step)
  }
  return { steps, missing: Array.from(missing.values()) }
}

/** The edges to an event from what it names: one for each cause, the closest kind of it. */
export function causesNamedBy({ event, sender }: Pick<Found, 'event' | 'sender'>): CausalEdge[] {
  const { id: to, parent, cause } = event
  const edges = new Map<SpanId, CausalEdge>()
  if (sender !== undefined)
    edges.set(sender, { from: sender, to, how: event.kind === 'message' ? 'message' : 'remote', inferred: false })
  if (cause !== undefined) edges.set(cause, { from: cause, to, how: 'cause', inferred: false })
  if (parent !== undefined)
    edges.set(parent, { from: parent, to, how: 'parent', inferred: event.parentCertainty === 'inferred' })
  // a recording may say that an event led to itself
  edges.delete(to)
  return Array.from(edges.values())
}

/** What is named as parent or cause is of the same process; a sender may be of any. */
async function findAll(walk: Walk, edges: readonly CausalEdge[], level: readonly Step[]): Promise<Map<SpanId, Found>> {
  const homes = new Map(level.map(({ event, home }) => [event.id, home]))
  const wanted = new Map<NodeId | undefined, Set<SpanId>>()
  for (const { from, to } of edges) {
    const home = homes.get(to)
    wanted.set(home, (wanted.get(home) ?? new Set()).add(from))
  }
  const all = new Map<SpanId, Found>()
  for (const [home, ids] of wanted) for (const [id, found] of await walk.find(Array.from(ids), home)) all.set(id, found)
  return all
}

function byTime(a: Found, b: Found): number {
  return a.event.at - b.event.at || (a.event.id < b.event.id ? -1 : 1)
}
