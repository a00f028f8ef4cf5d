/** Asks a recording that another thread serves. Loads nothing of the reading side. */

import type { MessagePort } from 'node:worker_threads'
import { CinescopeError } from '@cinescope/protocol'
import type { QueryControl } from '../query/reading.ts'
import type { Method, OpenRecording } from './recording.ts'
import { type Answer, type Request, unpack } from './remote-protocol.ts'
import { surfaceOver } from './surface.ts'
import type { TailSource } from './tail.ts'

/**
 * The recording served at the other end of `port`. The port keeps the process alive only while a request is under way.
 * `nudge` is called after each message, for a server that sleeps.
 */
export function remoteRecording(
  port: MessagePort,
  { nudge = () => undefined, onTail }: { readonly nudge?: () => void; readonly onTail?: TailSource['onTail'] } = {},
): OpenRecording {
  const caller = new Caller(port, nudge)
  return surfaceOver(
    (method, args, control) => caller.ask(method, args, control),
    () => caller.close(),
    onTail,
  )
}

interface Waiting {
  resolve(value: unknown): void
  reject(error: unknown): void
}

class Caller {
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

  async close(): Promise<void> {
    if (this.#closed !== undefined) return
    this.#post({ kind: 'close' })
    this.#fail(new CinescopeError('CSC_ERR_STOPPED', 'the recording has been closed'))
  }

  ask(method: Method, args: readonly unknown[], { signal }: QueryControl): Promise<unknown> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed)
    if (signal?.aborted === true)
      return Promise.reject(new CinescopeError('CSC_ERR_ABORTED', 'the query was aborted', { cause: signal.reason }))
    const call = ++this.#calls
    try {
      this.#post({ kind: 'call', call, method, args })
    } catch (cause) {
      return Promise.reject(
        new CinescopeError('CSC_ERR_QUERY', `a question of ${method} that cannot be sent to the recorder`, { cause }),
      )
    }
    const abort = (): void => this.#post({ kind: 'abort', call })
    signal?.addEventListener('abort', abort, { once: true })
    this.#port.ref()
    const answered = new Promise<unknown>((resolve, reject) => this.#waiting.set(call, { resolve, reject }))
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
