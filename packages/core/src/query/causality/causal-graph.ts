/** What led to an event, and what it led to, as a graph. */

import {
  CinescopeError,
  type CausalEdge,
  type CausalGraph,
  type CausalOptions,
  placeOf,
  type SpanId,
} from '@cinescope/protocol'
import { eventId } from '../find-events.ts'
import { checkLimit } from '../limit.ts'
import { causesNamedBy, climb, type Reach, type Step } from './climb.ts'
import { Descent, nearestFirst } from './descent.ts'
import type { Ground } from './ground.ts'
import type { Place, Reached } from './journey.ts'
import { type Found, Walk } from './walk.ts'

const USUAL_LIMIT = 1_000
const MAX_DEPTH = 10_000

/** See `Recording.causesOf`. */
export async function causesOf(ground: Ground, id: string, options: CausalOptions = {}): Promise<CausalGraph> {
  const [origin, reach] = [eventId(id), reachOf(options)]
  const walk = new Walk(ground, options.values)
  const { steps, missing } = await climb(walk, await walk.must(origin), reach)
  return graphOf(walk, origin, {
    steps,
    missing,
    plan: 'each event by its id, level by level, to what it names as parent, cause or sender',
  })
}

/** See `Recording.effectsOf`. */
export async function effectsOf(ground: Ground, id: string, options: CausalOptions = {}): Promise<CausalGraph> {
  const [origin, { depth, limit }] = [eventId(id), reachOf(options)]
  const walk = new Walk(ground, options.values)
  const descent = new Descent(walk, { depth, byRoot: false })
  descent.journey.begin(placeIn(await walk.must(origin)))
  await descent.run()
  const nearest = nearestFirst(descent.journey.reached)
  if (nearest.length > limit) walk.meet('limit')
  const steps = await stepsOf(walk, nearest.slice(0, limit))
  const plan = `everything after the event in its thread for what names it, and films by trace; ${nearest.length} events come to`
  return graphOf(walk, origin, { steps, missing: [], plan })
}

/** Where a found event stands. */
export function placeIn({ home, event }: Found): Place {
  const root = event.film === undefined ? 0 : placeOf(home, event.film).seq
  return { home, thread: event.thread, seq: event.seq, root, at: event.at }
}

/** The bounds, checked. @throws CSC_ERR_QUERY */
function reachOf({ depth = Infinity, limit }: CausalOptions): Reach {
  if (depth !== Infinity && (!Number.isInteger(depth) || depth < 1 || depth > MAX_DEPTH))
    throw new CinescopeError('CSC_ERR_QUERY', `depth is ${depth}; it must be an integer from 1 to ${MAX_DEPTH}`)
  return { depth, limit: checkLimit(limit, USUAL_LIMIT) }
}

/** The events of what was reached; those whose row is gone are left out. */
async function stepsOf(walk: Walk, nearest: readonly Reached[]): Promise<Map<SpanId, Step>> {
  const homes = Map.groupBy(nearest, ({ home }) => home)
  const found = new Map<SpanId, Found>()
  for (const [home, here] of homes) {
    const ids = here.map(({ id }) => id)
    for (const [id, each] of await walk.find(ids, home)) found.set(id, each)
  }
  const steps = new Map<SpanId, Step>()
  for (const { id, depth } of nearest) {
    const each = found.get(id)
    if (each !== undefined) steps.set(id, { ...each, depth })
  }
  return steps
}

interface Parts {
  readonly steps: ReadonlyMap<SpanId, Step>
  readonly missing: readonly CausalEdge[]
  readonly plan: string
}

function graphOf(walk: Walk, origin: SpanId, { steps, missing, plan }: Parts): CausalGraph {
  const all = Array.from(steps.values())
  return {
    origin,
    nodes: all.map(({ event, depth }) => ({ event, depth })),
    edges: all.flatMap(causesNamedBy).filter(({ from }) => steps.has(from)),
    missing,
    truncatedBy: walk.truncatedBy,
    explain: walk.explain(plan),
  }
}
