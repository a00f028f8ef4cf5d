/** HOT: what adapters and the user API record through: recorder, context, interners of one thread. */

import {
  type CinescopeError,
  type Entity,
  KINDS,
  type NodeId,
  placeOf,
  type Site,
  type SpanId,
  type TraceId,
} from '@cinescope/protocol'
import type { Preset } from '../options/scope-options.ts'
import type { SourceSettings } from '../options/source-settings.ts'
import type { Redaction } from '../value/redaction.ts'
import type { EntityTable, SiteTable } from './interner.ts'
import { OwnDocument } from './own-value.ts'
import type { Recorder } from './recorder.ts'
import type { Sampling } from './sampling.ts'
import type { SectionCosts } from './section-costs.ts'
import { Span } from './span.ts'
import { createSpanContext, type SpanContext } from './span-context.ts'
import type { StateRecorder } from './states.ts'
import type { Thinning } from './thinning.ts'

/** Parts of a probe, made by the scope. */
export interface ProbeParts {
  readonly node: NodeId
  readonly thread: number
  readonly recorder: Recorder
  readonly states: StateRecorder
  readonly sampling: Sampling
  readonly sites: SiteTable
  readonly entities: EntityTable
  /** Takes faults of ours; never throws. */
  readonly report: (error: CinescopeError) => void
  readonly preset: Preset | undefined
  readonly sources: SourceSettings
  readonly redaction: Redaction
}

/** One per scope and thread. `isEnabled` is the first thing an adapter tests. */
export class Probe {
  readonly node: NodeId
  readonly thread: number
  readonly recorder: Recorder
  /**
   * Where what is done around records is measured: `const section = sections.begin()`, then our own code alone, then
   * `sections.end(section)`.
   */
  readonly sections: SectionCosts
  /** Records states of entities. */
  readonly states: StateRecorder
  /** Decides on roots. */
  readonly sampling: Sampling
  readonly report: (error: CinescopeError) => void
  /** The one that was named: adapters have their defaults by it. */
  readonly preset: Preset | undefined
  /** For what the process tells of itself. */
  readonly sources: SourceSettings
  /** For what hides a secret beside the value that is encoded: those of one value are hidden as it is. */
  readonly redaction: Redaction
  /** Runs a function in the context of a span. */
  readonly run: SpanContext['run']
  /** What is left out to keep within a budget; undefined where there is none. */
  thinning: Thinning | undefined = undefined
  /** Told of the next root that begins; whoever set it takes it away again. */
  onRoot: (() => void) | undefined = undefined
  /** Told of a thread that has ended, by Node's number, however it did. */
  onThreadEnd: ((threadId: number) => void) | undefined = undefined
  #longest: Span | undefined = undefined
  readonly #context: SpanContext
  readonly #sites: SiteTable
  readonly #entities: EntityTable
  readonly #errors = new WeakMap<object, number>()
  readonly #onStop: (() => void)[] = []

  constructor(parts: ProbeParts) {
    this.node = parts.node
    this.thread = parts.thread
    this.recorder = parts.recorder
    this.sections = parts.recorder.cost.sections
    this.states = parts.states
    this.sampling = parts.sampling
    this.report = parts.report
    this.preset = parts.preset
    this.sources = parts.sources
    this.redaction = parts.redaction
    this.#context = createSpanContext(this.sections)
    this.run = this.#context.run
    this.#sites = parts.sites
    this.#entities = parts.entities
  }

  /** Records nothing from here on and lets go of hooks. */
  stop(): void {
    this.recorder.enabled = false
    const hooks = this.#onStop.splice(0)
    for (const hook of hooks) hook()
  }

  /** Runs `release` when the scope stops; at once if it has stopped. For hooks that adapters put into the process. */
  onStop(release: () => void): void {
    if (this.recorder.enabled) this.#onStop.push(release)
    else release()
  }

  get isEnabled(): boolean {
    return this.recorder.enabled
  }

  /** Number of a static descriptor; keep it, do not intern per event where it can be kept. */
  site(site: Site): number {
    return this.#sites.intern(site)
  }

  /** Number of a static descriptor of which more will be known: `refineSite` says it. */
  reserveSite(site: Site): number {
    return this.#sites.reserve(site)
  }

  /** Says more about a reserved site, for what was recorded with it already too. Gives the number to use from now on. */
  refineSite(number: number, site: Site): number {
    return this.#sites.refine(number, site)
  }

  /** Number of an entity. */
  entity(entity: Entity): number {
    return this.#entities.intern(entity)
  }

  /** The entity has died: its number is given to no other, its place is. */
  freeEntity(entity: Entity): void {
    this.states.forget(this.#entities.free(entity))
  }

  /** False for an error object that the same film has recorded last. */
  isNewError(thrown: unknown, root: Span): boolean {
    if (typeof thrown !== 'object' || thrown === null) return true
    if (this.#errors.get(thrown) === root.seq) return false
    this.#errors.set(thrown, root.seq)
    return true
  }

  /** The span whose async context this is. */
  current(): Span | undefined {
    return this.#context.current()
  }

  /** The span that has run longest in one turn lately, the innermost of those that did; told by the span as it ends. */
  ranLong(span: Span): void {
    // one that began before is around it
    if (this.#longest === undefined || span.sinceNs > this.#longest.sinceNs) this.#longest = span
  }

  /** The last span that took 10 ms or more in one turn of the loop. */
  get lastLong(): Span | undefined {
    return this.#longest
  }

  /** The span whose context host code was run in last. */
  get lastEntered(): Span | undefined {
    return this.#context.lastEntered
  }

  /** For a channel that Node publishes right before it calls the host, and gives no way around the call. */
  enter(span: Span): void {
    this.#context.enter(span)
  }

  /** Begins a span; a root when `parent` is undefined. The caller ends it. */
  open(kind: number, site: number, parent: Span | undefined, value?: unknown): Span {
    return parent === undefined
      ? this.openRoot(kind, site, value, 0, this.sampling.flagFor(undefined))
      : new Span(this, kind, site, parent, value)
  }

  /** Begins a root of which has been decided whether it is recorded: `flags` has what `sampling.flagFor` gave. */
  openRoot(kind: number, site: number, value: unknown, cause: number, flags: number): Span {
    const root = new Span(this, kind, site, undefined, value, cause, flags)
    if (this.onRoot !== undefined) this.onRoot()
    return root
  }

  /** Records a point inside `span`, or of no film; gives its seq, 0 if it was not recorded. */
  point(
    span: Span | undefined,
    kind: number,
    site: number,
    value?: unknown,
    number = 0,
    cause = 0,
    subject = 0,
    flags = 0,
  ): number {
    return span === undefined
      ? this.recorder.point(kind, site, 0, 0, value, number, cause, subject, flags)
      : span.point(kind, site, value, number, cause, subject, flags)
  }

  /** The seq of a span of this thread by its wire id; 0 for one of another thread or process. */
  ownSeq(id: SpanId): number {
    const { thread, seq } = placeOf(this.node, id)
    return thread === this.thread && seq <= this.recorder.seq ? seq : 0
  }

  /** Ties a root to the trace and span that caused it in another process. */
  adopt(root: Span, traceId: TraceId, remoteParent: SpanId): void {
    root.adoptedTrace = traceId
    if (!root.isRecorded) return
    const link = { 'cinescope.trace.id': traceId, 'cinescope.remote.parent': remoteParent }
    root.point(KINDS.edge, 0, new OwnDocument(link))
  }
}
