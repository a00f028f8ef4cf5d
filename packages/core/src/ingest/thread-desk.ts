/** Where the writer hears of threads: that one has joined, that one has ended. */

import { BroadcastChannel, receiveMessageOnPort } from 'node:worker_threads'
import { LAST_THREAD, type NodeId } from '@cinescope/protocol'
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

  constructor(node: NodeId) {
    this.#channel = new BroadcastChannel(threadChannel(node))
    this.#channel.onmessage = (event) => void this.#arrived.push((event as { readonly data: ThreadMessage }).data)
    this.#channel.unref()
  }

  /** Hands on what has arrived. */
  poll(host: ThreadHost): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      if (next.kind === 'ended') host.ended(next.threadId)
      else if (next.thread > 0 && next.thread <= LAST_THREAD) host.join(next)
    }
  }

  close(): void {
    this.#channel.close()
  }

  #next(): ThreadMessage | undefined {
    const arrived = this.#arrived.shift()
    if (arrived !== undefined) return arrived
    // what came since the last turn of the loop; Node takes a channel here, its types only a port
    return receiveMessageOnPort(this.#channel as never)?.message as ThreadMessage | undefined
  }
}
