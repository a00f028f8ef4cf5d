/** Pages of several recordings as one, item by item in one order. */

import { CinescopeError, type Explain, type NodeId, type Page } from '@cinescope/protocol'
import type { Part } from './directory.ts'

/** How the items of a page are merged. */
export interface MergeOrder<T> {
  readonly order: string
  /** What items of different recordings are compared by: wall time or duration. Equal ones come by node. */
  key(item: T): number
  /** The cursor in the item's own recording that goes on after it. */
  cursor(item: T, node: NodeId): string
}

/** Where each recording goes on, by node: its own cursor, '' for its start. Those that are not in it have ended, or began later. */
export type Cursors = Readonly<Record<string, string>>

const PREFIX = 'dir:'
/** 1,000 recordings, and more than a cursor of any of them is long. */
const MAX_CURSOR = 200_000

/** The places of a directory's cursor. @throws CSC_ERR_QUERY */
export function parseCursors(cursor: string): Cursors {
  const wrong = new CinescopeError(
    'CSC_ERR_QUERY',
    `'${cursor.slice(0, 60)}' is no cursor of a directory of recordings`,
  )
  if (!cursor.startsWith(PREFIX) || cursor.length > MAX_CURSOR) throw wrong
  const places = cursor.slice(PREFIX.length).split(',')
  return Object.fromEntries(
    places.map((place) => {
      const match = /^([0-9a-f]{12})=([-+.:0-9a-z]{0,80})$/.exec(place)
      if (match === null) throw wrong
      return [match[1]!, match[2]!]
    }),
  )
}

/** The first `limit` items of the pages, which are in order; fewer where a page ends before it is known what comes next. */
export function mergePages<T>(
  parts: readonly Part<Page<T>>[],
  before: Cursors | undefined,
  { by, limit }: { readonly by: MergeOrder<T>; readonly limit: number },
): Pick<Page<T>, 'items' | 'cursor'> {
  const sign = by.order.startsWith('-') ? -1 : 1
  const heads = parts.map((part) => ({ part, taken: 0 }))
  const items: T[] = []
  while (items.length < limit) {
    // beyond a page that was cut short one cannot know what comes next
    if (heads.some(({ part, taken }) => taken === part.answer.items.length && part.answer.cursor !== undefined)) break
    let first: (typeof heads)[number] | undefined
    for (const head of heads) {
      const item = head.part.answer.items[head.taken]
      if (item === undefined) continue
      const other = first?.part.answer.items[first.taken]
      const distance = other === undefined ? -1 : (by.key(item) - by.key(other)) * sign
      if (distance < 0 || (distance === 0 && head.part.node < first!.part.node)) first = head
    }
    if (first === undefined) break
    items.push(first.part.answer.items[first.taken]!)
    first.taken++
  }
  const places = heads.flatMap(({ part: { node, answer }, taken }) => {
    if (taken === answer.items.length) return answer.cursor === undefined ? [] : [`${node}=${answer.cursor}`]
    return [`${node}=${taken === 0 ? (before?.[node] ?? '') : by.cursor(answer.items[taken - 1]!, node)}`]
  })
  return { items, cursor: places.length === 0 ? undefined : `${PREFIX}${places.join(',')}` }
}

/** The costs of several answers as one. */
export function mergeExplains(all: readonly Explain[], plan: string): Explain {
  const sum = (of: (one: Explain) => number): number => all.reduce((total, one) => total + of(one), 0)
  return {
    plan,
    segments: sum(({ segments }) => segments),
    segmentsRead: sum(({ segmentsRead }) => segmentsRead),
    segmentsSkipped: sumEach(all.map(({ segmentsSkipped }) => segmentsSkipped)),
    segmentsRolledUp: sum(({ segmentsRolledUp }) => segmentsRolledUp),
    readBecause: sumEach(all.map(({ readBecause }) => readBecause)),
    rowsRead: sum(({ rowsRead }) => rowsRead),
    rowsMatched: sum(({ rowsMatched }) => rowsMatched),
    valuePagesRead: sum(({ valuePagesRead }) => valuePagesRead),
    valuePagesSkipped: sum(({ valuePagesSkipped }) => valuePagesSkipped),
    corrupt: sum(({ corrupt }) => corrupt),
    elapsedMs: sum(({ elapsedMs }) => elapsedMs),
  }
}

function sumEach(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const one of all) for (const [name, many] of Object.entries(one)) sums[name] = (sums[name] ?? 0) + many
  return sums
}
