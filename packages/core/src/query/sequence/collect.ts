/** All events that fit a step of a sequence, from all recordings. */

import { CinescopeError, type EventFilter, type NodeId, type Rows, type SequenceScope } from '@cinescope/protocol'
import type { Walk } from '../causality/walk.ts'
import { compileFilter } from '../predicate.ts'
import type { QueryParts } from '../reading.ts'
import { candidatesOf, visitMatches } from '../scan.ts'
import type { Occurrence } from './occurrence.ts'

/** Occurrences of all steps together; each takes some 100 bytes. */
const MAX_OCCURRENCES = 500_000
const NS_PER_MS = 1e6

/** A recording on the scale that all share. */
export interface Home {
  readonly index: number
  /** Added to the process's own ns. */
  readonly base: number
  /** Ns on the shared scale at which what is recorded ends. */
  readonly end: number
}

/** The recordings by process. Each counts by its own monotonic clock from where its wall clock stood at first: steps of a clock part nothing. */
export async function homesOf(walk: Walk): Promise<ReadonlyMap<NodeId, Home>> {
  const homes = new Map<NodeId, Home>()
  let origin: number | undefined
  await walk.each(async ({ node, reader, anchors }) => {
    const first = anchors[0] ?? { atNs: 0, wallMs: 0 }
    origin ??= first.wallMs
    const base = (first.wallMs - origin) * NS_PER_MS - first.atNs
    const last = reader.segments().reduce((end, { summary }) => Math.max(end, summary.timeHigh), 0)
    homes.set(node, { index: homes.size, base, end: base + last })
  })
  return homes
}

/** What is looked for. */
export interface Wanted {
  /** Of the steps, then of what must not be between. */
  readonly filters: readonly EventFilter[]
  readonly by: SequenceScope
  /** Nothing before this instant of the shared scale. */
  readonly from: number
}

/** The occurrences of each filter. @throws CSC_ERR_QUERY if they are too many */
export async function collect(walk: Walk, homes: ReadonlyMap<NodeId, Home>, wanted: Wanted): Promise<Occurrence[][]> {
  const lists: Occurrence[][] = wanted.filters.map(() => [])
  await walk.each(async (parts) => {
    const home = homes.get(parts.node)
    // one that came after the others were listed is for the next question
    if (home === undefined) return
    for (const [i, filter] of wanted.filters.entries()) await collectIn(parts, home, { filter, wanted, lists, i })
  })
  return lists
}

interface Collecting {
  readonly filter: EventFilter
  readonly wanted: Wanted
  readonly lists: readonly Occurrence[][]
  readonly i: number
}

async function collectIn(parts: QueryParts, home: Home, { filter, wanted, lists, i }: Collecting): Promise<void> {
  const { reader, cost } = parts
  // a ns earlier, since the shared scale may round; what is too early is told apart by its order
  const from = wanted.from - home.base - 1
  const predicate = compileFilter(filter, parts)
  const target = { segments: reader.segments(), predicate }
  const keyOf = keysOf(parts, home, wanted.by)
  // the index is that of the filter
  const list = lists[i]!
  for (const entry of candidatesOf(target, cost)) {
    await cost.breathe()
    if (entry.summary.timeHigh < from) {
      cost.skip('time')
      continue
    }
    const { thread } = entry.summary
    const visit = {
      reader,
      cost,
      isWanted: (rows: Rows, row: number) => rows.time[row]! >= from,
    }
    visitMatches(entry, target, visit, (rows, row) => {
      const key = keyOf(thread, rows.root[row]!, rows.subject[row]!)
      if (key === undefined) return
      list.push({ home: home.index, thread, seq: rows.seq[row]!, time: home.base + rows.time[row]!, key })
    })
    // values that were decoded to find them are gone
    cost.weight = 0
    if (lists.reduce((sum, { length }) => sum + length, 0) > MAX_OCCURRENCES) throw tooMany()
  }
}

/** The key of a row; undefined where it has nothing that it could have in common. */
function keysOf(
  { view }: QueryParts,
  { index }: Home,
  by: SequenceScope,
): (thread: number, root: number, subject: number) => string | undefined {
  switch (by) {
    case 'any':
      return () => ''
    case 'film':
      return (thread, root) => (root === 0 ? undefined : `${index} ${thread} ${root}`)
    case 'entity':
      return (_thread, _root, subject) => {
        const entity = subject === 0 ? undefined : view.entity(subject)
        return entity === undefined ? undefined : JSON.stringify([entity.kind, entity.scope, entity.id])
      }
  }
}

function tooMany(): CinescopeError {
  const message = `more than ${MAX_OCCURRENCES} events fit the steps; ask for less of them, or for a shorter time (from, to)`
  return new CinescopeError('CSC_ERR_QUERY', message)
}
