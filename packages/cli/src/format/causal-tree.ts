/** Causes or effects of an event as a tree. Recordings may be hostile: no recursion, and what leads to itself is drawn once. */

import type { CausalEdge, CausalGraph, CinescopeEvent } from '@cinescope/core'
import { eventLabel, eventPlace } from './event-label.ts'
import { eventMarks } from './outcome.ts'
import { type Line, type Piece, styled } from './styled.ts'
import { dateOf, duration, timeOfDay } from './units.ts'

/** Which way the tree grows from the event that was asked for. */
export type Direction = 'causes' | 'effects'

interface Due {
  readonly event: CinescopeEvent
  /** How it is joined to the line above it. */
  readonly edge: CausalEdge | undefined
  readonly level: number
}

/** Columns of indentation at most: a chain may be longer than a terminal is wide. */
const MOST_INDENT = 48

/** Lines of the graph, the event that was asked for first. A chain is drawn straight down: only where it parts is it indented. */
export function causalLines(graph: CausalGraph, direction: Direction): Line[] {
  const events = new Map(graph.nodes.map(({ event }) => [event.id as string, event]))
  const next = edgesFrom(graph, direction)
  const days = new Set(graph.nodes.map(({ event }) => dateOf(event.at)))
  const first = events.get(graph.origin)
  const due: Due[] = first === undefined ? [] : [{ event: first, edge: undefined, level: 0 }]
  const drawn = new Set<string>()
  const lines: Line[] = []
  for (let item = due.pop(); item !== undefined; item = due.pop()) {
    const { event, level } = item
    const isAgain = drawn.has(event.id)
    lines.push(lineOf(item, { isAgain, withDate: days.size > 1 }))
    if (isAgain) continue
    drawn.add(event.id)
    const edges = next.get(event.id) ?? []
    const deeper = direction === 'effects' || edges.length > 1 ? level + 1 : level
    for (const edge of edges.toReversed()) {
      const to = events.get(direction === 'causes' ? edge.from : edge.to)
      if (to !== undefined) due.push({ event: to, edge, level: deeper })
    }
  }
  return [...lines, ...missingLines(graph.missing)]
}

/** Edges by the end that is drawn first; effects by the time of their begin. */
function edgesFrom({ edges, nodes }: CausalGraph, direction: Direction): Map<string, CausalEdge[]> {
  const at = new Map(nodes.map(({ event }) => [event.id, event.at]))
  const next = new Map<string, CausalEdge[]>()
  for (const edge of edges.toSorted((a, b) => (at.get(a.to) ?? 0) - (at.get(b.to) ?? 0))) {
    const from = direction === 'causes' ? edge.to : edge.from
    const list = next.get(from) ?? []
    list.push(edge)
    next.set(from, list)
  }
  return next
}

function lineOf({ event, edge, level }: Due, how: { readonly isAgain: boolean; readonly withDate: boolean }): Line {
  const time = how.withDate ? `${dateOf(event.at)} ${timeOfDay(event.at)}` : timeOfDay(event.at)
  const indent = ' '.repeat(Math.min(level * 2, MOST_INDENT))
  const line: (Piece | string)[] = [styled('dim', time), '  ', indent]
  if (edge !== undefined) line.push(styled(edge.how === 'parent' ? 'dim' : 'magenta', `${WORDS[edge.how]} `))
  line.push(styled('dim', `${event.kind} `), styled('bold', eventLabel(event)))
  if (event.durationNs !== undefined) line.push(styled('dim', `  ${duration(event.durationNs)}`))
  for (const mark of eventMarks(event)) line.push(' ', mark)
  const place = eventPlace(event)
  if (place !== undefined) line.push(styled('dim', `  ${place}`))
  line.push('  ', styled('cyan', event.film === event.id ? `film ${event.id}` : event.id))
  if (how.isAgain) line.push(styled('dim', '  (see above)'))
  return line
}

const WORDS = { parent: 'in', cause: 'by', message: 'message', remote: 'remote' } as const

function missingLines(missing: readonly CausalEdge[]): Line[] {
  return missing.map(({ from, to, how }) => [
    styled('yellow', `not recorded here: ${from}, the ${how === 'remote' ? 'remote cause' : how} of ${to}`),
  ])
}
