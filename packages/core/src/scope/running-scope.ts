/** A scope: what users record through and ask. */

import { types } from 'node:util'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { CinescopeError, KINDS, type NodeId } from '@cinescope/protocol'
import { FigureReader } from '../base/figures.ts'
import type { Fault, Faults } from '../base/faults.ts'
import type { LiveSettings } from '../options/live-settings.ts'
import type { RunTimeOptions, RunTimeSettings } from '../options/run-time-options.ts'
import { STATUS, type StatusMemory, type WriterState } from '../base/status.ts'
import type { EntityTable, SiteTable } from '../capture/interner.ts'
import type { ProbeCarrier } from '../capture/probe-of.ts'
import type { Probe } from '../capture/probe.ts'
import type { OpenRecording } from '../recording/recording.ts'
import { remoteRecording } from '../recording/remote-recording.ts'
import type { RingProducer } from '../ring/producer.ts'
import type { KeyTable } from '../value/keys.ts'
import { type EntityHandle, openEntity } from './entity-handle.ts'
import { keepNow } from './keep-request.ts'
import { nameOf } from './name-of.ts'
import { OpenTails } from './open-tails.ts'
import { type RecordedFilm, recordFilm } from './record-film.ts'
import type { SelfCost } from './self-cost.ts'
import { changeSettings, followSettings } from './settings-change.ts'
import { runUserSpan } from './user-span.ts'
import { startWorker } from './worker.ts'
import type { WriterLink } from './writer-link.ts'

/** The span one is in. */
export interface CurrentSpan {
  /** Wire id, 16 hex digits. */
  readonly id: string
  /** The film's trace id, 32 hex digits. */
  readonly traceId: string
  /** Sets an attribute, by which events can be found, and marks the film. */
  set(name: string, value: unknown): void
}

/** Live figures; counts are events. produced = stored + pruned + dropped + sampledOut + notKept + pending, always. */
export interface ScopeStatus extends SelfCost {
  readonly state: WriterState | 'disabled'
  readonly path: string | undefined
  readonly produced: number
  readonly stored: number
  readonly pruned: number
  readonly dropped: number
  /** Begins and ends of roots that the option `sample` left out; what they would have recorded inside is not offered. */
  readonly sampledOut: number
  /** Decided against by the option `keep`. */
  readonly notKept: number
  /** Not yet accounted for; what `keep` has not decided on is among it, after `flush` too. */
  readonly pending: number
  /** Values left out because the arena was full; their events are recorded. */
  readonly valuesLost: number
  /** Spans, and values of others, that this thread left out to keep within the option `budget`; they are not among what was produced. */
  readonly spansThinned: number
  readonly valuesThinned: number
  readonly bytes: number
  /** Memory of this thread's ring. */
  readonly ringBytes: number
  readonly commits: number
  readonly interned: {
    readonly sites: number
    readonly keys: number
    readonly entities: number
    readonly overflowed: number
  }
  readonly faults: readonly Fault[]
}

/** One recorder of this process. */
export interface Scope extends ProbeCarrier, AsyncDisposable {
  readonly isEnabled: boolean
  readonly node: NodeId
  /** File of the recording; undefined when it is kept in memory or nothing is recorded. */
  readonly path: string | undefined
  /** Runs `fn` as a span, a child of the current one or a root. Its outcome passes through. */
  span<T>(name: string, fn: () => T): T
  /** The span whose async context this is. */
  current(): CurrentSpan | undefined
  /** Records a line, inside the current span if there is one. */
  log(message: string, attributes?: Readonly<Record<string, unknown>>): void
  /** An entity of this process whose states can be recorded. */
  entity(kind: string, id: string | number | bigint): EntityHandle
  /**
   * Keeps the current film where films are kept by their end, or what happened lately where a window is held; marks the current
   * film in any case. What has been decided against before stays so.
   */
  keep(reason: string): void
  /** Runs `fn` and gives the film it made, which is kept whatever the option `keep` says of others. */
  record<T>(fn: () => T | Promise<T>): Promise<RecordedFilm<T>>
  /** The recording, read in another thread. Events are visible 250 ms after they happened at the latest, or after `flush`. */
  recording(): OpenRecording
  status(): ScopeStatus
  /**
   * Changes options while the program runs: of this thread at once, of the writer thread and the other recorded threads as soon
   * as their loops turn, and of those that start later. It is said last, so it beats all that was said before, in a thread's own
   * code too. Each thread tells of it by an event of kind `control`. @throws CSC_ERR_OPTION for an option that cannot change, or a value that is not allowed
   */
  set(options: RunTimeOptions): void
  /** The options that can change, as they are now in this thread. */
  readonly settings: RunTimeSettings
  /**
   * Resolves when everything recorded so far is in the recording, or nothing is recorded. It decides on no film: what the option
   * `keep` holds back is not in the recording then, and is counted as pending. @throws CSC_ERR_STORE when it cannot be written now
   */
  flush(): Promise<void>
  /** Finishes the recording. Idempotent; afterwards probes cost one branch. */
  stop(): Promise<void>
}

