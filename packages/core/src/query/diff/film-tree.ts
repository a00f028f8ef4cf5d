/** A film as a tree whose nodes carry numbers by which two trees are aligned. */

import type { CinescopeEvent } from '@cinescope/protocol'

/** Nodes are places in `events`; the last number, `events.length`, stands above all that have no parent in the film. */
export interface FilmTree {
  readonly events: readonly CinescopeEvent[]
  readonly children: readonly (readonly number[])[]
  /** Equal where kind and name are, and for the roots of both films. */
  readonly keys: readonly number[]
  /** Equal where a whole subtree is alike, times aside. */
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

/** See above. `withValues`: values and results are part of the digests. O(n) beside the values' text. */
export function filmTree(events: readonly CinescopeEvent[], numbering: Numbering, withValues: boolean): FilmTree {
  const parents = parentsIn(events)
  const children: number[][] = Array.from({ length: events.length + 1 }, () => [])
  for (const [node, parent] of parents.entries()) children[parent]!.push(node)
  const keys = events.map(({ id, film, kind, name }) => numbering.of(id === film ? 'root' : `${kind} ${name}`))
  const digests = Array.from({ length: events.length }, () => 0)
  const sizes = Array.from({ length: events.length }, () => 1)
  // children were offered after their parents
  for (const node of [...events.keys()].sort((a, b) => events[b]!.seq - events[a]!.seq)) {
    const below = children[node]!.map((child) => digests[child])
    digests[node] = numbering.of(`${keys[node]} ${outcomeText(events[node]!, withValues)} ${below.join()}`)
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

function outcomeText(event: CinescopeEvent, withValues: boolean): string {
  const { name, error, aborted, open, number, subject, value, result } = event
  return JSON.stringify([name, error, aborted, open, number, withValues ? [subject, value, result] : 0])
}
