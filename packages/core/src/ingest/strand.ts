/** One thread's way through the writer: its ring, its correlator, its commits, and what it asks for. */

import type { CinescopeError } from '@cinescope/protocol'
import type { Clock } from '../base/clock.ts'
import { publish } from '../base/figures.ts'
import { SIGNAL, STATUS, type StatusMemory, STOP } from '../base/status.ts'
import type { FindRing } from '../ring/chain.ts'
import type { DefinitionSource } from '../ring/definition-log.ts'
import type { RingMemory } from '../ring/memory.ts'
import { Intake } from './intake.ts'
import { type Ending, type Fold, Pipeline, type RouteCounts, type Stage } from './pipeline.ts'
import type { ThreadLedger } from './thread-ledger.ts'

/** How often what was drained is committed; a writer that holds anything back sleeps no longer. */
export const COMMIT_EVERY_MS = 100
/** A tail of this many rows is sealed instead. */
const SEAL_ROWS = 2048

/** What a strand is made of. */
export interface StrandParts {
  readonly thread: number
  readonly ring: RingMemory
  /** Gives the rings that the thread has added to it. */
  readonly findRing: FindRing | undefined
  readonly definitions: DefinitionSource
  readonly status: StatusMemory
  readonly fold: Fold
  /** See `PipelineParts.stage`. */
  readonly stage: Stage | undefined
  readonly routes: RouteCounts
  readonly ledger: ThreadLedger
  readonly clock: Clock
  /** Figures to keep with each commit. */
  readonly counters: () => Readonly<Record<string, number>>
  readonly report: (error: CinescopeError) => void
}

/** What of the whole recording is published with a strand's own figures. */
export interface WriterFigures {
  readonly bytes: number
  readonly cpuMs: number
  /** Of the probes of all threads. */
  readonly probesCpuMs: number
  /** Bytes of all commits so far. */
  readonly written: number
}

/** See the file's first line. */
export class Strand {
  readonly thread: number
  readonly figures: Float64Array
  /** Set once its thread will record no more. */
  hasEnded = false
  readonly #parts: StrandParts
  readonly #intake: Intake
  readonly #pipeline: Pipeline
  readonly #signals: Int32Array
  #lastCommitMs = 0

  constructor(parts: StrandParts) {
    this.thread = parts.thread
    this.#parts = parts
    this.#intake = new Intake(parts.ring, parts.definitions, parts.findRing)
    this.#signals = new Int32Array(parts.status.signals)
    this.figures = new Float64Array(parts.status.figures)
    const { fold, stage, routes, clock, counters, report } = parts
    const store = parts.ledger.targetOf(parts.thread)
    const intake = this.#intake
    this.#pipeline = new Pipeline({ intake, fold, stage, routes, store, clock, counters, sealRows: SEAL_ROWS, report })
  }

