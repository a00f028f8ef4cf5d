/** A recording as an endless stream: pages of arrivals, asked for as they are consumed. */

import { setTimeout as sleep } from 'node:timers/promises'
import {
  type ArrivalEnd,
  type ArrivalPage,
  type ArrivalQuery,
  CinescopeError,
  type CinescopeEvent,
  type TailStart,
} from '@cinescope/protocol'
import type { QueryControl } from '../query/reading.ts'

/** What a tail gives: all, or what passes a filter; its holes always. */
export type TailQuery = Pick<ArrivalQuery, 'where' | 'values'>

/** How a tail is read. */
export interface TailOptions {
  /** Default `now`: the call of `tail`. */
  readonly from?: TailStart
  /** Ends the tail, without an error. */
  readonly signal?: AbortSignal
  /** Time between two looks at a recording in which nothing is new: 5 to 60,000 ms, default 25. A look costs some 0.1 ms. */
  readonly pollMs?: number
}

/**
 * Events as they arrive, each once, in the order of commits, and of one commit in the order in which they ended: points, and spans
 * when they have ended. A hole is told as an event of kind `gap` with seq 0. It is its own iterator, so it has one consumer;
 * between two events it holds no transaction. While it waits it keeps the process alive.
 */
export interface EventTail extends AsyncIterableIterator<CinescopeEvent> {
  /** Where another tail goes on: after the last page that was handed out whole, so that it may repeat up to a page. Undefined before. */
  readonly cursor: string | undefined
  /** How the recording ended, once that has been told; undefined when the tail was ended from outside. */
  readonly ended: ArrivalEnd | undefined
  return(): Promise<IteratorResult<CinescopeEvent, undefined>>
  [Symbol.asyncIterator](): EventTail
}

/** What a tail is read from. */
export interface TailSource {
  arrivals(query: ArrivalQuery, control: QueryControl): Promise<ArrivalPage>
  /** Told when a tail is first asked for an event; what it gives, when that tail has ended. */
  readonly onTail?: (() => () => void) | undefined
}

const POLL = { usual: 25, least: 5, most: 60_000 } as const
/** Few, so that the cursor is seldom far behind, and a slow consumer holds little. */
const PAGE = 500

/** A tail of a source. @throws CSC_ERR_OPTION */
export function tailOf(source: TailSource, query: TailQuery = {}, options: TailOptions = {}): EventTail {
  return new PolledTail(source, query, { ...options, pollMs: checkPoll(options.pollMs ?? POLL.usual) })
}

class PolledTail implements EventTail {
  cursor: string | undefined
  ended: ArrivalEnd | undefined
  readonly #source: TailSource
  readonly #query: TailQuery
  readonly #pollMs: number
  readonly #end = new AbortController()
  readonly #signal: AbortSignal
  readonly #events: AsyncGenerator<CinescopeEvent, undefined>

  constructor(source: TailSource, query: TailQuery, options: TailOptions & { readonly pollMs: number }) {
    const { from = 'now', pollMs, signal } = options
    this.#source = source
    this.#query = query
    this.#pollMs = pollMs
    this.#signal = signal === undefined ? this.#end.signal : AbortSignal.any([signal, this.#end.signal])
    const first = from === 'now' && !this.#signal.aborted ? this.#page(from) : undefined
    // whoever asks for an event is told of its failure
    first?.catch(() => undefined)
    this.#events = this.#read(first ?? from)
  }

  next(): Promise<IteratorResult<CinescopeEvent, undefined>> {
    return this.#events.next()
  }

  /** Ends what waits, too: a generator alone would answer only after its next event. */
  return(): Promise<IteratorResult<CinescopeEvent, undefined>> {
    this.#end.abort()
    return this.#events.return(undefined)
  }

  [Symbol.asyncIterator](): EventTail {
    return this
  }

  #page(from: TailStart): Promise<ArrivalPage> {
    return this.#source.arrivals({ ...this.#query, from, limit: PAGE }, { signal: this.#signal })
  }

  async *#read(first: TailStart | Promise<ArrivalPage>): AsyncGenerator<CinescopeEvent, undefined> {
    const onEnd = this.#source.onTail?.()
    try {
      for (let next = first; !this.#signal.aborted;) {
        const page = await this.#unlessEnded(next instanceof Promise ? next : this.#page(next))
        if (page === undefined) return
        yield* this.#handOut(page)
        if (this.#signal.aborted || page.ended !== undefined) return
        next = { cursor: page.cursor }
        if (!page.more) await this.#unlessEnded(sleep(this.#pollMs, undefined, { signal: this.#signal }))
      }
    } finally {
      onEnd?.()
    }
  }

  *#handOut(page: ArrivalPage): Generator<CinescopeEvent, void> {
    for (const event of page.items) {
      if (this.#signal.aborted) return
      yield event
    }
    this.cursor = page.cursor
    this.ended = page.ended
  }

  /** What was awaited; undefined when it failed because the tail has been ended. */
  async #unlessEnded<T>(awaited: Promise<T>): Promise<T | undefined> {
    try {
      return await awaited
    } catch (thrown) {
      if (!this.#signal.aborted) throw thrown
      return undefined
    }
  }
}

function checkPoll(pollMs: number): number {
  if (pollMs >= POLL.least && pollMs <= POLL.most) return pollMs
  throw new CinescopeError('CSC_ERR_OPTION', `pollMs is ${pollMs}; it must be from ${POLL.least} to ${POLL.most}`)
}
