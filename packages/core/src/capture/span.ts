/** HOT: an open span as the async context carries it. One small object a span; bench row `http-cpu` counts them. */

import { FLAG, KINDS, spanIdOf, derivedTraceId, seq as seqOf, type SpanId, type TraceId } from '@cinescope/protocol'
import { isApart } from '../base/apart.ts'
import type { Probe } from './probe.ts'

/** A span that took so long in one turn of the loop is remembered as one that blocked it. */
const LONG_NS = 10e6

/**
 * A span that has begun. Ends once; later ends are ignored.
 * Of one whose root was sampled out nothing is recorded: only the root's begin and end, without values, to be counted.
 */
export class Span {
  readonly probe: Probe
  readonly kind: number
  readonly parent: Span | undefined
  readonly root: Span
  /** FLAG bits of what is recorded inside of it: `sampledOut`, or none. */
  readonly marks: number
  /** Seq of its begin; of the root's where that was sampled out. */
  readonly seq: number
  readonly sinceNs: number
  /** May be replaced until the end: a route is known only then. */
  site: number
  isOpen = true
  /** Adopted from `traceparent`; on roots only. */
  adoptedTrace: TraceId | undefined = undefined

  /** For roots, `flags` says whether it was sampled out. */
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
    const marks = root === undefined ? flags & FLAG.sampledOut : root.marks
    this.probe = probe
    this.kind = kind
    this.site = site
    this.parent = parent
    this.marks = marks
    if (root === undefined || marks === 0) {
      this.seq = recorder.begin(
        kind,
        site,
        parent === undefined ? 0 : parent.seq,
        root === undefined ? 0 : root.seq,
        marks === 0 ? value : undefined,
        cause,
        0,
        flags,
      )
      this.sinceNs = recorder.lastNs
    } else {
      this.seq = root.seq
      this.sinceNs = root.sinceNs
    }
    this.root = root ?? this
  }

  /** False where its root was sampled out: values need not be made. */
  get isRecorded(): boolean {
    return this.marks === 0
  }

  /** Ends the span. `number` is the kind's own (an HTTP status); `value` its result. */
  end(number = 0, flags = 0, value?: unknown): void {
    if (!this.isOpen) return
    this.isOpen = false
    const { marks } = this
    if (marks !== 0 && this.root !== this) return
    const { recorder } = this.probe
    recorder.end(
      this.kind,
      this.site,
      this.seq,
      this.parent === undefined ? 0 : this.parent.seq,
      this.root.seq,
      this.sinceNs,
      number,
      flags | marks,
      marks === 0 ? value : undefined,
    )
    if ((flags & FLAG.async) === 0 && recorder.lastNs - this.sinceNs >= LONG_NS) this.probe.ranLong(this)
  }

  /** Records what was thrown inside the span, once: an error that passes through further spans of the film is not recorded again. */
  error(thrown: unknown): void {
    if (this.probe.isNewError(thrown, this.root))
      this.point(KINDS.error, this.site, thrown === undefined ? null : thrown)
  }

  /** Records a point inside the span; gives its seq, 0 if it was not recorded. */
  point(kind: number, site: number, value?: unknown, number = 0, cause = 0, subject = 0, flags = 0): number {
    const { marks } = this
    if (marks !== 0 && !isKept(kind, subject)) return 0
    return this.probe.recorder.point(kind, site, this.seq, this.root.seq, value, number, cause, subject, flags | marks)
  }

  /** Sets one attribute of the span and marks its film, so that it can be found by it. */
  set(name: string, value: unknown): void {
    this.point(KINDS.attribute, 0, { [name]: value }, 0, 0, 0, FLAG.marked)
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

/** What is recorded inside of a film that was sampled out: states that belong to an entity. */
function isKept(kind: number, subject: number): boolean {
  return subject !== 0 && isApart(kind)
}
