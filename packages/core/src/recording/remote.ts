/** A recording served by one thread and asked by another: requests and pages cross as messages, work stays where it is served. */

import { deserialize, serialize } from 'node:v8'
import type { MessagePort } from 'node:worker_threads'
import {
  CinescopeError,
  type CinescopeEvent,
  type Entity,
  type ErrorCode,
  type EventPage,
  type EventQuery,
  type Film,
  type FilmPage,
  type FilmQuery,
  type FilmSummary,
  type Ledger,
  Omitted,
  Special,
  type TraceId,
  type WallMs,
} from '@cinescope/protocol'
import type { QueryControl, RecordingStatus } from '../query/recording.ts'
import type { EntityState } from '../timetravel/state-at.ts'
import { type OpenRecording, streamPages } from './open-recording.ts'

type Method =
  | 'films'
  | 'filmsOfTrace'
  | 'film'
  | 'events'
  | 'event'
  | 'parentsOf'
  | 'childrenOf'
  | 'causesOf'
  | 'ledger'
  | 'status'
  | 'stateAt'

type Request =
  | { readonly kind: 'call'; readonly call: number; readonly method: Method; readonly args: readonly unknown[] }
  | { readonly kind: 'abort'; readonly call: number }
  | { readonly kind: 'close' }

interface Answer {
  readonly call: number
  readonly value?: unknown
  readonly error?: { readonly code: ErrorCode; readonly message: string }
}

/** A recording that is being served. */
export interface RecordingService {
  /** True while a request is under way. */
  readonly isBusy: boolean
}

/** Answers requests on `port` from `recording` until it is closed. */
export function serveRecording(port: MessagePort, recording: OpenRecording): RecordingService {
  const running = new Map<number, AbortController>()
  port.on('message', (request: Request) => {
    if (request.kind === 'close') {
      port.close()
      void recording.close()
    } else if (request.kind === 'abort') running.get(request.call)?.abort()
    else void answer(port, recording, request, running)
  })
  return {
    get isBusy() {
      return running.size > 0
    },
  }
}

/**
 * The recording served at the other end of `port`. The port keeps the process alive only while a request is under way.
 * `nudge` is called after each message, for a server that sleeps.
 */
export function remoteRecording(port: MessagePort, nudge: () => void = () => undefined): OpenRecording {
  return new RemoteRecording(port, nudge)
}

async function answer(
  port: MessagePort,
  recording: OpenRecording,
  request: Extract<Request, { kind: 'call' }>,
  running: Map<number, AbortController>,
): Promise<void> {
  const controller = new AbortController()
  running.set(request.call, controller)
  try {
    const method = recording[request.method] as (...args: readonly unknown[]) => Promise<unknown>
    const value = await method.apply(recording, [...request.args, { signal: controller.signal }])
    port.postMessage({ call: request.call, value: pack(value) } satisfies Answer)
  } catch (thrown) {
    const error = thrown instanceof CinescopeError ? thrown : new CinescopeError('CSC_ERR_READER', String(thrown))
    port.postMessage({ call: request.call, error: { code: error.code, message: error.message } } satisfies Answer)
  } finally {
    running.delete(request.call)
  }
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

/** Structured clone forgets classes: `Omitted` and `Special` cross as marked arrays. */
const OMITTED = '\u0000omitted'
const SPECIAL = '\u0000special'
/** Wraps a list that begins with something like a mark. */
const LIST = '\u0000list'

function pack(value: unknown): Uint8Array {
  return serialize(mark(value))
}

function unpack(value: unknown): unknown {
  return value instanceof Uint8Array ? unmark(deserialize(value)) : value
}

function mark(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Omitted) return [OMITTED, value.reason, value.amount]
  if (value instanceof Special) return [SPECIAL, value.type, mark(value.members)]
  if (Array.isArray(value)) {
    const list = value.map(mark)
    return typeof value[0] === 'string' && value[0].startsWith('\u0000') ? [LIST, list] : list
  }
  return mapMembers(value, mark)
}

function unmark(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (!Array.isArray(value)) return mapMembers(value, unmark)
  if (value[0] === OMITTED) return new Omitted(value[1], value[2])
  if (value[0] === SPECIAL) return new Special(value[1], unmark(value[2]) as Record<string, unknown>)
  return value[0] === LIST ? value[1].map(unmark) : value.map(unmark)
}

/** Members are defined, not assigned, so that a key named `__proto__` stays a key. */
function mapMembers(value: object, change: (value: unknown) => unknown): Record<string, unknown> {
  const members: Record<string, unknown> = {}
  for (const [key, member] of Object.entries(value)) {
    Object.defineProperty(members, key, { value: change(member), enumerable: true, configurable: true, writable: true })
  }
  return members
}
