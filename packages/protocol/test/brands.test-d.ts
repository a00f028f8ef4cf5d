/** Compiled, never run: branded types do not mix with bare numbers, strings, or each other. */

import {
  type Anchor,
  type DurationNs,
  durationNs,
  type EventQuery,
  type FilmId,
  type Hlc,
  hlcOf,
  type NodeId,
  nodeId,
  type Seq,
  seq,
  type SpanId,
  spanIdOf,
  type TimeNs,
  timeNs,
  type TraceId,
  type WallMs,
  wallAt,
  wallMs,
} from '../src/index.ts'

const wall: WallMs = wallMs(1)
const time: TimeNs = timeNs(1)
const duration: DurationNs = durationNs(1)
const number: Seq = seq(1)
const node: NodeId = nodeId('000000000000')
const span: SpanId = spanIdOf(node, { thread: 0, seq: number })
const film: FilmId = span
const stamp: Hlc = hlcOf(wall)
const anchor: Anchor = { atNs: time, wallMs: wall }

// branded values read as what they are made of
const milliseconds: number = wall
const text: string = span

// @ts-expect-error a bare number is no instant
const bareTime: TimeNs = 1
// @ts-expect-error a bare number is no wall time
const bareWall: WallMs = 1
// @ts-expect-error a bare number is no seq
const bareSeq: Seq = 1
// @ts-expect-error a bare number is no stamp
const bareStamp: Hlc = 1
// @ts-expect-error a bare string is no node
const bareNode: NodeId = '000000000000'
// @ts-expect-error a bare string is no span
const bareSpan: SpanId = '0000000000000000'
// @ts-expect-error a duration is no instant
const mixedTime: TimeNs = duration
// @ts-expect-error an instant is no duration
const mixedDuration: DurationNs = time
// @ts-expect-error nanoseconds are no milliseconds
const mixedWall: WallMs = time
// @ts-expect-error a span id is no trace id
const mixedTrace: TraceId = span
// @ts-expect-error a node id is no span id
const mixedSpan: SpanId = node
// @ts-expect-error wall time is not dated by anchors
wallAt([anchor], wall)
// @ts-expect-error stamps are made of wall time
hlcOf(time)
// @ts-expect-error a query's instants are wall time
const query: EventQuery = { where: { from: Date.now() } }
// @ts-expect-error an anchor holds an instant and a wall time, in that order
const swapped: Anchor = { atNs: wall, wallMs: time }

export const used: readonly unknown[] = [
  film,
  stamp,
  milliseconds,
  text,
  bareTime,
  bareWall,
  bareSeq,
  bareStamp,
  bareNode,
  bareSpan,
  mixedTime,
  mixedDuration,
  mixedWall,
  mixedTrace,
  mixedSpan,
  query,
  swapped,
]
