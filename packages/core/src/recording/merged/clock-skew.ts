/**
 * Bounds of the difference between two clocks from what was sent between them, as in Cristian 1989 and Marzullo 1984: nothing is
 * received before it was sent, and no answer is there before its question was received. Every bound holds; the closest are kept.
 */

import type { ClockSkew, NodeId } from '@cinescope/protocol'
import type { FilmLink } from './links.ts'

/** By pair of processes, each pair once, with the smaller node as `from`. O(links). */
export function clockSkewOf(links: readonly FilmLink[]): readonly ClockSkew[] {
  const pairs = new Map<string, Bounds>()
  for (const link of links) {
    if (link.node === link.fromNode) continue
    const isForward = link.fromNode < link.node
    const [from, to] = isForward ? [link.fromNode, link.node] : [link.node, link.fromNode]
    const bounds = pairs.get(from + to) ?? new Bounds(from, to)
    pairs.set(from + to, bounds)
    // the receiver's clock shows at most so much more, and at least so much more
    bounds.add(isForward, link.received - link.sent, link.ended === undefined ? undefined : link.received - link.ended)
  }
  return Array.from(pairs.values(), (bounds) => bounds.skew())
}

/** The skew as seen from the other process. */
export function skewFrom(from: NodeId, skew: ClockSkew): ClockSkew {
  if (skew.from === from) return skew
  const { lowMs, highMs, messages } = skew
  const minus = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : -ms)
  return { from, to: skew.from, lowMs: minus(highMs), highMs: minus(lowMs), messages }
}

class Bounds {
  readonly #from: NodeId
  readonly #to: NodeId
  #low = -Infinity
  #high = Infinity
  #messages = 0

  constructor(from: NodeId, to: NodeId) {
    this.#from = from
    this.#to = to
  }

  add(isForward: boolean, most: number, least: number | undefined): void {
    this.#messages++
    const [low, high] = isForward ? [least ?? -Infinity, most] : [-most, least === undefined ? Infinity : -least]
    this.#low = Math.max(this.#low, low)
    this.#high = Math.min(this.#high, high)
  }

  skew(): ClockSkew {
    const known = (ms: number): number | undefined => (Number.isFinite(ms) ? ms : undefined)
    return {
      from: this.#from,
      to: this.#to,
      lowMs: known(this.#low),
      highMs: known(this.#high),
      messages: this.#messages,
    }
  }
}
