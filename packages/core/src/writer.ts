/** Composition root of the writer thread: drains one process's rings into its recording until told to stop. */

import { setImmediate } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { CinescopeError } from '@cinescope/protocol'
import { cannotStart } from './base/cannot-start.ts'
import { createSystemClock } from './base/clock.ts'
import { LiveSettings } from './options/live-settings.ts'
import { SIGNAL } from './base/status.ts'
import type { ControlHost } from './control/answer.ts'
import { LateControlServer } from './control/late-server.ts'
import { Correlator } from './correlate/correlator.ts'
import { createSegmentIndexes } from './correlate/row-builder.ts'
import { ringsOf } from './ingest/grown-rings.ts'
import { keepStage } from './keep/keep-stage.ts'
import { RouteTable } from './keep/route-table.ts'
import { definitionsOf } from './ingest/intake.ts'
import { Retention } from './ingest/retention.ts'
import { COMMIT_EVERY_MS, Strand, type StrandParts } from './ingest/strand.ts'
import { Strands } from './ingest/strands.ts'
import { tellThreads } from './ingest/thread-contract.ts'
import { type Joining, ThreadDesk } from './ingest/thread-desk.ts'
import { ThreadLedger } from './ingest/thread-ledger.ts'
import type { WriterInput, WriterMessage } from './ingest/writer-contract.ts'
import { WriterCounts } from './ingest/writer-counts.ts'
import { recordingOf } from './recording/open-recording.ts'
import { serveRecording } from './recording/serve-recording.ts'
import { DefinitionConsumer } from './ring/definition-log.ts'
import { Sleep } from './ring/wake.ts'
import type { EventStore } from './store/event-store.ts'
import { createMemoryStore } from './store/memory-store.ts'
import { createSqliteStore } from './store/sqlite/sqlite-store.ts'

const SEGMENT_ROWS = 8192
const SEGMENT_VALUE_BYTES = 2_097_152
/** Records gather for so long before a writer that was idle takes them: as long as the promise of 250 ms allows. */
const GATHER_MS = 125
/** How often it looks around where nothing is recorded; its event loop turns, for whoever connects to the control socket. */
const LOOK_AROUND_MS = 1000
/** How often it turns while somebody is being served there. */
const SERVE_EVERY_MS = 5
const RETRY_EVERY_MS = 300
const STOP_TRIES = 3
/** What is beyond the limits at the end is removed, as far as that takes no longer. */
const FINISH_MS = 200
/** So many records in the rings are taken at once; fewer may gather. */
const MUCH = 4096
/** States that its threads are told of: indexes of `WRITER_STATE`. */
const RECORDING = 1
const STOPPED = 2
const FAILED = 3

class Writer {
  readonly #input: WriterInput
  readonly #store: EventStore
  readonly #ledger: ThreadLedger
  readonly #strands: Strands
  readonly #desk: ThreadDesk
  /** By Node's number of their thread, which may have several. */
  readonly #threads = new Map<Strand, number>()
  readonly #sleep: Sleep
  readonly #clock = createSystemClock()
  readonly #indexes = createSegmentIndexes()
  readonly #retention: Retention
  readonly #live: LiveSettings
  readonly #counts: WriterCounts
  #control: LateControlServer | undefined
  #refusedStops = 0

