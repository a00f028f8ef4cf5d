/** Pages of several recordings as one, item by item in one order. */

import { CinescopeError, type NodeId, type Page, type SpanId } from '@cinescope/protocol'

/** What each of the pages is from: a recording, or a film of one. */
type Source = NodeId | SpanId

/** A page of one of them. */
export interface SourcePage<S extends Source, T> {
  readonly source: S
  readonly answer: Page<T>
}

/** How the items of a page are merged. */
export interface MergeOrder<S extends Source, T> {
  readonly order: string
  /** What items of different sources are compared by: an instant or duration. Equal ones come by source. */
  key(item: T, source: S): number
  /** The cursor in the item's own source that goes on after it. */
  cursor(item: T, source: S): string
}

/** Where each source goes on: its own cursor, '' for its start. Those that are not in it have ended, or began later. */
export type Cursors = Readonly<Record<string, string>>

/** What a cursor begins with, and what its places look like. */
interface CursorForm {
  readonly prefix: string
  readonly place: RegExp
}

/** By what there are pages of. */
type PagesOf = 'recordings' | 'films'

const CURSORS: Readonly<Record<PagesOf, CursorForm>> = {
  recordings: { prefix: 'dir:', place: /^([0-9a-f]{12})=([-+.:0-9a-z]{0,80})$/ },
  films: { prefix: 'film:', place: /^([0-9a-f]{16})=([-+.:0-9a-z]{0,80})$/ },
}

/** 1,000 sources, and more than a cursor of any of them is long. */
const MAX_CURSOR = 200_000

/** Items that the sources hand over for one page, all together. */
const MAX_HANDED = 40_000

/** How many items each of so many sources is asked for. */
export function limitOfEach(limit: number, sources: number): number {
  return Math.min(limit, Math.ceil(MAX_HANDED / Math.max(1, sources)))
}

/** The places of a cursor over several sources. @throws CSC_ERR_QUERY */
export function parseCursors(cursor: string, of: PagesOf): Cursors {
  const wrong = new CinescopeError('CSC_ERR_QUERY', `'${cursor.slice(0, 60)}' is no cursor over several ${of}`)
  const { prefix, place } = CURSORS[of]
  if (!cursor.startsWith(prefix) || cursor.length > MAX_CURSOR) throw wrong
  return Object.fromEntries(
    cursor
      .slice(prefix.length)
      .split(',')
      .map((each) => {
        const match = place.exec(each)
        if (match === null) throw wrong
        return [match[1]!, match[2]!]
      }),
  )
}

/** Of places, at least one; what `parseCursors` reads. */
export function formatCursors(places: readonly (readonly [Source, string])[], of: PagesOf): string {
  return CURSORS[of].prefix + places.map(([source, cursor]) => `${source}=${cursor}`).join(',')
}

/** The first `limit` items of the pages, which are in order; fewer where a page ends before it is known what comes next. */
export function mergePages<S extends Source, T>(
  parts: readonly SourcePage<S, T>[],
  before: Cursors | undefined,
  { by, limit, of }: { readonly by: MergeOrder<S, T>; readonly limit: number; readonly of: PagesOf },
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
      const distance =
        other === undefined ? -1 : (by.key(item, head.part.source) - by.key(other, first!.part.source)) * sign
      if (distance < 0 || (distance === 0 && head.part.source < first!.part.source)) first = head
    }
    if (first === undefined) break
    items.push(first.part.answer.items[first.taken]!)
    first.taken++
  }
  const places = heads.flatMap(({ part: { source, answer }, taken }): (readonly [S, string])[] => {
    if (taken === answer.items.length) return answer.cursor === undefined ? [] : [[source, answer.cursor]]
    return [[source, taken === 0 ? (before?.[source] ?? '') : by.cursor(answer.items[taken - 1]!, source)]]
  })
  return { items, cursor: places.length === 0 ? undefined : formatCursors(places, of) }
}
