/** How one of two events led to the other. */

import type { CausalEdge, CausalPath, SpanId } from '@cinescope/protocol'
import { eventId } from '../find-events.ts'
import { causesNamedBy, climb, type Climbed } from './climb.ts'
import type { Ground } from './ground.ts'
import { Walk } from './walk.ts'

/** Events that are looked at on each side. */
const MOST = 10_000
const WHOLE = { depth: Infinity, limit: MOST }
const PLAN = 'each event by its id, up from both ends: an event names few causes and may have many effects'

/** See `Recording.pathBetween`. */
export async function pathBetween(ground: Ground, a: string, b: string): Promise<CausalPath> {
  const [from, to] = [eventId(a), eventId(b)]
  const walk = new Walk(ground)
  const [start, end] = [await walk.must(from), await walk.must(to)]
  const aboveB = await climb(walk, end, WHOLE)
  if (aboveB.steps.has(from)) return pathIn(walk, 'forward', aboveB, from)
  const aboveA = await climb(walk, start, WHOLE)
  if (aboveA.steps.has(to)) return pathIn(walk, 'backward', aboveA, to)
  return {
    direction: undefined,
    events: [],
    edges: [],
    common: nearestCommon(aboveA, aboveB),
    searched: aboveA.steps.size + aboveB.steps.size,
    truncatedBy: walk.truncatedBy,
    explain: walk.explain(PLAN),
  }
}

function pathIn(walk: Walk, direction: 'forward' | 'backward', { steps }: Climbed, from: SpanId): CausalPath {
  const next = nextEdges({ steps, missing: [] })
  const edges: CausalEdge[] = []
  for (let edge = next.get(from); edge !== undefined; edge = next.get(edge.to)) edges.push(edge)
  const events = [from, ...edges.map(({ to }) => to)].flatMap((id) => steps.get(id)?.event ?? [])
  const answer = { direction, events, edges, common: undefined, searched: steps.size }
  return { ...answer, truncatedBy: walk.truncatedBy, explain: walk.explain(PLAN) }
}

/** From each event the edge by which it is one nearer to where the climb began. */
function nextEdges({ steps }: Climbed): Map<SpanId, CausalEdge> {
  const next = new Map<SpanId, CausalEdge>()
  for (const step of steps.values())
    for (const edge of causesNamedBy(step))
      if (steps.get(edge.from)?.depth === step.depth + 1) next.set(edge.from, edge)
  return next
}

function nearestCommon(a: Climbed, b: Climbed): SpanId | undefined {
  let nearest: { readonly id: SpanId; readonly way: number } | undefined
  for (const [id, { depth }] of a.steps) {
    const other = b.steps.get(id)
    if (other !== undefined && (nearest === undefined || depth + other.depth < nearest.way))
      nearest = { id, way: depth + other.depth }
  }
  return nearest?.id
}
