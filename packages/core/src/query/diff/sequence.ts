/** Aligns two sequences of numbers. */

import { pushTo } from '../../base/push-to.ts'

/** Places that stand for each other, one in each sequence. */
export type Match = readonly [a: number, b: number]

/** Edits beyond which the closest alignment is not looked for. */
const MAX_EDITS = 1000

/**
 * The longest common subsequence as matches in order; undefined if more than `MAX_EDITS` edits lie between the two.
 * O((n + m) · d) for d edits (Myers, An O(ND) difference algorithm, 1986, section 4).
 */
export function longestMatch(
  a: readonly number[],
  b: readonly number[],
  maxEdits: number = MAX_EDITS,
): Match[] | undefined {
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let tail = 0
  while (tail < a.length - start && tail < b.length - start && a.at(-1 - tail) === b.at(-1 - tail)) tail++
  const middle = shortestEdit(a.slice(start, a.length - tail), b.slice(start, b.length - tail), maxEdits)
  if (middle === undefined) return undefined
  const matches: Match[] = []
  for (let i = 0; i < start; i++) matches.push([i, i])
  for (const [i, j] of middle) matches.push([start + i, start + j])
  for (let i = tail; i > 0; i--) matches.push([a.length - i, b.length - i])
  return matches
}

/** Matches in order, each with the next free equal in `b`: not the most there are. O(n + m). */
export function anyMatch(a: readonly number[], b: readonly number[]): Match[] {
  const places = new Map<number, number[]>()
  for (let i = a.length - 1; i >= 0; i--) {
    pushTo(places, a[i]!, i)
  }
  const matches: Match[] = []
  let last = -1
  for (const [j, value] of b.entries()) {
    const list = places.get(value)
    while (list !== undefined && list.length > 0 && list.at(-1)! <= last) list.pop()
    const i = list?.pop()
    if (i === undefined) continue
    matches.push([i, j])
    last = i
  }
  return matches
}

function shortestEdit(a: readonly number[], b: readonly number[], maxEdits: number): Match[] | undefined {
  const most = Math.min(a.length + b.length, maxEdits)
  const middle = most + 1
  // by diagonal: how far `a` has been followed
  const reach = new Int32Array(2 * most + 3)
  const trace: Int32Array[] = []
  for (let edits = 0; edits <= most; edits++) {
    trace.push(reach.slice(middle - edits, middle + edits + 1))
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const at = middle + diagonal
      const isDown = diagonal === -edits || (diagonal !== edits && reach[at - 1]! < reach[at + 1]!)
      let i = isDown ? reach[at + 1]! : reach[at - 1]! + 1
      while (i < a.length && i - diagonal < b.length && a[i] === b[i - diagonal]) i++
      reach[at] = i
      if (i >= a.length && i - diagonal >= b.length) return wayBack(trace, a.length, b.length)
    }
  }
  return undefined
}

/** `trace[d]` holds the reach of diagonals -d to d before edit d. */
function wayBack(trace: readonly Int32Array[], lengthA: number, lengthB: number): Match[] {
  const matches: Match[] = []
  let [i, j] = [lengthA, lengthB]
  for (let edits = trace.length - 1; edits > 0; edits--) {
    const reach = trace[edits]!
    const diagonal = i - j
    const isDown =
      diagonal === -edits || (diagonal !== edits && reach[edits + diagonal - 1]! < reach[edits + diagonal + 1]!)
    const before = isDown ? diagonal + 1 : diagonal - 1
    const fromA = reach[edits + before]!
    const fromB = fromA - before
    while (i > fromA && j > fromB) matches.push([--i, --j])
    ;[i, j] = [fromA, fromB]
  }
  while (i > 0 && j > 0) matches.push([--i, --j])
  return matches.reverse()
}
