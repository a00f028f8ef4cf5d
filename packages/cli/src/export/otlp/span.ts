/** From events to OTLP spans, by the names of OpenTelemetry's semantic conventions. */

import type { CinescopeEvent } from '@cinescope/core'
import { Special, type TraceId } from '@cinescope/protocol'
import type { Assembled } from '../assembler.ts'
import { isPlain, membersOf, textIn, textOf } from '../members.ts'
import { attributesOf, type KeyValue } from './any-value.ts'

/** SpanKind of the protocol. */
const KIND = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const
const KINDS: Readonly<Record<string, number>> = {
  request: KIND.server,
  'client.request': KIND.client,
  query: KIND.client,
  connect: KIND.client,
  lookup: KIND.client,
  send: KIND.producer,
  receive: KIND.consumer,
  message: KIND.consumer,
}

/** What the trace of a span is, and of what caused it. */
export interface SpanTraces {
  readonly own: TraceId
  /** Of the event that caused it, if it is known. */
  readonly cause: TraceId | undefined
}

type Pair = readonly [key: string, value: unknown]

/** The span in OTLP's JSON encoding. A point that belongs to no span is a span without duration. */
export function spanOf({ event, points }: Assembled, traces: SpanTraces): object {
  const { id, kind, name, error, cause } = event
  const startNs = nanosOf(event.at)
  const parent = parentOf(event, points)
  const pairs = [
    ...ownPairs(event),
    ...points.flatMap((point) => (point.kind === 'attribute' ? attributePairs(point) : [])),
  ]
  const message = messageOf(event, points)
  return {
    traceId: traces.own,
    spanId: id,
    ...(parent === undefined ? {} : { parentSpanId: parent }),
    name: name === '' ? kind : name,
    kind: KINDS[kind] ?? KIND.internal,
    startTimeUnixNano: String(startNs),
    endTimeUnixNano: String(startNs + lengthOf(event.durationNs ?? 0)),
    attributes: attributesOf(pairs),
    events: points.filter((point) => !isFolded(point)).map(eventOf),
    ...(cause === undefined || traces.cause === undefined
      ? {}
      : { links: [{ traceId: traces.cause, spanId: cause, attributes: [] }] }),
    ...(error ? { status: { code: 2, ...(message === undefined ? {} : { message }) } } : {}),
  }
}

/** What is told by the span itself: attributes that were set, and the edge to its parent in another process. */
function isFolded(point: CinescopeEvent): boolean {
  return point.kind === 'attribute' || remoteParent(point) !== undefined
}

function parentOf({ parent }: CinescopeEvent, points: readonly CinescopeEvent[]): string | undefined {
  if (parent !== undefined) return parent
  for (const point of points) {
    const remote = remoteParent(point)
    if (remote !== undefined) return remote
  }
  return undefined
}

function remoteParent({ kind, value }: CinescopeEvent): string | undefined {
  const parent = kind === 'edge' ? textIn(value, 'cinescope.remote.parent') : undefined
  return parent !== undefined && /^(?!0{16})[0-9a-f]{16}$/.test(parent) ? parent : undefined
}

function ownPairs(event: CinescopeEvent): Pair[] {
  const { value, result, number } = event
  const begun = event.kind === 'error' ? exceptionPairs(value) : flatPairs('cinescope.value', value)
  const names = new Set(begun.map(([key]) => key))
  const ended = flatPairs('cinescope.result', result).map(([key, each]): Pair => [
    names.has(key) ? `cinescope.result.${key}` : key,
    each,
  ])
  return [
    ...begun,
    ...ended,
    ...placePairs(event),
    ['cinescope.kind', event.kind],
    ['cinescope.number', number === 0 ? undefined : number],
    ['cinescope.thread', event.thread],
    ['cinescope.cause', event.cause],
    ['cinescope.parent.certainty', event.parentCertainty === 'known' ? undefined : event.parentCertainty],
    ['cinescope.open', event.open || undefined],
    ['cinescope.aborted', event.aborted || undefined],
    ['cinescope.synthetic', event.synthetic || undefined],
  ]
}

function placePairs({ site, subject }: CinescopeEvent): Pair[] {
  return [
    ['code.file.path', site?.file],
    ['code.line.number', site?.line],
    ['code.column.number', site?.column],
    ['cinescope.subject.kind', subject?.kind],
    ['cinescope.subject.scope', subject?.scope],
    ['cinescope.subject.id', subject?.id],
  ]
}

/** A point with a name of its own is an attribute of that name; the others are what they hold. */
function attributePairs({ site, value }: CinescopeEvent): readonly Pair[] {
  return site === undefined ? flatPairs('cinescope.value', value) : [[site.name, value]]
}

/** Members of an object are attributes, headers as the conventions name them; anything else is one attribute. */
function flatPairs(key: string, value: unknown): readonly Pair[] {
  if (value === undefined) return []
  if (!isPlain(value)) return [[key, value]]
  return membersOf(value).flatMap(([name, each]): readonly Pair[] =>
    (name === 'http.request.header' || name === 'http.response.header') && isPlain(each)
      ? membersOf(each).map(([header, text]) => [
          `${name}.${header.toLowerCase()}`,
          Array.isArray(text) ? text : [text],
        ])
      : [[name, each]],
  )
}

function eventOf(point: CinescopeEvent): object {
  const { kind, name, value } = point
  const pairs: readonly Pair[] = [
    ...(kind === 'error' ? exceptionPairs(value) : flatPairs('cinescope.value', value)),
    ...placePairs(point),
    ['cinescope.kind', kind],
    ['cinescope.number', point.number === 0 ? undefined : point.number],
    ['cinescope.event.id', point.id],
    ['cinescope.cause', point.cause],
  ]
  const label = kind === 'error' ? 'exception' : name === '' ? kind : name
  return { timeUnixNano: String(nanosOf(point.at)), name: label, attributes: attributesOf(pairs) }
}

function isError(value: unknown): value is Special {
  return value instanceof Special && value.type !== 'cut'
}

function exceptionPairs(value: unknown): readonly Pair[] {
  if (!isError(value)) return flatPairs('exception.message', value)
  const { message, stack, ...rest } = value.members
  return [
    ['exception.type', value.type],
    ['exception.message', message],
    ['exception.stacktrace', stack],
    ...Object.entries(rest).map(([key, each]): Pair => [`cinescope.error.${key}`, each]),
  ]
}

function messageOf(event: CinescopeEvent, points: readonly CinescopeEvent[]): string | undefined {
  const thrown = event.kind === 'error' ? event : points.find(({ kind }) => kind === 'error')
  if (thrown === undefined) return undefined
  return textOf(isError(thrown.value) ? thrown.value.members['message'] : thrown.value)
}

/** A recording may claim any instant; OTLP's are from 1970 on, in 64 bits. */
function nanosOf(atMs: number): bigint {
  const whole = Math.floor(atMs)
  if (!(whole >= 0 && whole < 1.8e13)) return 0n
  return BigInt(whole) * 1_000_000n + BigInt(Math.round((atMs - whole) * 1e6))
}

/** A recording may claim any duration; what ends beyond 64 bits is told without one. */
function lengthOf(durationNs: number): bigint {
  return durationNs > 0 && durationNs < 1e17 ? BigInt(Math.round(durationNs)) : 0n
}

/** Attributes of whoever recorded. */
export function resourceOf(pairs: Iterable<Pair>): { readonly attributes: readonly KeyValue[] } {
  return { attributes: attributesOf(pairs) }
}
