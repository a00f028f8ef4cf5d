/** Asks a recording that another thread serves. Loads nothing of the reading side. */

import type { MessagePort } from 'node:worker_threads'
import {
  CinescopeError,
  type CinescopeEvent,
  type Entity,
  type EventPage,
  type EventQuery,
  type Film,
  type FilmPage,
  type FilmQuery,
  type FilmSummary,
  type Ledger,
  type TraceId,
  type WallMs,
} from '@cinescope/protocol'
import type { QueryControl, RecordingStatus } from '../query/recording.ts'
import type { EntityState } from '../timetravel/state-at.ts'
import type { OpenRecording } from './open-recording.ts'
import { type Answer, type Method, type Request, unpack } from './remote-protocol.ts'
import { streamPages } from './stream-pages.ts'

/**
 * The recording served at the other end of `port`. The port keeps the process alive only while a request is under way.
 * `nudge` is called after each message, for a server that sleeps.
 */
export function remoteRecording(port: MessagePort, nudge: () => void = () => undefined): OpenRecording {
  return new RemoteRecording(port, nudge)
}

interface Waiting {
  resolve(value: unknown): void
  reject(error: unknown): void
}

class RemoteRecording implements OpenRecording {
  readonly #port: MessagePort
  readonly #nudge: () => void
  readonly #waiting = new Map<number, Waiting>()
  #calls = 0
  #closed: CinescopeError | undefined

  constructor(port: MessagePort, nudge: () => void) {
    this.#port = port
    this.#nudge = nudge
    port.on('message', (message: Answer) => this.#settle(message))
    port.on('close', () => this.#fail(new CinescopeError('CSC_ERR_READER', 'the recording was closed')))
    port.unref()
  }

  films(query: FilmQuery = {}, control: QueryControl = {}): Promise<FilmPage> {
    return this.#call('films', [query], control)
  }

  film(id: string, control: QueryControl = {}): Promise<Film> {
    return this.#call('film', [id], control)
  }

  filmsOfTrace(trace: TraceId, control: QueryControl = {}): Promise<readonly FilmSummary[]> {
    return this.#call('filmsOfTrace', [trace], control)
  }

  events(query: EventQuery = {}, control: QueryControl = {}): Promise<EventPage> {
    return this.#call('events', [query], control)
  }

  event(id: string, control: QueryControl = {}): Promise<CinescopeEvent> {
    return this.#call('event', [id], control)
  }

  parentsOf(id: string, control: QueryControl = {}): Promise<readonly CinescopeEvent[]> {
    return this.#call('parentsOf', [id], control)
  }

  childrenOf(id: string, control: QueryControl = {}): Promise<readonly CinescopeEvent[]> {
    return this.#call('childrenOf', [id], control)
  }

  causesOf(id: string, control: QueryControl = {}): Promise<readonly CinescopeEvent[]> {
    return this.#call('causesOf', [id], control)
  }

  ledger(): Promise<Ledger> {
    return this.#call('ledger', [], {})
  }

  status(): Promise<RecordingStatus> {
    return this.#call('status', [], {})
  }

  stateAt(entity: Entity, at?: WallMs, control: QueryControl = {}): Promise<EntityState | undefined> {
    return this.#call('stateAt', [entity, at], control)
  }

  stream(query: EventQuery = {}, control: QueryControl = {}): AsyncIterable<CinescopeEvent> {
    return streamPages((next) => this.events(next, control), query)
  }

  async close(): Promise<void> {
    if (this.#closed !== undefined) return
    this.#post({ kind: 'close' })
    this.#fail(new CinescopeError('CSC_ERR_STOPPED', 'the recording has been closed'))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #call<T>(method: Method, args: readonly unknown[], { signal }: QueryControl): Promise<T> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed)
    if (signal?.aborted === true)
      return Promise.reject(new CinescopeError('CSC_ERR_ABORTED', 'the query was aborted', { cause: signal.reason }))
    const call = ++this.#calls
    const abort = (): void => this.#post({ kind: 'abort', call })
    signal?.addEventListener('abort', abort, { once: true })
    this.#port.ref()
    this.#post({ kind: 'call', call, method, args })
    const answered = new Promise<T>((resolve, reject) => {
      this.#waiting.set(call, { resolve: (value) => resolve(value as T), reject })
    })
    return answered.finally(() => signal?.removeEventListener('abort', abort))
  }

  #post(request: Request): void {
    this.#port.postMessage(request)
    this.#nudge()
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.call)
    this.#waiting.delete(answer.call)
    if (this.#waiting.size === 0) this.#port.unref()
    if (waiting === undefined) return
    if (answer.error === undefined) waiting.resolve(unpack(answer.value))
    else waiting.reject(new CinescopeError(answer.error.code, answer.error.message))
  }

  #fail(error: CinescopeError): void {
    this.#closed ??= error
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
    this.#port.unref()
  }
}
