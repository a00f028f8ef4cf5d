/** A film as a tree whose nodes carry numbers by which two trees are aligned. */

import type { CinescopeEvent } from '@cinescope/protocol'
import { digestOf } from './digest.ts'

/** Nodes are places in `events`; the last number, `events.length`, stands above all that have no parent in the film. */
export interface FilmTree {
  readonly events: readonly CinescopeEvent[]
  readonly children: readonly (readonly number[])[]
  /** Equal where kind and name are, and for the roots of both films. */
  readonly keys: readonly number[]
  /** Equal where a whole subtree is alike, times aside; that they are equal proves nothing. */
  readonly digests: readonly number[]
  /** Events of the subtree. */
  readonly sizes: readonly number[]
}

/** Numbers for texts, the same for the same text; one for both trees of a diff. */
export class Numbering {
  readonly #numbers = new Map<string, number>()

  of(text: string): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    this.#numbers.set(text, this.#numbers.size)
    return this.#numbers.size - 1
  }
}

/** See above. `withValues`: values and results are part of the digests. O(n) and the size of the values. */
export function filmTree(events: readonly CinescopeEvent[], numbering: Numbering, withValues: boolean): FilmTree {
  const parents = parentsIn(events)
  const children: number[][] = Array.from({ length: events.length + 1 }, () => [])
  for (const [node, parent] of parents.entries()) children[parent]!.push(node)
  const keys = events.map(({ id, film, kind, name }) => numbering.of(id === film ? 'root' : `${kind} ${name}`))
  const digests = Array.from({ length: events.length }, () => 0)
  const sizes = Array.from({ length: events.length }, () => 1)
  // children were offered after their parents
  for (const node of [...events.keys()].sort((a, b) => events[b]!.seq - events[a]!.seq)) {
    let digest = outcomeDigest(events[node]!, keys[node]!, withValues)
    for (const child of children[node]!) digest = digestOf(digests[child], digest)
    digests[node] = digest
    const parent = parents[node]!
    if (parent < events.length) sizes[parent]! += sizes[node]!
  }
  return { events, children, keys, digests, sizes }
}

/** A parent was offered before its children; a recording that says otherwise may go in circles. */
function parentsIn(events: readonly CinescopeEvent[]): number[] {
  const places = new Map(events.map(({ id }, place) => [id, place]))
  return events.map(({ parent, seq }) => {
    const place = parent === undefined ? undefined : places.get(parent)
    return place === undefined || events[place]!.seq >= seq ? events.length : place
  })
}

function outcomeDigest(event: CinescopeEvent, key: number, withValues: boolean): number {
  const { name, error, aborted, open, number, subject, value, result } = event
  const flags = (error ? 1 : 0) | (aborted ? 2 : 0) | (open ? 4 : 0)
  const outcome = digestOf(number, digestOf(name, digestOf(flags, key)))
  return withValues ? digestOf(result, digestOf(value, digestOf(subject?.id, outcome))) : outcome
}