/** Parts of a scope, made by `createScope`. */
export interface ScopeParts {
  readonly probe: Probe
  readonly live: LiveSettings
  readonly ring: RingProducer
  readonly keys: KeyTable
  readonly sites: SiteTable
  readonly entities: EntityTable
  readonly faults: Faults
  readonly status: StatusMemory
  readonly path: string | undefined
  /** See `FilmRecorder`. */
  readonly keepAllMs: number | undefined
  /** Undefined when nothing is recorded. */
  readonly writer: WriterLink | undefined
  /** Where a recording in memory is asked. */
  readonly queries: MessagePort | undefined
  /** Takes exit and signal handlers off. */
  readonly releaseProcess: () => void
}

/** See `Scope`. */
export class RunningScope implements Scope {
  readonly 'cinescope.probe.v1': Probe
  readonly #parts: ScopeParts
  readonly #figures: FigureReader
  readonly #logSite: number
  #recording: OpenRecording | undefined
  readonly #tails = new OpenTails()
  #endReader: (() => Promise<void>) | undefined
  #stopped: Promise<void> | undefined

  constructor(parts: ScopeParts) {
    this['cinescope.probe.v1'] = parts.probe
    this.#parts = parts
    this.#figures = new FigureReader(parts.status)
    this.#logSite = parts.probe.isEnabled ? parts.probe.site({ name: 'log', framework: 'user' }) : 0
  }

  get isEnabled(): boolean {
    return this.#parts.probe.isEnabled
  }

  get node(): NodeId {
    return this.#parts.probe.node
  }

  get path(): string | undefined {
    return this.#parts.path
  }