  /** Number of the request that is not answered yet; undefined when there is none. */
  get request(): number | undefined {
    const requested = Atomics.load(this.#signals, SIGNAL.requested)
    return requested === Atomics.load(this.#signals, SIGNAL.done) ? undefined : requested
  }

  /** Its thread records no more. */
  get isStopping(): boolean {
    return this.hasEnded || Atomics.load(this.#signals, SIGNAL.stop) !== STOP.no
  }

  /** How the thread ends: what it was in the middle of when it was ended, or its process ends, is kept. */
  get ending(): Ending {
    return this.hasEnded || Atomics.load(this.#signals, SIGNAL.stop) === STOP.exit ? 'keep' : 'decide'
  }

  get commits(): number {
    return this.#pipeline.commits
  }

  get isDirty(): boolean {
    return this.#pipeline.isDirty
  }

  /** Records are held back of which nothing has been decided: it is to be looked at from time to time. */
  get isHolding(): boolean {
    return this.#pipeline.isHolding
  }

  /** Records in the ring. */
  backlog(): number {
    return this.#intake.consumer.backlog()
  }

  /** Drains, and commits when it is time, or all there is when `isAsked`. False when the store refused. */
  turn(isAsked: boolean): boolean {
    this.#pipeline.drain()
    if (isAsked && !this.#catchUp()) return this.#refused()
    this.figures[STATUS.ringGrown] = this.#intake.consumer.grown
    const now = performance.now()
    if (!isAsked && now - this.#lastCommitMs < COMMIT_EVERY_MS) return true
    if (!isAsked && !this.#pipeline.isDirty) return true
    this.#lastCommitMs = now
    return this.#pipeline.commit(false, isAsked) || this.#refused()
  }

  /** Decides on what is held back and seals what there is; nothing comes after it. False when the store refused. */
  seal(ending: Ending): boolean {
    if (!this.#catchUp()) return this.#refused()
    this.#pipeline.settle(ending)
    // one that was ended from outside told of no last event
    if (Atomics.load(this.#signals, SIGNAL.stop) !== STOP.no) this.#pipeline.closeGap(this.figures[STATUS.offered]!)
    // one that was refused before is written first, and does not hold what was decided on since
    do if (!this.#pipeline.commit(true)) return this.#refused()
    while (this.#pipeline.isDirty)
    return true
  }

  /** See `Pipeline.keepWindow`. */
  keepWindow(): void {
    this.#pipeline.keepWindow()
  }

  /** Seals what there is, and decides on nothing that is held back. False when the store refused. */
  finishSegment(): boolean {
    return (this.#catchUp() && this.#pipeline.commit(true)) || this.#refused()
  }

  /** Answers the request `request`. */
  answer(request: number, settled: boolean): void {
    if (!settled) this.#signal(SIGNAL.refused, request)
    this.#signal(SIGNAL.done, request)
  }

  /** Tells its thread what the writer is doing: an index of `WRITER_STATE`. */
  tellState(state: number): void {
    this.#signal(SIGNAL.state, state)
  }

  /** Lets its thread see how far things are. */
  publish({ bytes, cpuMs, probesCpuMs, written }: WriterFigures): void {
    const { figures } = this
    const { overwritten, lastSeq } = this.#intake.consumer
    const pruned = this.#parts.ledger.prunedOf(this.thread)
    const stored = this.#pipeline.taken - pruned
    publish(this.#signals, () => {
      figures[STATUS.accounted] = this.#pipeline.accounted
      figures[STATUS.pruned] = pruned
      figures[STATUS.stored] = stored
      figures[STATUS.notKept] = this.#pipeline.notKept
      figures[STATUS.sampledOut] = this.#pipeline.sampledOut
      figures[STATUS.overwritten] = overwritten
      figures[STATUS.commits] = this.#pipeline.commits
      figures[STATUS.bytes] = bytes
      figures[STATUS.writerCpuMs] = cpuMs
      figures[STATUS.allProbesCpuMs] = probesCpuMs
      figures[STATUS.written] = written
      figures[STATUS.lastCommitNs] = this.#lastCommitMs * 1e6
      figures[STATUS.lastSeq] = lastSeq
    })
  }

  /** Takes what was offered before now, and no more: under overload the ring is never empty. False when the store refused. */
  #catchUp(): boolean {
    const { consumer } = this.#intake
    // what was asked for goes by its number; what others than the one who asks have recorded is counted
    const offered = this.figures[STATUS.offered]!
    const consumed = consumer.consumed + consumer.backlog()
    while ((consumer.lastSeq < offered || consumer.consumed < consumed) && consumer.backlog() > 0) {
      if (!this.#pipeline.commit()) return false
      this.#pipeline.drain()
    }
    return true
  }

  #refused(): boolean {
    this.figures[STATUS.failures] = this.figures[STATUS.failures]! + 1
    return false
  }

  #signal(word: number, value: number): void {
    Atomics.store(this.#signals, word, value)
    Atomics.notify(this.#signals, word)
  }
}
