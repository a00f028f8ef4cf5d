/** Queries for one event, and for what is directly above and below it. */

import {
  CinescopeError,
  type CinescopeEvent,
  kindOf,
  KINDS,
  placeOf,
  type Rows,
  type SpanId,
} from '@cinescope/protocol'
import { buildEvent } from '../store/read/event-builder.ts'
import { pageOf } from './events.ts'
import type { Reading } from './reading.ts'

const MAX_PARENTS = 10_000
const MAX_CHILDREN = 10_000

/** See `Recording.event`. */
export async function event(reading: Reading, id: string): Promise<CinescopeEvent> {
  const found = await findEvent(reading, id)
  if (found === undefined)
    throw new CinescopeError('CSC_ERR_NOT_FOUND', `no event ${id.slice(0, 40)} in this recording`)
  return found
}

/** See `Recording.parentsOf`. */
export async function parentsOf(reading: Reading, id: string): Promise<readonly CinescopeEvent[]> {
  const parents: CinescopeEvent[] = []
  const child = await event(reading, id)
  let before = child.seq
  let next = child.parent
  while (next !== undefined && parents.length < MAX_PARENTS) {
    const parent = await findEvent(reading, next)
    // a parent was offered before its children; a recording that says otherwise may go in circles
    if (parent === undefined || parent.seq >= before) break
    before = parent.seq
    parents.push(parent)
    next = parent.parent
  }
  return parents
}

/** See `Recording.childrenOf`. */
export async function childrenOf(reading: Reading, id: string): Promise<readonly CinescopeEvent[]> {
  const parent = await event(reading, id)
  const where = parent.film === undefined ? { parent: parent.id } : { parent: parent.id, film: parent.film }
  return (await pageOf(reading, { where, limit: MAX_CHILDREN }, true)).items
}

/** See `Recording.causesOf`. */
export async function causesOf(reading: Reading, id: string): Promise<readonly CinescopeEvent[]> {
  const effect = await event(reading, id)
  const cause = effect.cause ?? effect.parent ?? (await senderOf(reading, effect))
  const found = cause === undefined ? undefined : await findEvent(reading, cause)
  return found === undefined ? [] : [found]
}

/** What a root was caused by in another thread or process, as its edge says. */
async function senderOf(reading: Reading, root: CinescopeEvent): Promise<SpanId | undefined> {
  if (root.film !== root.id) return undefined
  const { items } = await pageOf(
    reading,
    { where: { film: root.id, parent: root.id, kinds: ['edge'] }, limit: 1 },
    true,
  )
  const link = items[0]?.value
  if (typeof link !== 'object' || link === null) return undefined
  const sender = (link as Readonly<Record<string, unknown>>)['cinescope.remote.parent']
  return typeof sender === 'string' && /^[0-9a-f]{16}$/.test(sender) ? (sender as SpanId) : undefined
}

/** One event, or undefined where the recording has none of that id. @throws CSC_ERR_ID */
async function findEvent(reading: Reading, id: string): Promise<CinescopeEvent | undefined> {
  if (!/^[0-9a-f]{16}$/.test(id))
    throw new CinescopeError('CSC_ERR_ID', `an event id is 16 hex digits, got '${id.slice(0, 40)}'`)
  return reading.view(async ({ view, reader, cost, anchors, node }) => {
    const { thread, seq } = placeOf(node, id as SpanId)
    let second: CinescopeEvent | undefined
    for (const entry of reader.segments()) {
      const { summary } = entry
      if (summary.thread !== thread || summary.seqLow > seq || summary.seqHigh < seq) continue
      await cost.breathe()
      const rows = reader.rows(entry)
      const row = rows === undefined ? -1 : rowOfSeq(rows, seq)
      if (rows === undefined || row < 0) continue
      const found = buildEvent(node, view, { thread, rows, row, anchors }, reader.values(entry, rows, row))
      if (!found.open && found.kind !== 'gap') return found
      // an open span may have ended in a later segment, and a hole may begin where a rebuilt span did
      if (second === undefined || second.kind === 'gap') second = found
    }
    return second
  })
}

/** Row of an event; a hole is named by its first seq, which may also be that of a span rebuilt from its end: the span it is. */
function rowOfSeq(rows: Rows, seq: number): number {
  const first = rows.seq.indexOf(seq)
  if (first < 0 || kindOf(rows.word[first]!) !== KINDS.gap) return first
  const other = rows.seq.indexOf(seq, first + 1)
  return other < 0 ? first : other
}
