/** Identifiers: processes, events, wire span ids, trace ids, W3C traceparent. */

import { CinescopeError } from './errors.ts'

declare const brand: unique symbol

/** 48 random bits of one process start, 12 lower-case hex digits. */
export type NodeId = string & { readonly [brand]: 'node' }

/** Number of a record offered to its ring, lost ones included, from 1; below 2^48. */
export type Seq = number & { readonly [brand]: 'seq' }

/** W3C span id, 16 lower-case hex digits; of ours, (thread, seq) mixed reversibly with the node. */
export type SpanId = string & { readonly [brand]: 'span' }

/** W3C trace id, 32 lower-case hex digits. */
export type TraceId = string & { readonly [brand]: 'trace' }

/** A film's id: the wire span id of its root. */
export type FilmId = SpanId

/** Place of an event within its process. */
export interface EventPlace {
  readonly thread: number
  readonly seq: Seq
}

/** The parts of a W3C `traceparent` header. */
export interface Traceparent {
  readonly traceId: TraceId
  readonly spanId: SpanId
  readonly sampled: boolean
}

/** Largest thread number in a process; it shares 64 bits with a 48-bit seq. */
export const MAX_THREAD = 0xffff

/** Two digits for each byte. */
const BYTES: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Brands a number as a seq. */
export function seq(value: number): Seq {
  return value as Seq
}

/** Checks and brands a node id. @throws CSC_ERR_ID */
export function nodeId(text: string): NodeId {
  if (!/^[0-9a-f]{12}$/.test(text))
    throw new CinescopeError('CSC_ERR_ID', `a node id is 12 hex digits, got '${clip(text)}'`)
  return text as NodeId
}

/** The wire id of an event: a four-round Feistel permutation of (thread, seq), keyed by the node. Reversible, never all zero in practice. */
export function spanIdOf(node: NodeId, place: EventPlace): SpanId {
  const key = keyOf(node)
  let high = ((place.thread << 16) | Math.floor(place.seq / 0x100000000)) >>> 0
  let low = place.seq >>> 0
  for (let round = 0; round < 4; round++) {
    const next = (high ^ mix(low, key[round & 1]! + round)) >>> 0
    high = low
    low = next
  }
  return (hex8(high) + hex8(low)) as SpanId
}

/** The event that a wire id of ours stands for, given its node. Any 64 bits decode; a foreign id gives a place that holds nothing. */
export function placeOf(node: NodeId, id: SpanId): EventPlace {
  const key = keyOf(node)
  let high = Number.parseInt(id.slice(0, 8), 16)
  let low = Number.parseInt(id.slice(8), 16)
  for (let round = 3; round >= 0; round--) {
    const previous = (low ^ mix(high, key[round & 1]! + round)) >>> 0
    low = high
    high = previous
  }
  return { thread: high >>> 16, seq: ((high & 0xffff) * 0x100000000 + low) as Seq }
}

/** The trace id of a film that adopted none: 128 bits derived from node, thread and seq; never all zero. */
export function derivedTraceId(node: NodeId, place: EventPlace): TraceId {
  const span = spanIdOf(node, place)
  const key = keyOf(node)
  const a = mix(Number.parseInt(span.slice(0, 8), 16), key[0] ^ 0x5bd1e995)
  return (hex8((a | 1) >>> 0) + node.slice(0, 8) + span) as TraceId
}

/** Parses a `traceparent` header (W3C Trace Context level 1); undefined when it is absent or malformed. */
export function parseTraceparent(header: string | undefined): Traceparent | undefined {
  if (header === undefined || header.length < 55 || header.length > 512) return undefined
  const match = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(header)
  if (match === null) return undefined
  const [, version, traceId, spanId, flags, rest] = match
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined
  if (/^0+$/.test(traceId!) || /^0+$/.test(spanId!)) return undefined
  return { traceId: traceId as TraceId, spanId: spanId as SpanId, sampled: (Number.parseInt(flags!, 16) & 1) === 1 }
}

/** The header value for a trace context, version 00. */
export function formatTraceparent(context: Traceparent): string {
  return `00-${context.traceId}-${context.spanId}-${context.sampled ? '01' : '00'}`
}

function keyOf(node: NodeId): readonly [number, number] {
  return [Math.imul(hexNumber(node, 0), 0x9e3779b1), Math.imul(hexNumber(node, 6), 0x85ebca77)]
}

/** Six digits from `at` on. Parsing a slice would take several times as long. */
function hexNumber(text: string, at: number): number {
  let value = 0
  for (let i = at; i < at + 6; i++) {
    const unit = text.charCodeAt(i)
    // a digit, or a letter from a to f
    value = (value << 4) | (unit < 0x3a ? unit - 0x30 : unit - 0x57)
  }
  return value
}

/** MurmurHash3's 32-bit finalizer over a keyed word. */
function mix(word: number, key: number): number {
  let h = (word ^ key) >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

function hex8(word: number): string {
  return BYTES[word >>> 24]! + BYTES[(word >>> 16) & 255]! + BYTES[(word >>> 8) & 255]! + BYTES[word & 255]!
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
