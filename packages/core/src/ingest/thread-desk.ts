/** Where the writer hears of threads: that one has joined, that one has ended. */

import { BroadcastChannel, receiveMessageOnPort } from 'node:worker_threads'
import { LAST_THREAD, type NodeId } from '@cinescope/protocol'
import type { FindRing } from '../ring/chain.ts'
import type { GrownRing } from '../ring/memory.ts'
import { ringsFrom } from './grown-rings.ts'
import { threadChannel, type ThreadMessage } from './thread-contract.ts'

/** Threads that have joined, as messages. */
export type Joining = Extract<ThreadMessage, { readonly kind: 'join' }>

/** What is done about them. */
export interface ThreadHost {
  join(message: Joining): void
  /** The thread with this number of Node's is gone. */
  ended(threadId: number): void
}

/** Listens on the channel of a recording. */
export class ThreadDesk {
  readonly #channel: BroadcastChannel
  /** What a turn of the event loop has brought. */
  readonly #arrived: ThreadMessage[] = []
  /** Rings of threads that record now, by their number. */
  readonly #rings = new Map<number, GrownRing[]>()

  constructor(node: NodeId) {
    this.#channel = new BroadcastChannel(threadChannel(node))
    this.#channel.onmessage = (event) => void this.#arrived.push((event as { readonly data: ThreadMessage }).data)
    this.#channel.unref()
  }

  /** Hands on what has arrived. */
  poll(host: ThreadHost): void {
    this.#receive()
    for (let next = this.#arrived.shift(); next !== undefined; next = this.#arrived.shift()) {
      if (next.kind === 'ended') host.ended(next.threadId)
      else if (next.kind === 'ring') this.#rings.get(next.thread)?.push(next.grown)
      else if (next.thread > 0 && next.thread <= LAST_THREAD) host.join(next)
    }
  }

  /** The rings that a thread which joins now will add; those before `forget`. */
  ringsOf(thread: number): FindRing {
    const rings: GrownRing[] = []
    this.#rings.set(thread, rings)
    return ringsFrom(() => {
      if (rings.length === 0) this.#sortRings()
      return rings.shift()
    })
  }

  /** Nothing is expected of that thread any more. */
  forget(thread: number): void {
    this.#rings.delete(thread)
  }

  close(): void {
    this.#channel.close()
  }

  /** What came since the last turn of the loop. */
  #receive(): void {
    for (;;) {
      // Node takes a channel here, its types only a port
      const next = receiveMessageOnPort(this.#channel as never)?.message as ThreadMessage | undefined
      if (next === undefined) return
      this.#arrived.push(next)
    }
  }

  /** Takes rings out of what has arrived: a ring is looked for while its thread may be blocked, and this one is in a turn. */
  #sortRings(): void {
    this.#receive()
    for (const message of this.#arrived.splice(0)) {
      const rings = message.kind === 'ring' ? this.#rings.get(message.thread) : undefined
      if (message.kind === 'ring' && rings !== undefined) rings.push(message.grown)
      else this.#arrived.push(message)
    }
  }
}
