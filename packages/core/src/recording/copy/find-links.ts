/** Which films of a new file were caused by an event of another film in it. */

import {
  CinescopeError,
  type CinescopeEvent,
  isSpanKind,
  KINDS,
  type NodeId,
  placeOf,
  type SpanId,
} from '@cinescope/protocol'
import { filmNumber } from '../../store/event-store.ts'
import { nodesIn } from '../../store/sqlite/nodes-in.ts'
import type { StoredLink } from '../../store/sqlite/part-writer.ts'
import { MAX_LINKS } from '../../store/sqlite/read-links.ts'
import { openSqliteSource } from '../../store/sqlite/sqlite-source.ts'
import { recordingOf } from '../open-recording.ts'
import type { OpenRecording } from '../recording.ts'
import type { Turn } from './turns.ts'

interface Part {
  readonly part: number
  readonly node: NodeId
  readonly recording: OpenRecording
}

/** What belongs to a link of a film's root and the event that the edge at its begin names. */
interface Found {
  readonly to: Part
  readonly root: SpanId
  readonly from: Part
  readonly sender: SpanId
  /** The film that the sender's is told with; undefined where it is a film of its own, as what a message caused is. */
  readonly around: SpanId | undefined
  readonly sent: number
  readonly ended: number | undefined
  readonly received: number
}

/** Links, and whether there were more than a file can hold. */
export interface FoundLinks {
  readonly links: readonly StoredLink[]
  readonly areAll: boolean
}

/** The links of all parts; a sender that is in none of them gives no link. */
export async function linksIn(path: string, turn: Turn): Promise<FoundLinks> {
  const parts = nodesIn(path).map((node, part) => ({
    node,
    part,
    recording: recordingOf(openSqliteSource(path, part)),
  }))
  try {
    const found = new Map<SpanId, Found>()
    for (const to of parts) {
      for await (const edge of to.recording.stream({ where: { kinds: ['edge'] }, limit: 10_000 })) {
        await turn()
        const link = await linkOf(edge, to, parts)
        if (link === undefined) continue
        if (found.size >= MAX_LINKS) return { links: linksOf(found), areAll: false }
        found.set(link.root, link)
      }
    }
    return { links: linksOf(found), areAll: true }
  } finally {
    for (const { recording } of parts) await recording.close()
  }
}

async function linkOf(edge: CinescopeEvent, to: Part, parts: readonly Part[]): Promise<Found | undefined> {
  const named = senderIn(edge)
  if (named === undefined || edge.film === undefined) return undefined
  const root = await eventIn(to, edge.film)
  const at = root === undefined ? undefined : await find(named, parts)
  if (root === undefined || at === undefined || at.sender.id === root.id) return undefined
  const { from, sender } = at
  const isSpan = sender.kind !== 'unknown' && isSpanKind(KINDS[sender.kind])
  return {
    to,
    root: root.id,
    from,
    sender: sender.id,
    around: isSpan ? sender.film : undefined,
    sent: sender.at,
    ended: answeredAt(sender),
    received: root.at,
  }
}

function senderIn({ value }: CinescopeEvent): SpanId | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const id = (value as Readonly<Record<string, unknown>>)['cinescope.remote.parent']
  return typeof id === 'string' && /^[0-9a-f]{16}$/.test(id) ? (id as SpanId) : undefined
}

/** Any id is some place in every process; it is the event's where there is one at that place. */
async function find(
  id: SpanId,
  parts: readonly Part[],
): Promise<{ readonly from: Part; readonly sender: CinescopeEvent } | undefined> {
  for (const from of parts) {
    const sender = await eventIn(from, id)
    if (sender !== undefined) return { from, sender }
  }
  return undefined
}

async function eventIn({ recording }: Part, id: SpanId): Promise<CinescopeEvent | undefined> {
  try {
    return await recording.event(id)
  } catch (thrown) {
    if (thrown instanceof CinescopeError && thrown.code === 'CSC_ERR_NOT_FOUND') return undefined
    throw thrown
  }
}

function linksOf(byFilm: ReadonlyMap<SpanId, Found>): readonly StoredLink[] {
  return Array.from(byFilm.values(), (each) => {
    const { to, root, from, sender, sent, ended, received } = each
    const outer = outermost(each, byFilm)
    return {
      part: to.part,
      number: numberOf(to, root),
      fromPart: from.part,
      fromNumber: numberOf(from, sender),
      filmPart: outer.part.part,
      filmNumber: numberOf(outer.part, outer.id),
      sent,
      ended,
      received,
    }
  })
}

/** The film that a film is told with: that of the span which caused it, and so on. */
function outermost(first: Found, byFilm: ReadonlyMap<SpanId, Found>): { readonly part: Part; readonly id: SpanId } {
  let outer: { part: Part; id: SpanId } = { part: first.to, id: first.root }
  const seen = new Set<SpanId>()
  for (let next: Found | undefined = first; next !== undefined && !seen.has(next.root);) {
    seen.add(next.root)
    if (next.around === undefined) break
    outer = { part: next.from, id: next.around }
    next = byFilm.get(next.around)
  }
  return outer
}

/** When a client had its answer: only then had the server received its request for certain. */
function answeredAt({ kind, at, durationNs, error, aborted, number }: CinescopeEvent): number | undefined {
  const isAnswered = kind === 'client.request' && !error && !aborted && number > 0
  return isAnswered && durationNs !== undefined ? at + durationNs / 1e6 : undefined
}

function numberOf({ node }: Part, id: SpanId): number {
  const { thread, seq } = placeOf(node, id)
  return filmNumber(thread, seq)
}
