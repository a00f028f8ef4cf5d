/** Pairs the nodes of two film trees, level by level. */

import type { FilmTree } from './film-tree.ts'
import { anyMatch, longestMatch, type Match } from './sequence.ts'

/** Two nodes that stand for each other, or one that has no counterpart. */
export type Step =
  | { readonly kind: 'pair'; readonly a: number; readonly b: number }
  | { readonly kind: 'a' | 'b'; readonly node: number }

/** How the children of one pair are aligned. */
export interface Alignment {
  readonly steps: readonly Step[]
  /** They were too different for the closest alignment. */
  readonly isRough: boolean
}

/** Children that are alike with all below them stand for each other; between those, children of the same kind and name. */
export function alignChildren(a: FilmTree, b: FilmTree, parentA: number, parentB: number): Alignment {
  const childrenA = a.children[parentA]!
  const childrenB = b.children[parentB]!
  const anchors = longestMatch(of(childrenA, a.digests), of(childrenB, b.digests)) ?? []
  const steps: Step[] = []
  let isRough = false
  let [i, j] = [0, 0]
  for (const [nextI, nextJ] of [...anchors, [childrenA.length, childrenB.length] as Match]) {
    const between = [childrenA.slice(i, nextI), childrenB.slice(j, nextJ)] as const
    const keys = [of(between[0], a.keys), of(between[1], b.keys)] as const
    const close = longestMatch(...keys)
    isRough ||= close === undefined
    pushSteps(steps, ...between, close ?? anyMatch(...keys))
    if (nextI < childrenA.length) steps.push({ kind: 'pair', a: childrenA[nextI]!, b: childrenB[nextJ]! })
    ;[i, j] = [nextI + 1, nextJ + 1]
  }
  return { steps, isRough }
}

function of(nodes: readonly number[], numbers: readonly number[]): number[] {
  return nodes.map((node) => numbers[node]!)
}

function pushSteps(steps: Step[], a: readonly number[], b: readonly number[], matches: readonly Match[]): void {
  let [i, j] = [0, 0]
  for (const [nextI, nextJ] of [...matches, [a.length, b.length] as Match]) {
    while (i < nextI) steps.push({ kind: 'a', node: a[i++]! })
    while (j < nextJ) steps.push({ kind: 'b', node: b[j++]! })
    if (nextI < a.length && nextJ < b.length) steps.push({ kind: 'pair', a: a[i++]!, b: b[j++]! })
  }
}
