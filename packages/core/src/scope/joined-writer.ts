/** A thread's hold on the writer that another thread has started. */

import { BroadcastChannel, threadId } from 'node:worker_threads'
import { CinescopeError, type NodeId } from '@cinescope/protocol'
import { SIGNAL, STATUS, type StatusMemory, WRITER_STATE, type WriterState } from '../base/status.ts'
import { endChannel, type Invitation, threadChannel, type ThreadMessage } from '../ingest/thread-contract.ts'
import type { DefinitionMemory } from '../ring/definition-log.ts'
import { type RingMemory, wakeWriter } from '../ring/memory.ts'
import type { WriterLink } from './writer-link.ts'

/** How often it is looked for an answer, or for a writer that is not up yet. */
const LOOK_EVERY_MS = 5
/** Longest wait of a thread that ends for a writer that is not up yet. */
const EXIT_WAIT_MS = 500
/** A writer that does nothing for so long is not waited for. */
const STOP_QUIET_MS = 5000
const STARTING = 0
const STOPPED = 2

/** What a thread gives to the writer, and what it needs of its scope. */
export interface Joining {
  readonly thread: number
  readonly ring: RingMemory
  readonly definitions: DefinitionMemory
  readonly status: StatusMemory
  /** Writes down the thread's figures and gives the events offered so far. */
  readonly offered: () => number
  /** The recording has ended: nothing may be recorded any more. */
  readonly onGone: () => void
}

/** Joins as soon as the writer is up; the ring holds what is recorded meanwhile. */
export class JoinedWriter implements WriterLink {
  readonly #invitation: Invitation
  readonly #joining: Joining
  readonly #signals: Int32Array
  readonly #figures: Float64Array
  readonly #writer: Int32Array
  readonly #end: BroadcastChannel
  #requests = 0
  #hasJoined = false
  #looking: NodeJS.Timeout | undefined

  constructor(invitation: Invitation, joining: Joining) {
    this.#invitation = invitation
    this.#joining = joining
    this.#signals = new Int32Array(joining.status.signals)
    this.#figures = new Float64Array(joining.status.figures)
    this.#writer = new Int32Array(invitation.status.signals)
    this.#end = new BroadcastChannel(endChannel(invitation.node))
    this.#end.onmessage = () => this.#gone()
    this.#end.unref()
    if (!this.#join()) this.#looking = setInterval(() => this.#join(), LOOK_EVERY_MS).unref()
  }

  get state(): WriterState {
    const own = Atomics.load(this.#signals, SIGNAL.state)
    const writer = Atomics.load(this.#writer, SIGNAL.state)
    return WRITER_STATE[own < STOPPED && writer >= STOPPED ? writer : own] ?? 'failed'
  }

  wake(): void {
    wakeWriter(new Int32Array(this.#invitation.wake))
  }

  async flush(): Promise<void> {
    const request = this.#request()
    await this.#answered(request)
    if (Atomics.load(this.#signals, SIGNAL.refused) >= request)
      throw new CinescopeError('CSC_ERR_STORE', 'the recording cannot be written now; events are kept and tried again')
  }

  async stop(): Promise<void> {
    if (this.#isOver) return this.#gone()
    this.#askToStop()
    await this.#answered(this.#request())
    this.#gone()
  }

  /** The ring outlives this thread, so that the writer need not be waited for, once it knows of it. */
  stopNow(): void {
    if (this.#isOver) return
    this.#askToStop()
    if (!this.#hasJoined) Atomics.wait(this.#writer, SIGNAL.state, STARTING, EXIT_WAIT_MS)
    this.#join()
    this.#request()
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
    const { thread, ring, definitions, status } = this.#joining
    tellWriter(this.#invitation.node, { kind: 'join', thread, threadId, ring, definitions, status })
    this.#hasJoined = true
    this.wake()
    return true
  }

  #askToStop(): void {
    this.#figures[STATUS.offered] = this.#joining.offered()
    Atomics.store(this.#signals, SIGNAL.stop, 1)
  }

  #request(): number {
    this.#figures[STATUS.offered] = this.#joining.offered()
    const request = ++this.#requests
    Atomics.store(this.#signals, SIGNAL.requested, request)
    this.wake()
    return request
  }

  /** Keeps the thread alive meanwhile: whoever asked waits. */
  async #answered(request: number): Promise<void> {
    let seen = Atomics.load(this.#signals, SIGNAL.publications)
    let seenAt = performance.now()
    while (!this.#isOver && Atomics.load(this.#signals, SIGNAL.done) < request) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
      const now = Atomics.load(this.#signals, SIGNAL.publications)
      if (now !== seen) seenAt = performance.now()
      else if (performance.now() - seenAt > STOP_QUIET_MS) return
      seen = now
    }
  }

  #gone(): void {
    clearInterval(this.#looking)
    this.#end.close()
    this.#joining.onGone()
  }
}

/** Tells the writer of this process's recording; it hears when it is woken. */
export function tellWriter(node: NodeId, message: ThreadMessage): void {
  const channel = new BroadcastChannel(threadChannel(node))
  channel.postMessage(message)
  channel.close()
}
