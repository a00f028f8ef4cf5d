/** HOT: an open span as the async context carries it. One small object a span; bench row `http-cpu` counts them. */

import { FLAG, KINDS, spanIdOf, derivedTraceId, seq as seqOf, type SpanId, type TraceId } from '@cinescope/protocol'
import type { Probe } from './probe.ts'

/** A span that took so long in one turn of the loop is remembered as one that blocked it. */
const LONG_NS = 10e6

/** A span that has begun. Ends once; later ends are ignored. */
export class Span {
  readonly probe: Probe
  readonly kind: number
  readonly parent: Span | undefined
  readonly root: Span
  /** Seq of its begin. */
  readonly seq: number
  readonly sinceNs: number
  /** May be replaced until the end: a route is known only then. */
  site: number
  isOpen = true
  /** Adopted from `traceparent`; on roots only. */
  adoptedTrace: TraceId | undefined = undefined

  constructor(
    probe: Probe,
    kind: number,
    site: number,
    parent: Span | undefined,
    value?: unknown,
    cause = 0,
    flags = 0,
  ) {
    const recorder = probe.recorder
    const root = parent?.root
    this.probe = probe
    this.kind = kind
    this.site = site
    this.parent = parent
    this.seq = recorder.begin(
      kind,
      site,
      parent === undefined ? 0 : parent.seq,
      root === undefined ? 0 : root.seq,
      value,
      cause,
      0,
      flags,
    )
    this.sinceNs = recorder.lastNs
    this.root = root ?? this
  }

  /** Ends the span. `number` is the kind's own (an HTTP status); `value` its result. */
  end(number = 0, flags = 0, value?: unknown): void {
    if (!this.isOpen) return
    this.isOpen = false
    const { recorder } = this.probe
    recorder.end(
      this.kind,
      this.site,
      this.seq,
      this.parent === undefined ? 0 : this.parent.seq,
      this.root.seq,
      this.sinceNs,
      number,
      flags,
      value,
    )
    if ((flags & FLAG.async) === 0 && recorder.lastNs - this.sinceNs >= LONG_NS) this.probe.ranLong(this)
  }

  /** Records what was thrown inside the span, once: an error that passes through further spans of the film is not recorded again. */
  error(thrown: unknown): void {
    if (!this.probe.isNewError(thrown, this.root)) return
    this.probe.recorder.point(KINDS.error, this.site, this.seq, this.root.seq, thrown === undefined ? null : thrown)
  }

  /** Records a point inside the span. */
  point(kind: number, site: number, value?: unknown, number = 0): number {
    return this.probe.recorder.point(kind, site, this.seq, this.root.seq, value, number)
  }

  /** Sets one attribute of the span and marks its film, so that it can be found by it. */
  set(name: string, value: unknown): void {
    this.probe.recorder.point(KINDS.attribute, 0, this.seq, this.root.seq, { [name]: value }, 0, 0, 0, FLAG.marked)
  }

  /** Wire id, as in `traceparent`. */
  get id(): SpanId {
    return spanIdOf(this.probe.node, { thread: this.probe.thread, seq: seqOf(this.seq) })
  }

  /** Trace the film belongs to. */
  get traceId(): TraceId {
    const root = this.root
    return root.adoptedTrace ?? derivedTraceId(this.probe.node, { thread: this.probe.thread, seq: seqOf(root.seq) })
  }
}
