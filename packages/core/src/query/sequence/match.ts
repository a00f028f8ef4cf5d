/** Finds what follows what, given all events that fit a step. */

import { inOrder, type Occurrence } from './occurrence.ts'

/** See `SequenceQuery`. */
export interface Pattern {
  /** Of each step, in any order. */
  readonly steps: readonly (readonly Occurrence[])[]
  readonly without: readonly Occurrence[]
  /** Infinity for no limit. */
  readonly withinNs: number
  readonly absent: boolean
}

/** One for each match, in order of the first: its events, without the last one of an absent step. O(n log n), n = occurrences. */
export function matchesOf({ steps, without, withinNs, absent }: Pattern): Occurrence[][] {
  const [first = [], ...next] = steps
  const following = (absent ? next.slice(0, -1) : next).map(byKey)
  const unwanted = byKey(absent ? (steps.at(-1) ?? []) : [])
  const between = byKey(without)
  const matches: Occurrence[][] = []
  for (const begin of first.toSorted(inOrder)) {
    const until = begin.time + withinNs
    const chain = chainFrom(begin, following, until)
    const last = chain?.at(-1)
    if (chain === undefined || last === undefined) continue
    if (isWithin(firstAfter(unwanted, last), until)) continue
    const excuse = firstAfter(between, begin)
    if (excuse !== undefined && (absent ? excuse.time <= until : inOrder(excuse, last) < 0)) continue
    matches.push(chain)
  }
  return matches
}

/** The earliest of each step after the one before, if the last is in time; what comes later could only end later. */
function chainFrom(begin: Occurrence, following: readonly ByKey[], until: number): Occurrence[] | undefined {
  const chain = [begin]
  let last = begin
  for (const step of following) {
    const found = firstAfter(step, last)
    if (found === undefined || found.time > until) return undefined
    chain.push(found)
    last = found
  }
  return chain
}

type ByKey = ReadonlyMap<string, readonly Occurrence[]>

function byKey(list: readonly Occurrence[]): ByKey {
  const groups = Map.groupBy(list, ({ key }) => key)
  for (const group of groups.values()) group.sort(inOrder)
  return groups
}

/** The first that has the same in common and came after. */
function firstAfter(groups: ByKey, before: Occurrence): Occurrence | undefined {
  const group = groups.get(before.key) ?? []
  let low = 0
  let high = group.length
  while (low < high) {
    const middle = (low + high) >> 1
    // middle is below group.length
    if (inOrder(group[middle]!, before) > 0) high = middle
    else low = middle + 1
  }
  return group[low]
}

function isWithin(found: Occurrence | undefined, until: number): boolean {
  return found !== undefined && found.time <= until
}
