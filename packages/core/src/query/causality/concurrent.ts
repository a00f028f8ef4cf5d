/** Spans that were open at the same time as an event and have nothing to do with it. */

import {
  CinescopeError,
  type CinescopeEvent,
  type ConcurrentOptions,
  type EventPage,
  EXTENT,
  isSpanKind,
  kindOf,
  phaseOf,
  placeOf,
  type Rows,
  seq as seqOf,
  type SpanId,
  spanIdOf,
} from '@cinescope/protocol'
import { buildEvent, NO_VALUES } from '../../store/read/event-builder.ts'
import { formatCursor, parseCursor, type Position } from '../cursor.ts'
import { eventId } from '../find-events.ts'
import { checkLimit } from '../limit.ts'
import type { RowPredicate } from '../predicate.ts'
import type { QueryParts } from '../reading.ts'
import { scanEvents } from '../scan.ts'
import { placeIn } from './causal-graph.ts'
import { climb } from './climb.ts'
import { Descent } from './descent.ts'
import type { Ground } from './ground.ts'
import { type Found, Walk } from './walk.ts'

const ORDER = 'time'
const MOST_CAUSES = 10_000

/** See `Recording.concurrentWith`. */
export async function concurrentWith(ground: Ground, id: string, options: ConcurrentOptions = {}): Promise<EventPage> {
  const limit = checkLimit(options.limit)
  const after = options.cursor === undefined ? undefined : parseCursor(ORDER, options.cursor)
  const walk = new Walk(ground, false)
  const found = await walk.must(eventId(id))
  const related = await relatedTo(walk, found)
  const page = await walk.first(
    (parts) => (parts.node === found.home ? pageOf(parts, found, { ...options, limit, after, related }) : none()),
    found.home,
  )
  if (page === undefined)
    throw new CinescopeError('CSC_ERR_PRUNED', `the recording of event ${id} was removed while it was read`)
  const partly = walk.truncatedBy.length === 0 ? '' : '; there were too many causes or effects to leave all out'
  return {
    ...page,
    explain: walk.explain(`spans open at that time, without ${related.size} causes and effects${partly}`),
  }
}

/** What led to the event and what it led to. */
async function relatedTo(walk: Walk, found: Found): Promise<ReadonlySet<SpanId>> {
  const { steps } = await climb(walk, found, { depth: Infinity, limit: MOST_CAUSES })
  const descent = new Descent(walk, { depth: Infinity, byRoot: false })
  descent.journey.begin(placeIn(found))
  await descent.run()
  return new Set([...steps.keys(), ...descent.journey.reached.keys()])
}

interface PageOptions extends Omit<ConcurrentOptions, 'limit' | 'cursor'> {
  readonly limit: number
  readonly after: Position | undefined
  readonly related: ReadonlySet<SpanId>
}

async function pageOf(parts: QueryParts, found: Found, options: PageOptions): Promise<Omit<EventPage, 'explain'>> {
  const { node, view, reader, cost, anchors } = parts
  const { limit, related, values } = options
  const own = found.event.film === undefined ? undefined : placeOf(node, found.event.film)
  const items: CinescopeEvent[] = []
  const segments = reader
    .segments()
    .filter(({ summary }) => options.within !== 'thread' || summary.thread === found.event.thread)
  const scan = { segments, predicate: openDuring(found.event), order: ORDER, limit } as const
  let after = options.after
  for (;;) {
    const matches = await scanEvents({ ...scan, after }, reader, cost)
    for (const match of matches) {
      const { entry, rows, row } = match
      if (items.length === limit || (cost.isHeavy && items.length > 0)) return { items, cursor: cursorOf(after) }
      after = match
      const { thread } = entry.summary
      const isOwn = own?.thread === thread && own.seq === rows.root[row]
      if (isOwn || related.has(spanIdOf(node, { thread, seq: seqOf(rows.seq[row]!) }))) continue
      const read = values === false ? NO_VALUES : reader.valuesIfLight(entry, rows, row)
      items.push(buildEvent(node, view, { thread, rows, row, anchors }, read))
    }
    if (matches.length < limit) return { items, cursor: undefined }
  }
}

function cursorOf(after: Position | undefined): string | undefined {
  return after === undefined ? undefined : formatCursor(ORDER, { key: after.key, id: after.id })
}

/** Spans of which some part falls into the event's time; of a span that has not ended, all that comes after its begin. */
function openDuring({ atNs, durationNs, open }: CinescopeEvent): RowPredicate {
  const to = open ? Infinity : atNs + (durationNs ?? 0)
  return {
    values: undefined,
    text: 'spans open at that time',
    rulesOut({ summary }) {
      if (summary.kindsLow === 0) return 'kind'
      if (summary.timeLow > to) return 'time'
      // the flags are those of all rows: this one is set where some row is open, or resumed
      return summary.timeHigh < atNs && (summary.flags & (EXTENT.open << 8)) === 0 ? 'time' : undefined
    },
    keeps(rows, row) {
      const [time, duration] = [rows.time[row]!, rows.duration[row]!]
      if (!isSpanKind(kindOf(rows.word[row]!)) || time > to) return false
      return duration < 0 ? isOpen(rows, row) : time + duration >= atNs
    },
  }
}

function isOpen(rows: Rows, row: number): boolean {
  return phaseOf(rows.word[row]!) === EXTENT.open
}

function none(): Promise<undefined> {
  return Promise.resolve(undefined)
}
