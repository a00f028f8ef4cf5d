/** A thread's hold on the writer that another thread has started. */

import { setTimeout as sleep } from 'node:timers/promises'
import { BroadcastChannel, threadId } from 'node:worker_threads'
import { CinescopeError } from '@cinescope/protocol'
import { SIGNAL, type StatusMemory, WRITER_STATE, type WriterState } from '../base/status.ts'
import { type Announcement, announcementChannel, type Invitation, tellWriter } from '../ingest/thread-contract.ts'
import type { RingPost } from '../ingest/grown-rings.ts'
import type { DefinitionMemory } from '../ring/definition-log.ts'
import type { RingMemory } from '../ring/memory.ts'
import type { WriterLink } from './writer-link.ts'
import { WriterRequests } from './writer-requests.ts'

/** How often it is looked for an answer, or for a writer that is not up yet. */
const LOOK_EVERY_MS = 5
/** Longest wait of a thread that ends for a writer that is not up yet, if anything has been recorded: see docs/decisions/0012. */
const EXIT_START_MS = 3000
/** A writer that does nothing for so long is not waited for. */
const STOP_QUIET_MS = 5000
/** Indexes of `WRITER_STATE`. */
const STARTING = WRITER_STATE.indexOf('starting')
const STOPPED = WRITER_STATE.indexOf('stopped')

/** What a thread gives to the writer, and what it needs of its scope. */
export interface Joining {
  readonly thread: number
  readonly ring: RingMemory
  /** Where rings that are added to it are posted. */
  readonly rings: RingPost
  readonly definitions: DefinitionMemory
  readonly status: StatusMemory
  /** Writes down the thread's figures and gives the events offered so far. */
  readonly offered: () => number
  /** The recording has ended: nothing may be recorded any more. */
  readonly onGone: () => void
  /** Options have changed. */
  readonly onSettings: () => void
  readonly report: (error: CinescopeError) => void
}

/** Joins as soon as the writer is up; the ring holds what is recorded meanwhile. */
export class JoinedWriter implements WriterLink {
  readonly #invitation: Invitation
  readonly #joining: Joining
  readonly #requests: WriterRequests
  readonly #writer: Int32Array
  readonly #announcements: BroadcastChannel
  #hasJoined = false
  #looking: NodeJS.Timeout | undefined

  constructor(invitation: Invitation, joining: Joining) {
    this.#invitation = invitation
    this.#joining = joining
    this.#requests = new WriterRequests({ status: joining.status, wake: invitation.wake }, joining.offered)
    this.#writer = new Int32Array(invitation.status.signals)
    this.#announcements = new BroadcastChannel(announcementChannel(invitation.node))
    this.#announcements.onmessage = (event) => this.#hear((event as { readonly data: Announcement }).data)
    this.#announcements.unref()
    // what was changed before this channel was there
    joining.onSettings()
    if (!this.#join()) this.#looking = setInterval(() => this.#join(), LOOK_EVERY_MS).unref()
  }

  get state(): WriterState {
    const own = this.#requests.state
    const writer = Atomics.load(this.#writer, SIGNAL.state)
    return WRITER_STATE[own < STOPPED && writer >= STOPPED ? writer : own] ?? 'failed'
  }

  wake(): void {
    this.#requests.wake()
  }

  async flush(): Promise<void> {
    if (this.#isOver) return
    const request = this.#requests.ask()
    await this.#answered(request)
    this.#requests.check(request)
  }

  async stop(): Promise<void> {
    if (this.#isOver) return this.#gone()
    await this.#answered(this.#requests.askToStop(false))
    this.#gone()
  }

  /** The ring outlives this thread, so that the writer need not be waited for, once it knows of it. */
  stopNow(): void {
    if (this.#isOver) return
    const offered = this.#joining.offered()
    if (!this.#hasJoined && offered > 0) Atomics.wait(this.#writer, SIGNAL.state, STARTING, EXIT_START_MS)
    if (this.#join()) this.#requests.askToStop(true)
    else if (offered > 0) this.#joining.report(unheard(offered))
  }

  get #isOver(): boolean {
    return WRITER_STATE.indexOf(this.state) >= STOPPED
  }

  /** True once the writer has been told. */
  #join(): boolean {
    const state = Atomics.load(this.#writer, SIGNAL.state)
    if (this.#hasJoined || state === STARTING) return this.#hasJoined
    clearInterval(this.#looking)
    if (state >= STOPPED) {
      this.#gone()
      return true
    }
    const { thread, ring, rings, definitions, status } = this.#joining
    tellWriter(this.#invitation.node, { kind: 'join', thread, threadId, ring, definitions, status })
    rings.open()
    this.#hasJoined = true
    this.wake()
    return true
  }

  /** Keeps the thread alive meanwhile: whoever asked waits. */
  async #answered(request: number): Promise<void> {
    let seen = this.#requests.progress
    let seenAt = performance.now()
    while (!this.#isOver && !this.#requests.isDone(request)) {
      await sleep(LOOK_EVERY_MS)
      const now = this.#requests.progress
      if (now !== seen) seenAt = performance.now()
      else if (performance.now() - seenAt > STOP_QUIET_MS) return
      seen = now
    }
  }

  #hear(what: Announcement): void {
    if (what === 'settings') this.#joining.onSettings()
    else this.#gone()
  }

  #gone(): void {
    clearInterval(this.#looking)
    this.#announcements.close()
    this.#joining.onGone()
  }
}

function unheard(offered: number): CinescopeError {
  const message = `the thread ended before the writer thread was up: there is no recording of its ${offered} events`
  return new CinescopeError('CSC_ERR_WRITER', message)
}