  constructor(input: WriterInput) {
    this.#input = input
    this.#store =
      input.path === undefined ? createMemoryStore(input.process) : createSqliteStore(input.path, input.process)
    this.#ledger = new ThreadLedger(this.#store)
    this.#sleep = new Sleep(input.ring.wake)
    this.#live = new LiveSettings(input.settings, input.changes)
    const { ring, rings, status } = input
    const findRing = rings === undefined ? undefined : ringsOf(rings)
    const definitions = definitionsOf(input.definitions)
    this.#strands = new Strands(this.#strand({ thread: 0, ring, findRing, definitions, status }))
    this.#counts = new WriterCounts(this.#strands, this.#ledger, () => this.#store.bytes())
    this.#desk = new ThreadDesk(input.process.node)
    this.#retention = new Retention({
      settings: this.#live.now,
      strands: this.#strands,
      ledger: this.#ledger,
      clock: this.#clock,
      report: tellFault,
    })
  }

  /** Runs until a stop is asked for. */
  async run(): Promise<void> {
    const { queries } = this.#input
    const service = queries === undefined ? undefined : serveRecording(queries, recordingOf(this.#store))
    const { main } = this.#strands
    main.tellState(RECORDING)
    // one in memory cannot be found by its file
    if (this.#input.control && this.#input.path !== undefined)
      this.#control = new LateControlServer(this.#controlHost(), tellFault)
    for (;;) {
      const { asked } = this.#sleep
      // after the look at what was asked: a question posted before it is taken up here, one after it ends the sleep
      service?.poll()
      const request = main.request
      // before the turn: what was recorded up to the stop must be in the ring that the last turn empties
      const isStopping = main.isStopping
      // after both: a thread that has joined before the recording was to stop is heard before it does
      this.#desk.poll({ join: (message) => this.#join(message), ended: (id) => this.#ended(id) })
      if (this.#live.isBehind) this.#followSettings()
      const started = performance.now()
      this.#control?.openWhenDue()
      const settled = this.#turn()
      this.#counts.busyMs += performance.now() - started
      if (request !== undefined && isStopping && (settled || this.#hasGivenUp())) return this.#finish(request, settled)
      if (service?.isBusy !== true) this.#pause(asked, settled)
      await setImmediate()
    }
  }

  /** One turn of every strand, with the answers to what was asked before it. False when the store refused. */
  #turn(): boolean {
    const asked = Array.from(this.#strands, (strand) => ({ strand, request: strand.request }))
    const isAsked = asked.some(({ request }) => request !== undefined)
    const stopping = Array.from(this.#strands).filter((strand) => strand !== this.#strands.main && strand.isStopping)
    const commits = this.#strands.commits
    let settled = true
    for (const strand of this.#strands) settled = strand.turn(isAsked) && settled
    const isDue = this.#retention.isDue
    settled = this.#retention.run() && settled
    for (const strand of stopping) settled = this.#end(strand) && settled
    if (this.#strands.commits !== commits || isAsked || isDue) this.#publish()
    for (const { strand, request } of asked) if (request !== undefined) this.#answer(strand, request, settled)
    return settled
  }

  #answer(strand: Strand, request: number, settled: boolean): void {
    const isMain = strand === this.#strands.main
    // its stop is answered once the recording is finished
    if (isMain && strand.isStopping) return
    strand.answer(request, settled)
    if (isMain) tellMain({ kind: settled ? 'done' : 'refused', request })
  }

  /** The last of a thread; tried again in the next turn when the store refuses. */
  #end(strand: Strand): boolean {
    if (!strand.seal(strand.ending)) return false
    strand.publish(this.#counts.figures())
    strand.tellState(STOPPED)
    this.#strands.remove(strand)
    this.#ledger.retire(strand.thread)
    this.#desk.forget(strand.thread)
    this.#threads.delete(strand)
    return true
  }

  /** Sleeps until the next commit is due; while nothing happens, longer and with few turns of the event loop. */
  #pause(asked: number, settled: boolean): void {
    const sleep = this.#sleep
    if (!settled) return sleep.short(asked, RETRY_EVERY_MS)
    if (this.#control?.isBusy === true) return sleep.short(asked, SERVE_EVERY_MS)
    if (this.#strands.backlog() >= MUCH) return
    if (this.#strands.isDirty) return sleep.short(asked, COMMIT_EVERY_MS)
    const hasWork = (): boolean => this.#strands.isHolding || this.#strands.backlog() > 0 || this.#retention.isDue
    const longMs = Math.min(LOOK_AROUND_MS, this.#control?.dueInMs ?? Infinity)
    sleep.long(asked, { shortMs: GATHER_MS, longMs, hasWork })
  }

  #join({ thread, threadId, ring, definitions, status }: Joining): void {
    const findRing = this.#desk.ringsOf(thread)
    const strand = this.#strand({ thread, ring, findRing, definitions: new DefinitionConsumer(definitions), status })
    this.#strands.add(strand)
    this.#threads.set(strand, threadId)
    strand.tellState(RECORDING)
  }

  #controlHost(): ControlHost {
    return {
      process: this.#input.process,
      live: this.#live,
      strands: this.#strands,
      bytes: () => this.#store.bytes(),
      onChanged: () => this.#followSettings(),
      onKept: (reason) => this.#tellKept(reason),
    }
  }

  /** Options have changed, here or in another thread. */
  #followSettings(): void {
    this.#live.refresh()
    this.#retention.look()
    tellMain({ kind: 'settings' })
    tellThreads(this.#input.process.node, 'settings')
  }

  /** Counted here, where it is told even if the main thread never comes to it. */
  #tellKept(reason: string): void {
    this.#counts.windowsKept++
    tellMain({ kind: 'kept', reason, atMs: this.#clock.now() })
  }

  #ended(threadId: number): void {
    for (const [strand, id] of this.#threads) if (id === threadId) strand.hasEnded = true
  }

  #strand(parts: Pick<StrandParts, 'thread' | 'ring' | 'findRing' | 'definitions' | 'status'>): Strand {
    const { keep } = this.#live.now
    const routes = new RouteTable(parts.thread, () => performance.now())
    const fold = new Correlator({
      thread: parts.thread,
      // what a stage keeps back it counts itself
      routes: keep.policy === 'all' ? routes : undefined,
      maxRows: SEGMENT_ROWS,
      maxValueBytes: SEGMENT_VALUE_BYTES,
      indexes: this.#indexes,
    })
    return new Strand({
      ...parts,
      fold,
      stage: keepStage(fold, keep, routes),
      routes,
      ledger: this.#ledger,
      clock: this.#clock,
      counters: () => this.#counts.counters(),
      report: tellFault,
    })
  }

  #publish(): void {
    const figures = this.#counts.figures()
    for (const strand of this.#strands) strand.publish(figures)
  }

  /** A stop does not wait for ever for a store that refuses. */
  #hasGivenUp(): boolean {
    return ++this.#refusedStops >= STOP_TRIES
  }

  /** Ends the recording; one that the store refuses to take is left as it is and reads as interrupted. */
  #finish(request: number, settled: boolean): void {
    const { main } = this.#strands
    const isWhole = settled && this.#seal()
    // before the answer: the process may be gone right after it
    this.#control?.close()
    for (const strand of this.#strands) strand.tellState(isWhole ? STOPPED : FAILED)
    main.answer(request, isWhole)
    tellMain({ kind: isWhole ? 'done' : 'refused', request })
    this.#desk.close()
    // an open port would keep this thread alive
    this.#input.queries?.close()
  }

  #seal(): boolean {
    const { ending } = this.#strands.main
    for (const strand of this.#strands) if (!strand.seal(ending)) return false
    for (const until = performance.now() + FINISH_MS; this.#retention.run() && this.#retention.isDue;)
      if (performance.now() > until) break
    this.#publish()
    if (this.#input.path !== undefined) this.#store.finish()
    return true
  }
}

function started(given: WriterInput): Writer {
  try {
    return new Writer(given)
  } catch (cause) {
    throw cannotStart(cause)
  }
}

function tellMain(message: WriterMessage): void {
  parentPort?.postMessage(message)
}

function tellFault(error: CinescopeError): void {
  tellMain({ kind: 'fault', code: error.code, message: error.message })
}

/** The only warning this thread can raise is that node:sqlite is experimental on Node 22. */
process.removeAllListeners('warning')
const input = workerData as WriterInput
try {
  await started(input).run()
} catch (thrown) {
  const signals = new Int32Array(input.status.signals)
  Atomics.store(signals, SIGNAL.state, FAILED)
  Atomics.notify(signals, SIGNAL.done)
  tellFault(
    thrown instanceof CinescopeError ? thrown : new CinescopeError('CSC_ERR_WRITER', String(thrown), { cause: thrown }),
  )
}
