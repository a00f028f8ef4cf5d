/** HOT: an open span as the async context carries it. One small object a span; bench row `http-cpu` counts them. */

import { FLAG, KINDS, spanIdOf, derivedTraceId, seq as seqOf, type SpanId, type TraceId } from '@cinescope/protocol'
import { isApart } from '../base/apart.ts'
import { THINNED } from './own-value.ts'
import type { Probe } from './probe.ts'
import type { Thinning } from './thinning.ts'

/** A span that took so long in one turn of the loop is remembered as one that blocked it. */
const LONG_NS = 10e6

/**
 * A span that has begun. Ends once; later ends are ignored. Not all of them are recorded:
 * - Where the root was sampled out only its own begin and end are, without values, to be counted.
 * - Where a span was left out to keep within the budget what happens inside is recorded as inside the span around it.
 */
export class Span {
  readonly probe: Probe
  readonly kind: number
  readonly parent: Span | undefined
  readonly root: Span
  /** FLAG bits of what is recorded inside of it: `sampledOut`, `parentInferred` where it was left out, or none. */
  readonly marks: number
  /** Seq of its begin, or of the recorded span around it. */
  readonly seq: number
  readonly sinceNs: number
  /** May be replaced until the end: a route is known only then. */
  site: number
  isOpen = true
  /** On roots: spans or values of its film were left out. */
  isThinned = false
  /** Adopted from `traceparent`; on roots only. */
  adoptedTrace: TraceId | undefined = undefined
  /** What is left out in its film; undefined where nothing is. */
  readonly thinning: Thinning | undefined

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
    this.probe = probe
    this.kind = kind
    this.site = site
    this.parent = parent
    this.root = parent === undefined ? this : parent.root
    this.thinning = parent === undefined ? probe.thinning?.forFilm() : parent.thinning
    this.marks = parent === undefined ? flags & FLAG.sampledOut : marksIn(parent, site)
    if (parent !== undefined && this.marks !== 0) {
      this.seq = parent.seq
      this.sinceNs = parent.sinceNs
      return
    }
    const { recorder } = probe
    const above = parent === undefined ? 0 : parent.seq
    const root = parent === undefined ? 0 : parent.root.seq
    this.seq = recorder.begin(kind, site, above, root, this.#shown(value), cause, 0, flags | this.#ownMarks)
    this.sinceNs = recorder.lastNs
  }

  /** False where its root was sampled out. */
  get isRecorded(): boolean {
    return (this.marks & FLAG.sampledOut) === 0
  }

  /** Whether values are recorded inside of it at this site. Else they need not be made, and its film says so if that is to save. */
  takesValues(site: number): boolean {
    if (this.marks !== 0) return false
    if (this.thinning?.leavesValuesOut(site) !== true) return true
    this.root.isThinned = true
    return false
  }

  /** Ends the span. `number` is the kind's own (an HTTP status); `value` its result. */
  end(number = 0, flags = 0, value?: unknown): void {
    if (!this.isOpen) return
    this.isOpen = false
    const { parent, root } = this
    if (this.marks !== 0 && parent !== undefined) return
    if (parent === undefined) this.thinning?.isRoot(this.site)
    const { recorder } = this.probe
    const above = parent === undefined ? 0 : parent.seq
    const shown = this.#shown(value)
    const marks = flags | this.#ownMarks | (this.isThinned ? FLAG.thinned : 0)
    recorder.end(this.kind, this.site, this.seq, above, root.seq, this.sinceNs, number, marks, shown)
    if ((flags & FLAG.async) === 0 && recorder.lastNs - this.sinceNs >= LONG_NS) this.probe.ranLong(this)
  }

  /** Records what was thrown inside the span, once: an error that passes through further spans of the film is not recorded again. */
  error(thrown: unknown): void {
    if (this.probe.isNewError(thrown, this.root))
      this.point(KINDS.error, this.site, thrown === undefined ? null : thrown)
  }

  /** Records a point inside the span; gives its seq, 0 if it was not recorded. */
  point(kind: number, site: number, value?: unknown, number = 0, cause = 0, subject = 0, flags = 0): number {
    const { probe, root, marks } = this
    if (!this.isRecorded && !isKept(kind, subject)) return 0
    const isOfItself = kind === KINDS.attribute && (flags & FLAG.marked) === 0
    // the span around it has an answer, a body of its own
    if (isOfItself && marks !== 0) return 0
    const shown = !isOfItself || this.takesValues(site) ? value : this.#thinned(value)
    return probe.recorder.point(kind, site, this.seq, root.seq, shown, number, cause, subject, flags | marks)
  }

  /** Tells that a value of its own was not even made, where it is left out to save. */
  leaveOut(site: number): void {
    this.point(KINDS.attribute, site, THINNED)
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

  /** FLAG bits of its own records. */
  get #ownMarks(): number {
    return this.parent === undefined ? this.marks : this.parent.marks
  }

  /** A value of its own as it is recorded. */
  #shown(value: unknown): unknown {
    if (value === undefined || !this.isRecorded) return undefined
    return this.takesValues(this.site) ? value : this.#thinned(value)
  }

  #thinned(value: unknown): unknown {
    if (value === undefined) return undefined
    this.thinning?.countValue()
    return THINNED
  }
}

/** FLAG bits of what is recorded inside of a span that begins in `parent`. */
function marksIn(parent: Span, site: number): number {
  if (!parent.isRecorded) return FLAG.sampledOut
  if (parent.thinning?.takesSpan(site, parent) !== true) return 0
  parent.root.isThinned = true
  return FLAG.parentInferred
}

/** What is recorded inside of a film that was sampled out: states that belong to an entity. */
function isKept(kind: number, subject: number): boolean {
  return subject !== 0 && isApart(kind)
}
