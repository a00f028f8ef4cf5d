/** How events of several sources are put in order. */

import type { CinescopeEvent, EventOrder, NodeId, SpanId } from '@cinescope/protocol'
import { formatCursor } from '../../query/cursor.ts'
import { filmNumber } from '../../store/event-store.ts'
import type { MergeOrder } from './merge-pages.ts'

/** `instantOf` makes instants of different sources comparable. */
export function eventOrder<S extends NodeId | SpanId>(
  order: EventOrder,
  instantOf: (event: CinescopeEvent, source: S) => number,
): MergeOrder<S, CinescopeEvent> {
  const isByTime = order.endsWith('time')
  const lengthOf = (event: CinescopeEvent): number => event.durationNs ?? -1
  return {
    order,
    key: isByTime ? instantOf : lengthOf,
    cursor: (event) =>
      formatCursor(order, { key: isByTime ? event.atNs : lengthOf(event), id: filmNumber(event.thread, event.seq) }),
  }
}
