/** Messages that had been sent and not been received. */

import { kindOf, KINDS, type MessageInFlight, seq as seqOf, spanIdOf } from '@cinescope/protocol'
import type { QueryParts } from '../../query/reading.ts'
import type { SegmentEntry } from '../../store/event-store.ts'
import { eventOf } from './masked.ts'
import type { SpanRow } from './open-spans.ts'
import { EVERYTHING, type StepSpace } from './space.ts'
import { compareSteps, STEP, type StepPlace } from './step.ts'

const SEND = KINDS.send
const EDGE = KINDS.edge
const SEND_BIT = 1 << (SEND - 32)
const EDGE_BIT = 1 << (EDGE - 32)
/** Messages sent longer ago are not looked for, ns. */
const LONGEST_NS = 10e9

/** The last sent first, `limit` at most. A receiver says what it received by an edge, which names the event that sent it. */
export async function inFlightAt(
  parts: QueryParts,
  space: StepSpace,
  at: StepPlace,
  limit: number,
): Promise<MessageInFlight[]> {
  const sends = await rowsOf(parts, space, at, { kind: SEND, bit: SEND_BIT })
  if (sends.length === 0) return []
  const received = new Set<string>()
  for (const { entry, rows, row } of await rowsOf(parts, EVERYTHING, at, { kind: EDGE, bit: EDGE_BIT })) {
    const link = parts.reader.values(entry, rows, row).value
    if (typeof link === 'object' && link !== null)
      received.add(String((link as Readonly<Record<string, unknown>>)['cinescope.remote.parent']))
  }
  return sends
    .filter(({ entry, rows, row }) => {
      const place = { thread: entry.summary.thread, seq: seqOf(rows.seq[row]!) }
      return !received.has(spanIdOf(parts.node, place))
    })
    .sort((a, b) => b.rows.time[b.row]! - a.rows.time[a.row]!)
    .slice(0, limit)
    .map((sent) => ({ sent: eventOf(parts, sent), underWayNs: at.time - sent.rows.time[sent.row]! }))
}

/** Points of a kind up to a place, not longer ago than is looked for. */
async function rowsOf(
  { reader, cost }: QueryParts,
  space: StepSpace,
  at: StepPlace,
  { kind, bit }: { readonly kind: number; readonly bit: number },
): Promise<SpanRow[]> {
  const from = at.time - LONGEST_NS
  const found: SpanRow[] = []
  for (const entry of reader.segments()) {
    const { timeLow, timeHigh, kindsHigh } = entry.summary
    if ((kindsHigh & bit) === 0 || timeLow > at.time || timeHigh < from || !space.mayHold(entry)) continue
    await cost.breathe()
    const rows = reader.rows(entry)
    if (rows === undefined) continue
    for (let row = 0; row < rows.length; row++) {
      if (kindOf(rows.word[row]!) !== kind || rows.time[row]! < from || rows.time[row]! > at.time) continue
      if (space.keeps(rows, row) && isUpTo(entry, rows.time[row]!, rows.seq[row]!, at)) found.push({ entry, rows, row })
    }
  }
  return found
}

function isUpTo({ summary: { thread } }: SegmentEntry, time: number, seq: number, at: StepPlace): boolean {
  return compareSteps({ time, thread, phase: STEP.begin, seq }, at) <= 0
}
