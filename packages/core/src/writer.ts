/** Composition root of the writer thread: drains one process's rings into its recording until told to stop. */

import { setImmediate } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { CinescopeError } from '@cinescope/protocol'
import { cannotStart } from './base/cannot-start.ts'
import { createSystemClock } from './base/clock.ts'
import { publish } from './base/figures.ts'
import { SIGNAL, STATUS } from './base/status.ts'
import { Correlator } from './correlate/correlator.ts'
import { Intake } from './ingest/intake.ts'
import { Pipeline } from './ingest/pipeline.ts'
import type { WriterInput, WriterMessage } from './ingest/writer-contract.ts'
import { CONTROL } from './ring/memory.ts'
import { recordingOf } from './recording/open-recording.ts'
import { serveRecording } from './recording/serve-recording.ts'
import type { EventStore } from './store/event-store.ts'
import { createMemoryStore } from './store/memory-store.ts'
import { createSqliteStore } from './store/sqlite/sqlite-store.ts'

const SEGMENT_ROWS = 8192
const SEGMENT_VALUE_BYTES = 2_097_152
/** A tail of this many rows is sealed instead. */
const SEAL_ROWS = 2048
const COMMIT_EVERY_MS = 100
/** How often an idle writer looks at the ring: as seldom as the promise of 250 ms allows. */
const IDLE_POLL_MS = 125
const RETRY_EVERY_MS = 300
const PRUNE_EVERY_COMMITS = 8
const STOP_TRIES = 3
/** So many records in the ring are taken at once; fewer may gather. */
const MUCH = 4096

class Writer {
  readonly #input: WriterInput
  readonly #store: EventStore
  readonly #pipeline: Pipeline
  readonly #control: Int32Array
  readonly #signals: Int32Array
  readonly #figures: Float64Array
  readonly #fold: Correlator
  readonly #intake: Intake
  #lastCommitMs = 0
  #busyMs = 0
  #refusedStops = 0

