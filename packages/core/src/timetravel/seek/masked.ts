/** Events as they were known at an instant. */

import type { CinescopeEvent } from '@cinescope/protocol'
import type { QueryParts } from '../../query/reading.ts'
import { buildEvent } from '../../store/read/event-builder.ts'
import type { SpanRow } from './open-spans.ts'

/** The event of a row, with all that is known of it. */
export function eventOf(parts: QueryParts, { entry, rows, row }: SpanRow): CinescopeEvent {
  const place = { thread: entry.summary.thread, rows, row, anchors: parts.anchors }
  return buildEvent(parts.node, parts.view, place, parts.reader.valuesIfLight(entry, rows, row))
}

/** The same of a span whose end was yet to come. */
export function withoutEnd(event: CinescopeEvent): CinescopeEvent {
  return {
    ...event,
    durationNs: undefined,
    open: true,
    error: false,
    aborted: false,
    number: 0,
    result: undefined,
  }
}
