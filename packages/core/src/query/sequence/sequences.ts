/** Queries for events that follow one another. */

import {
  CinescopeError,
  type CinescopeEvent,
  durationNs,
  type NodeId,
  type SequenceMatch,
  type SequencePage,
  type SequenceQuery,
  seq as seqOf,
  type SpanId,
  spanIdOf,
} from '@cinescope/protocol'
import type { Ground } from '../causality/ground.ts'
import { Walk } from '../causality/walk.ts'
import { findEvents } from '../find-events.ts'
import { checkLimit } from '../limit.ts'
import { collect, type Home, homesOf } from './collect.ts'
import { matchesOf } from './match.ts'
import { inOrder, type Occurrence } from './occurrence.ts'
import { cursorAt, type Mark, markOf } from './sequence-cursor.ts'

const MOST_STEPS = 8
const MOST_MS = 1e12

/** See `Recording.sequences`. */
export async function sequences(ground: Ground, query: SequenceQuery): Promise<SequencePage> {
  const limit = checkLimit(query.limit)
  check(query)
  const { steps, without, by = 'film', absent = false } = query
  const mark = query.cursor === undefined ? undefined : markOf(query.cursor)
  const walk = new Walk(ground)
  const homes = await homesOf(walk)
  const after = mark === undefined ? undefined : resumed(mark, homes)
  const filters = without === undefined ? steps : [...steps, without]
  const lists = await collect(walk, homes, { filters, by, from: after?.time ?? -Infinity })
  const withinNs = query.withinMs === undefined ? Infinity : nsOf(query.withinMs)
  const ofSteps = lists.slice(0, steps.length)
  const first = (ofSteps[0] ?? []).filter((each) => after === undefined || inOrder(each, after) > 0)
  const all = matchesOf({ steps: [first, ...ofSteps.slice(1)], without: lists[steps.length] ?? [], withinNs, absent })
  const page = all.slice(0, limit)
  const items = await itemsOf(walk, homes, { page, by, waitNs: absent ? withinNs : undefined })
  const begin = page.at(-1)?.[0]
  return {
    items,
    cursor: begin === undefined || all.length <= limit ? undefined : cursorAt(begin, homes),
    explain: walk.explain(
      `one scan for each step, ${lists.map(({ length }) => length).join(' + ')} events kept, joined by ${by}`,
    ),
  }
}

/** To the thousandth of a ns, so that a time that was divided to be told in ms is itself again. */
function nsOf(ms: number): number {
  return Math.round(ms * 1e9) / 1e3
}

/** @throws CSC_ERR_QUERY */
function check({ steps, withinMs, absent, by }: SequenceQuery): void {
  const wrong = (message: string): CinescopeError => new CinescopeError('CSC_ERR_QUERY', message)
  if (!Array.isArray(steps) || steps.length < 2 || steps.length > MOST_STEPS)
    throw wrong(`a sequence has ${Array.isArray(steps) ? steps.length : 'no'} steps; it must have 2 to ${MOST_STEPS}`)
  if (withinMs !== undefined && !(withinMs >= 0 && withinMs <= MOST_MS))
    throw wrong(`withinMs is ${String(withinMs)}; it must be a number from 0 to ${MOST_MS}`)
  if (absent === true && withinMs === undefined)
    throw wrong('withinMs is missing: that something did not follow can be said of a time only')
  if (by !== undefined && !['film', 'entity', 'any'].includes(by))
    throw wrong(`by is '${String(by).slice(0, 40)}'; it must be film, entity or any`)
}

function resumed({ node, atNs, thread, seq }: Mark, homes: ReadonlyMap<NodeId, Home>): Occurrence {
  const home = homes.get(node)
  if (home === undefined)
    throw new CinescopeError('CSC_ERR_PRUNED', `the recording of process ${node}, where the page before ended, is gone`)
  return { home: home.index, thread, seq, time: home.base + atNs, key: '' }
}

interface Chosen {
  readonly page: readonly (readonly Occurrence[])[]
  readonly by: SequenceQuery['by']
  /** How long something had to be absent. */
  readonly waitNs: number | undefined
}

async function itemsOf(
  walk: Walk,
  homes: ReadonlyMap<NodeId, Home>,
  { page, by, waitNs }: Chosen,
): Promise<SequenceMatch[]> {
  const events = await eventsOf(walk, homes, page.flat())
  const ends = Array.from(homes.values(), ({ end }) => end)
  const lastEnd = ends.reduce((last, end) => Math.max(last, end), -Infinity)
  return page.map((match) => {
    const [first, last] = [match[0], match.at(-1)]
    // a match has an event for its first step
    const end = by === 'film' ? ends[first!.home]! : lastEnd
    return {
      events: match.flatMap((each) => events.get(each) ?? []),
      tookNs: durationNs(last!.time - first!.time),
      undecided: waitNs !== undefined && first!.time + waitNs > end,
    }
  })
}

async function eventsOf(
  walk: Walk,
  homes: ReadonlyMap<NodeId, Home>,
  wanted: readonly Occurrence[],
): Promise<ReadonlyMap<Occurrence, CinescopeEvent>> {
  const events = new Map<Occurrence, CinescopeEvent>()
  await walk.each(async (parts) => {
    const index = homes.get(parts.node)?.index
    const own = wanted.filter(({ home }) => home === index)
    const idOf = ({ thread, seq }: Occurrence): SpanId => spanIdOf(parts.node, { thread, seq: seqOf(seq) })
    const found = await findEvents(parts, Array.from(new Set(own.map(idOf))), true)
    for (const each of own) {
      const event = found.get(idOf(each))
      if (event !== undefined) events.set(each, event)
    }
  })
  return events
}
