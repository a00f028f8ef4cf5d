/** One order for the events of several processes, in which no effect comes before its cause. HLC: Kulkarni et al. 2014, figure 5. */

import { hlcOf, type NodeId, type WallMs, wallMs } from '@cinescope/protocol'
import { pushTo } from '../../base/push-to.ts'
import type { InstantOf } from '../directory/directory.ts'
import type { FilmLink } from './links.ts'

/** From a wall time on, nothing in the process is earlier than the floor. */
interface Lift {
  readonly fromMs: number
  readonly floor: number
}

/** Clocks far apart need one round for each process that a cause goes through. */
const MAX_ROUNDS = 64

/**
 * Hybrid logical instants: what the clock showed, but from what was received on at least one tick after it was sent. Equal ones
 * are ordered by node, and within a process by its own order.
 */
export function hybridOrder(links: readonly FilmLink[]): InstantOf {
  const lifts = new Map<NodeId, readonly Lift[]>()
  const instantOf: InstantOf = (node, { at }) => Math.max(hlcOf(at), floorAt(lifts.get(node), at))
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const more = new Map<NodeId, Lift[]>()
    for (const { node, fromNode, sent, received } of links) {
      if (node === fromNode) continue
      const floor = instantOf(fromNode, { at: wallMs(sent) }) + 1
      if (instantOf(node, { at: wallMs(received) }) >= floor) continue
      pushTo(more, node, { fromMs: received, floor })
    }
    if (more.size === 0) break
    for (const [node, found] of more) lifts.set(node, rising([...(lifts.get(node) ?? []), ...found]))
  }
  return instantOf
}

/** Lifts in order of time, of which each is higher than those before. */
function rising(lifts: readonly Lift[]): readonly Lift[] {
  const kept: Lift[] = []
  for (const lift of lifts.toSorted((a, b) => a.fromMs - b.fromMs || b.floor - a.floor)) {
    if (lift.floor > (kept.at(-1)?.floor ?? -Infinity)) kept.push(lift)
  }
  return kept
}

function floorAt(lifts: readonly Lift[] | undefined, at: WallMs): number {
  if (lifts === undefined) return 0
  let low = 0
  let high = lifts.length
  while (low < high) {
    const middle = (low + high) >> 1
    // middle is within [0, length)
    if (lifts[middle]!.fromMs <= at) low = middle + 1
    else high = middle
  }
  return lifts[low - 1]?.floor ?? 0
}
