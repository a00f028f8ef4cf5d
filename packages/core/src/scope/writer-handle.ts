/** The app thread's hold on the writer thread: flush, stop, drain at exit, and what to do when it dies. */

import type { Worker } from 'node:worker_threads'
import { CinescopeError } from '@cinescope/protocol'
import { SIGNAL, WRITER_STATE, type WriterState } from '../base/status.ts'
import type { WriterInput, WriterMessage } from '../ingest/writer-contract.ts'
import { ExitWait } from './exit-wait.ts'
import { startWorker } from './worker.ts'
import type { WriterLink } from './writer-link.ts'
import { WriterRequests } from './writer-requests.ts'

/** How often it is looked, in an exit handler, whether a writer is up. */
const LOOK_MS = 5

/** First state in which it records no more: an index of `WRITER_STATE`. */
const STOPPED = WRITER_STATE.indexOf('stopped')
const FAILED = WRITER_STATE.indexOf('failed')

/** While it is stopped, the writer shows that it lives within this time, or is ended. */
const STOP_QUIET_MS = 5000

/** What the handle needs from the scope. */
export interface WriterHooks {
  readonly report: (error: CinescopeError) => void
  /** The writer is gone and will not come back: nothing may be recorded any more. */
  readonly onGone: () => void
  /** Events offered so far. */
  readonly offered: () => number
  /** Records in a ring that has grown; 0 where it has not. */
  readonly waitingInGrown: () => number
  /** Options have changed. */
  readonly onSettings: () => void
  /** Somebody had the window kept. */
  readonly onKept: (reason: string, atMs: number) => void
}

/** See the file's first line. */
export class WriterHandle implements WriterLink {
  readonly #worker: Worker
  readonly #hooks: WriterHooks
  readonly #requests: WriterRequests
  #isGone = false
  #hasHeardWhy = false
  /** Requests that are waited for; the process stays alive for them. */
  #unsettled = 0
  #waiting: (() => void)[] = []

  constructor(input: WriterInput, hooks: WriterHooks) {
    this.#hooks = hooks
    this.#requests = new WriterRequests({ status: input.status, wake: input.ring.wake }, hooks.offered)
    const ports = [input.definitions, input.rings, input.queries].filter((port) => port !== undefined)
    this.#worker = startWorker('writer', input, ports)
    this.#worker.on('message', (message: WriterMessage) => this.#receive(message))
    this.#worker.on('error', (cause) =>
      this.#gone(new CinescopeError('CSC_ERR_WRITER', `the writer thread failed: ${cause.message}`, { cause })),
    )
    this.#worker.on('exit', () => {
      const hasSaidWhy = this.#isGone || this.#requests.state >= STOPPED
      this.#gone(
        hasSaidWhy ? undefined : new CinescopeError('CSC_ERR_WRITER', 'the writer thread was ended from outside'),
      )
    })
    // a listener for messages has made the worker keep the process alive
    this.#worker.unref()
  }

  get state(): WriterState {
    const { state } = this.#requests
    if (this.#isGone && state !== STOPPED) return 'failed'
    return WRITER_STATE[state] ?? 'failed'
  }

  wake(): void {
    this.#requests.wake()
  }

  async flush(): Promise<void> {
    if (this.state === 'failed' || this.state === 'stopped') return
    const request = this.#requests.ask()
    await this.#settled(request)
    this.#requests.check(request)
  }

  /** Asks the writer to finish the recording and waits until its thread has ended, or shows no progress. */
  async stop(): Promise<void> {
    if (this.#isGone) return
    const request = this.#requests.askToStop(false)
    const watch = this.#watch()
    await this.#settled(request)
    // the wait below is the host's own: it asked for the stop
    if (!this.#isGone) this.#worker.ref()
    while (!this.#isGone) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    clearInterval(watch)
  }

  /** Ends a writer that hangs: in a file system that does not answer, for one. */
  #watch(): NodeJS.Timeout {
    let seen = this.#requests.progress
    return setInterval(() => {
      const now = this.#requests.progress
      if (now === seen) this.#giveUp()
      seen = now
    }, STOP_QUIET_MS)
  }

  #giveUp(): void {
    this.#gone(
      new CinescopeError('CSC_ERR_WRITER', `the writer thread did nothing for ${STOP_QUIET_MS} ms and was ended`),
    )
    // not waited for: a thread inside a call of the operating system ends when that returns
    void this.#worker.terminate()
    this.#worker.unref()
  }

  /** In an exit handler: blocks until the writer has finished the recording, or for as long as `ExitWait` says. */
  stopNow(): void {
    if (this.#isGone) return
    const requests = this.#requests
    if (requests.state >= STOPPED) return this.#tellFailed()
    const { offered, waitingInGrown } = this.#hooks
    const now = (): number => performance.now()
    const hasRecorded = offered() > 0
    const wait = new ExitWait({ isUp: this.state === 'recording', hasRecorded, waitingInGrown, now })
    const request = requests.askToStop(true)
    for (;;) {
      const isUp = this.state === 'recording'
      const done = Atomics.load(requests.signals, SIGNAL.done)
      const leftMs = wait.leftMs(isUp)
      if (requests.state >= STOPPED) return this.#tellFailed()
      if (done === request) return
      if (leftMs <= 0) return this.#tellUnfinished(isUp)
      Atomics.wait(requests.signals, SIGNAL.done, done, isUp ? leftMs : Math.min(leftMs, LOOK_MS))
    }
  }

  /** The process ends now, whatever is left; a recording that was begun says itself that its end is missing. */
  #tellUnfinished(isUp: boolean): void {
    const offered = this.#hooks.offered()
    if (isUp || offered === 0) return
    const message = `the process ended before the writer thread was up: there is no recording of its ${offered} events`
    this.#hooks.report(new CinescopeError('CSC_ERR_WRITER', message))
  }

  /** What the writer itself said of it is not heard any more. */
  #tellFailed(): void {
    const offered = this.#hooks.offered()
    if (this.#requests.state !== FAILED || this.#hasHeardWhy || offered === 0) return
    const message = `the writer thread failed as the process ended: its ${offered} events are not all recorded, or none; see the option 'directory'`
    this.#hooks.report(new CinescopeError('CSC_ERR_WRITER', message))
  }

  async #settled(request: number): Promise<void> {
    this.#unsettled++
    this.#worker.ref()
    while (!this.#isGone && !this.#requests.isDone(request)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    if (--this.#unsettled === 0) this.#worker.unref()
  }

  #receive(message: WriterMessage): void {
    if (message.kind === 'fault') {
      this.#hasHeardWhy = true
      this.#hooks.report(new CinescopeError(message.code, message.message))
    } else if (message.kind === 'settings') this.#hooks.onSettings()
    else if (message.kind === 'kept') this.#hooks.onKept(message.reason, message.atMs)
    this.#wake()
  }

  #gone(error: CinescopeError | undefined): void {
    if (error !== undefined) this.#hooks.report(error)
    if (this.#isGone) return
    this.#isGone = true
    this.#hooks.onGone()
    this.#wake()
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}
