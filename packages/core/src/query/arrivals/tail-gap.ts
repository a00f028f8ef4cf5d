/** What a tail says where it has a hole. */

import {
  type Anchor,
  type CinescopeEvent,
  type NodeId,
  seq,
  spanIdOf,
  type TailGapReason,
  timeNs,
  wallAt,
} from '@cinescope/protocol'

/** A hole. */
export interface TailGap {
  readonly reason: TailGapReason
  /** Events that are missing, begins and ends counted apart; undefined when nobody knows. */
  readonly count: number | undefined
  /** Ns: the latest event before the hole, and the earliest after it. */
  readonly from: number
  readonly to: number
}

/**
 * The hole as an event of kind `gap` that no recorder has written: seq 0, the count as its number, and as its value
 * `{ reason, count, fromAt, toAt }`, instants in ms since 1970.
 */
export function gapEvent(
  { reason, count, from, to }: TailGap,
  { node, thread, anchors }: { readonly node: NodeId; readonly thread: number; readonly anchors: readonly Anchor[] },
): CinescopeEvent {
  const fromAt = wallAt(anchors, timeNs(Math.min(from, to)))
  const toAt = wallAt(anchors, timeNs(to))
  return {
    id: spanIdOf(node, { thread, seq: seq(0) }),
    kind: 'gap',
    name: 'gap',
    site: undefined,
    thread,
    seq: 0,
    atNs: timeNs(to),
    at: toAt,
    durationNs: undefined,
    open: false,
    error: false,
    aborted: false,
    synthetic: true,
    parent: undefined,
    parentCertainty: 'known',
    film: undefined,
    cause: undefined,
    subject: undefined,
    number: count ?? 0,
    value: { reason, ...(count === undefined ? {} : { count }), fromAt, toAt },
    result: undefined,
  }
}