  constructor(input: WriterInput) {
    this.#input = input
    this.#store =
      input.path === undefined ? createMemoryStore(input.process) : createSqliteStore(input.path, input.process)
    this.#intake = new Intake(input.ring, input.definitions)
    this.#fold = new Correlator({ thread: 0, maxRows: SEGMENT_ROWS, maxValueBytes: SEGMENT_VALUE_BYTES })
    this.#control = new Int32Array(input.ring.control)
    this.#signals = new Int32Array(input.status.signals)
    this.#figures = new Float64Array(input.status.figures)
    this.#pipeline = new Pipeline({
      intake: this.#intake,
      fold: this.#fold,
      store: this.#store,
      clock: createSystemClock(),
      counters: () => this.#counters(),
      maxBytes: input.maxBytes,
      sealRows: SEAL_ROWS,
      report: tell,
    })
  }

  /** Runs until a stop is asked for. */
  async run(): Promise<void> {
    const { queries } = this.#input
    const service = queries === undefined ? undefined : serveRecording(queries, recordingOf(this.#store))
    this.#signal(SIGNAL.state, 1)
    for (;;) {
      const wake = Atomics.load(this.#control, CONTROL.wake)
      // after the look at the wake word: a question posted before it is taken up here, one after it ends the sleep
      service?.poll()
      const requested = Atomics.load(this.#signals, SIGNAL.requested)
      const hasRequest = requested !== Atomics.load(this.#signals, SIGNAL.done)
      // before the turn: what was recorded up to the stop must be in the ring that the last turn empties
      const isStopping = Atomics.load(this.#signals, SIGNAL.stop) === 1
      const started = performance.now()
      const settled = this.#turn(hasRequest)
      this.#busyMs += performance.now() - started
      if (hasRequest && isStopping && (settled || this.#hasGivenUp())) return this.#finish(requested, settled)
      if (hasRequest && !isStopping) this.#answer(requested, settled)
      if (service?.isBusy !== true) this.#pause(wake, settled)
      await setImmediate()
    }
  }

  /** Sleeps until the next commit is due; while nothing happens, a little longer and without a turn of the event loop. */
  #pause(wake: number, settled: boolean): void {
    if (!settled) return void Atomics.wait(this.#control, CONTROL.wake, wake, RETRY_EVERY_MS)
    if (this.#intake.consumer.backlog() >= MUCH) return
    if (this.#pipeline.isDirty) return void Atomics.wait(this.#control, CONTROL.wake, wake, COMMIT_EVERY_MS)
    while (
      Atomics.wait(this.#control, CONTROL.wake, wake, IDLE_POLL_MS) === 'timed-out' &&
      this.#intake.consumer.backlog() === 0
    );
  }

  /** Drains, and commits when it is time. False when the store refused. */
  #turn(hasRequest: boolean): boolean {
    this.#pipeline.drain()
    if (hasRequest && !this.#catchUp()) return this.#refused()
    const now = performance.now()
    if (!hasRequest && now - this.#lastCommitMs < COMMIT_EVERY_MS) return true
    if (!hasRequest && !this.#pipeline.isDirty) return true
    this.#lastCommitMs = now
    if (!this.#pipeline.commit()) return this.#refused()
    if (this.#pipeline.commits % PRUNE_EVERY_COMMITS === 0) this.#pipeline.prune()
    return this.#publish()
  }

  /** Takes what was offered before the request, and no more: under overload the ring is never empty. False when the store refused. */
  #catchUp(): boolean {
    const { consumer } = this.#intake
    const offered = this.#figures[STATUS.offered]!
    while (consumer.lastSeq < offered && consumer.backlog() > 0) {
      if (!this.#pipeline.commit()) return false
      this.#pipeline.drain()
    }
    return true
  }

  #refused(): boolean {
    this.#figures[STATUS.failures] = this.#figures[STATUS.failures]! + 1
    return false
  }

  #publish(): boolean {
    const figures = this.#figures
    const { accounted, pruned, commits } = this.#pipeline
    const { overwritten, lastSeq } = this.#intake.consumer
    const stored = this.#fold.taken.reduce((sum, count) => sum + count, 0) - pruned
    const bytes = this.#store.bytes()
    const cpuMs = this.#cpuMs()
    publish(this.#signals, () => {
      figures[STATUS.accounted] = accounted
      figures[STATUS.pruned] = pruned
      figures[STATUS.stored] = stored
      figures[STATUS.overwritten] = overwritten
      figures[STATUS.commits] = commits
      figures[STATUS.bytes] = bytes
      figures[STATUS.writerCpuMs] = cpuMs
      figures[STATUS.lastCommitNs] = this.#lastCommitMs * 1e6
      figures[STATUS.lastSeq] = lastSeq
    })
    return true
  }

  /** A stop does not wait for ever for a store that refuses. */
  #hasGivenUp(): boolean {
    return ++this.#refusedStops >= STOP_TRIES
  }

  /** Ends the recording; one that the store refuses to take is left as it is and reads as interrupted. */
  #finish(requested: number, settled: boolean): void {
    const isWhole = settled && this.#seal()
    this.#signal(SIGNAL.state, isWhole ? 2 : 3)
    this.#answer(requested, isWhole)
    // an open port would keep this thread alive
    this.#input.queries?.close()
  }

  #seal(): boolean {
    this.#pipeline.closeGap(this.#figures[STATUS.offered]!)
    if (!this.#pipeline.commit(true)) return this.#refused()
    this.#pipeline.prune()
    this.#publish()
    if (this.#input.path !== undefined) this.#store.finish()
    return true
  }

  #answer(request: number, settled: boolean): void {
    if (!settled) this.#signal(SIGNAL.refused, request)
    this.#signal(SIGNAL.done, request)
    parentPort?.postMessage({ kind: settled ? 'done' : 'refused', request } satisfies WriterMessage)
  }

  #signal(word: number, value: number): void {
    Atomics.store(this.#signals, word, value)
    Atomics.notify(this.#signals, word)
  }

  #counters(): Record<string, number> {
    return {
      'cinescope.writer.cpu_ms': this.#cpuMs(),
      'cinescope.probe.cpu_ms': this.#figures[STATUS.probeCpuMs]!,
      'cinescope.writer.commits': this.#pipeline.commits,
      'cinescope.recording.bytes': this.#store.bytes(),
      'cinescope.writer.refused_commits': this.#figures[STATUS.failures]!,
      'cinescope.values.lost': this.#figures[STATUS.valuesLost]!,
      'cinescope.interner.overflow': this.#figures[STATUS.uninterned]!,
    }
  }

  /** CPU of this thread where Node tells it (23.9 and later), else the time spent in turns. */
  #cpuMs(): number {
    const usage = (process as { threadCpuUsage?: () => NodeJS.CpuUsage }).threadCpuUsage?.()
    return usage === undefined ? this.#busyMs : (usage.user + usage.system) / 1000
  }
}

function started(given: WriterInput): Writer {
  try {
    return new Writer(given)
  } catch (cause) {
    throw cannotStart(cause)
  }
}

function tell(error: CinescopeError): void {
  parentPort?.postMessage({ kind: 'fault', code: error.code, message: error.message } satisfies WriterMessage)
}

/** The only warning this thread can raise is that node:sqlite is experimental on Node 22. */
process.removeAllListeners('warning')
const input = workerData as WriterInput
try {
  await started(input).run()
} catch (thrown) {
  const signals = new Int32Array(input.status.signals)
  Atomics.store(signals, SIGNAL.state, 3)
  Atomics.notify(signals, SIGNAL.done)
  tell(
    thrown instanceof CinescopeError ? thrown : new CinescopeError('CSC_ERR_WRITER', String(thrown), { cause: thrown }),
  )
}