  span<T>(name: string, fn: () => T): T {
    return runUserSpan(this.#parts.probe, name, fn)
  }

  current(): CurrentSpan | undefined {
    return this.#parts.probe.current()
  }

  log(message: string, attributes?: Readonly<Record<string, unknown>>): void {
    const { probe } = this.#parts
    if (!probe.isEnabled) return
    const section = probe.sections.begin()
    probe.point(probe.current(), KINDS.log, this.#logSite, logValue(message, attributes))
    probe.sections.end(section)
  }

  entity(kind: string, id: string | number | bigint): EntityHandle {
    return openEntity(this.#parts.probe, kind, id)
  }

  keep(reason: string): void {
    keepNow(this.#parts.probe, nameOf(reason))
  }

  record<T>(fn: () => T | Promise<T>): Promise<RecordedFilm<T>> {
    const { probe, keepAllMs } = this.#parts
    return recordFilm({ probe, keepAllMs, flush: () => this.flush(), recording: () => this.recording() }, fn)
  }

  set(options: RunTimeOptions): void {
    changeSettings(this.#parts, options)
    // it tells the other threads
    this.#parts.writer?.wake()
  }

  get settings(): RunTimeSettings {
    return this.#parts.live.settings()
  }

  recording(): OpenRecording {
    this.#recording ??= this.#openRecording()
    return this.#recording
  }

  status(): ScopeStatus {
    const { ring, writer, faults, keys, sites, entities, path, probe } = this.#parts
    this.#settle()
    const figures = this.#figures.read()
    const figure = (index: number): number => figures[index] ?? 0
    const accounted = figure(STATUS.accounted)
    const stored = figure(STATUS.stored)
    const pruned = figure(STATUS.pruned)
    const notKept = figure(STATUS.notKept)
    const sampledOut = figure(STATUS.sampledOut)
    return {
      state: writer?.state ?? (faults.list().length > 0 ? 'failed' : 'disabled'),
      path,
      produced: ring.seq,
      stored,
      pruned,
      dropped: accounted - stored - pruned - sampledOut - notKept,
      sampledOut,
      notKept,
      pending: ring.seq - accounted,
      valuesLost: ring.valuesLost,
      spansThinned: probe.thinning?.spans ?? 0,
      valuesThinned: probe.thinning?.values ?? 0,
      bytes: figure(STATUS.bytes),
      ringBytes: ring.bytes,
      commits: figure(STATUS.commits),
      probeCpuMs: probe.recorder.probeCpuMs,
      writerCpuMs: figure(STATUS.writerCpuMs),
      interned: {
        sites: sites.size,
        keys: keys.size,
        entities: entities.size,
        overflowed: sites.overflowed + keys.overflowed + entities.overflowed,
      },
      faults: faults.list(),
    }
  }

  async flush(): Promise<void> {
    this.#settle()
    await this.#parts.writer?.flush()
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #stop(): Promise<void> {
    const { probe, writer, releaseProcess } = this.#parts
    // what this thread has been busy for too long to hear of
    followSettings(this.#parts)
    probe.stop()
    this.#settle()
    const recording = this.#recording
    const isTailed = this.#tails.areAny
    // readers first: a recording that nobody reads is left as one file; but a tail wants what is written last
    if (!isTailed) {
      await recording?.close()
      await this.#endReader?.()
    }
    await writer?.stop()
    if (isTailed) void this.#tails.none().then(() => recording?.close())
    // last: a process that exits meanwhile still drains
    releaseProcess()
  }

  /** Counts, and tells of, what the recorder could not while it was recording. */
  #settle(): void {
    const { recorder, states, report } = this.#parts.probe
    recorder.settle()
    const cause = recorder.takeFault() ?? states.takeFault()
    if (cause !== undefined)
      report(new CinescopeError('CSC_ERR_CAPTURE', 'an event or its value could not be recorded', { cause }))
  }

  #openRecording(): OpenRecording {
    const { queries, path } = this.#parts
    if (queries !== undefined && this.#stopped !== undefined) {
      throw new CinescopeError('CSC_ERR_STOPPED', 'this recording was kept in memory and went with the scope')
    }
    if (queries !== undefined) return remoteRecording(queries, { nudge: () => this.#parts.writer?.wake() })
    if (path === undefined && this.#parts.writer !== undefined) {
      throw new CinescopeError('CSC_ERR_STOPPED', 'a recording in memory is read in the thread that started it')
    }
    if (path === undefined)
      throw new CinescopeError('CSC_ERR_STOPPED', 'this scope records nothing, so there is nothing to read')
    const { port1, port2 } = new MessageChannel()
    const worker = startWorker('reader-thread', { path, port: port2 }, [port2])
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
    this.#endReader = () => {
      worker.ref()
      return ended
    }
    worker.on('error', (cause) => {
      this.#parts.probe.report(
        new CinescopeError('CSC_ERR_READER', `the reader thread failed: ${cause.message}`, { cause }),
      )
      port1.close()
      // whoever asks again gets a new one
      this.#recording = undefined
    })
    return remoteRecording(port1, { onTail: this.#tails.begin })
  }
}

/** Getters among the attributes stay getters, so that the encoder leaves them alone; a proxy is handed on whole. */
function logValue(message: string, attributes: unknown): unknown {
  if (typeof attributes !== 'object' || attributes === null) return { message }
  if (types.isProxy(attributes)) return { message, attributes }
  return Object.defineProperties({ message }, Object.getOwnPropertyDescriptors(attributes))
}
