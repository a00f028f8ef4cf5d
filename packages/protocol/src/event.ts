/** Events and films as readers see them. */

import type { ClockSkew } from './clock-skew.ts'
import type { Entity, Site } from './dictionary.ts'
import type { Explain } from './explain.ts'
import type { FilmId, NodeId, SpanId, TraceId } from './ids.ts'
import type { Kind, ParentCertainty } from './kind.ts'
import type { DurationNs, TimeNs, WallMs } from './time.ts'

/** One span or point of a recording. */
export interface CinescopeEvent {
  readonly id: SpanId
  readonly kind: Kind | 'unknown'
  /** The site's name, or the kind's where there is no site. */
  readonly name: string
  readonly site: Site | undefined
  readonly thread: number
  readonly seq: number
  readonly atNs: TimeNs
  readonly at: WallMs
  /** Undefined for points and for spans that had not ended. */
  readonly durationNs: DurationNs | undefined
  /** A span whose end is not in the recording. */
  readonly open: boolean
  readonly error: boolean
  readonly aborted: boolean
  /** Rebuilt from its end after its begin was lost, or written by the recorder itself. */
  readonly synthetic: boolean
  readonly parent: SpanId | undefined
  readonly parentCertainty: ParentCertainty
  /** The root it belongs to; a root's own id. */
  readonly film: FilmId | undefined
  readonly cause: SpanId | undefined
  readonly subject: Entity | undefined
  /** One number of the kind's own: HTTP status, rows, bytes, queue time in ms. */
  readonly number: number
  /** Attributes or arguments at the begin, or the value of a point: plain data, `Omitted` and `Special`. */
  readonly value: unknown
  /** Attributes or return value at the end. */
  readonly result: unknown
}

/** One line about a film. */
export interface FilmSummary {
  readonly id: FilmId
  readonly name: string
  readonly kind: Kind | 'unknown'
  readonly at: WallMs
  readonly atNs: TimeNs
  /** Undefined while the root has not ended. */
  readonly durationNs: DurationNs | undefined
  /** HTTP status, or 0. */
  readonly status: number
  readonly error: boolean
  readonly aborted: boolean
  /** The user set an attribute or a mark on it. */
  readonly marked: boolean
  /** It was kept before its end was known, because of a bound: see the option `keep`. */
  readonly decidedEarly: boolean
  /** Spans or values of it were left out: see the option `budget`. */
  readonly thinned: boolean
  /** Events offered for it that reached the writer, begins and ends counted apart. */
  readonly events: number
  /** Of those, the ones that failed. */
  readonly errors: number
  /** Adopted from `traceparent`, or derived. */
  readonly traceId: TraceId
}

/** One entry of a film into another process. */
export interface FilmProcess {
  /** The span by which it entered. */
  readonly root: SpanId
  readonly node: NodeId
  readonly service: string
  readonly pid: number
  /** How far its clock is from that of the process in which the film began; undefined where nothing tells. */
  readonly skew: ClockSkew | undefined
}

/** A film with its events in order of their beginning. */
export interface Film {
  readonly summary: FilmSummary
  /** Of a film that went through several processes `atNs` counts from the anchor of the first, by the clocks as they were. */
  readonly events: readonly CinescopeEvent[]
  /** Of such a film: where it entered the other processes. */
  readonly processes?: readonly FilmProcess[]
  readonly explain: Explain
}
