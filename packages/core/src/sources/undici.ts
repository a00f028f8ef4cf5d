/** HOT: outgoing requests of `fetch` and of the undici library, which tell of themselves alike. Bench row `fetch-cpu`. */

import { channel } from 'node:diagnostics_channel'
import type { Probe } from '../capture/probe.ts'
import { listen } from './channels.ts'
import { ClientCall, type HeaderList } from './client-call.ts'
import { ClientOrigins } from './client-origin.ts'
import { guarded, toOwner } from './owner.ts'
import { asciiText } from '../value/intrinsics.ts'
import type { Source } from './source.ts'

/** What undici publishes of a request: version 6 (Node 22) and later. */
interface UndiciRequest {
  readonly origin: string | URL
  readonly path: string
  readonly method: string
  /** Names and values in turn. */
  readonly headers: readonly unknown[]
  addHeader(name: string, value: string): unknown
  /** The protocol to change to. */
  readonly upgrade?: unknown
  onUpgrade?(status: number, headers: readonly unknown[], ...rest: unknown[]): unknown
}

interface Made {
  readonly request: UndiciRequest
}

interface Answered extends Made {
  readonly response: { readonly statusCode: number; readonly headers: readonly unknown[] }
}

interface Chunk extends Made {
  readonly chunk: unknown
}

interface Failed extends Made {
  readonly error: unknown
}

/** What is under way, and to where. */
interface Under {
  readonly calls: WeakMap<object, ClientCall>
  readonly origins: ClientOrigins
}

/** See the file's first line. */
export const undici: Source = {
  name: 'undici',
  target: () => channel('undici:request:create'),
  install(users) {
    const calls = new WeakMap<object, ClientCall>()
    const under: Under = { calls, origins: new ClientOrigins('undici') }
    const what = 'a fetch'
    return listen({
      'undici:request:create': toOwner(users, what, (probe, { request }: Made) => made(probe, under, request)),
      'undici:request:headers': toOwner(users, what, (_, { request, response }: Answered) =>
        calls.get(request)?.answered(response.statusCode, headersOf(response.headers)),
      ),
      'undici:request:bodyChunkReceived': toOwner(users, what, (_, { request, chunk }: Chunk) =>
        calls.get(request)?.chunk(chunk),
      ),
      'undici:request:trailers': toOwner(users, what, (_, { request }: Made) => calls.get(request)?.end(true)),
      'undici:request:error': toOwner(users, what, (_, { request, error }: Failed) =>
        calls.get(request)?.end(false, error),
      ),
    })
  },
}

function made(probe: Probe, { calls, origins }: Under, request: UndiciRequest): void {
  const { method, origin, path } = request
  const to = origins.to(typeof origin === 'string' ? origin : origin.origin, method, path)
  const call = new ClientCall(probe, { method, ...to })
  calls.set(request, call)
  const headers = headersOf(request.headers)
  if (!headers.names.includes('traceparent')) {
    const traceparent = call.traceparent()
    if (traceparent !== undefined) request.addHeader('traceparent', traceparent)
  }
  call.sent(headers)
  if (method === 'CONNECT' || typeof request.upgrade === 'string') endWithUpgrade(call, request)
}

/** No channel tells that a connection was handed over, as that of a WebSocket is. */
function endWithUpgrade(call: ClientCall, request: UndiciRequest): void {
  const { onUpgrade } = request
  if (typeof onUpgrade !== 'function') return
  const value = function (this: UndiciRequest, ...args: Parameters<typeof onUpgrade>): unknown {
    guarded(call.span.probe, 'a fetch', () => {
      call.answered(args[0], headersOf(args[1]))
      call.end(true)
    })
    return Reflect.apply(onUpgrade, this, args)
  }
  Object.defineProperty(request, 'onUpgrade', { value, configurable: true, writable: true, enumerable: false })
}

function headersOf(list: readonly unknown[]): HeaderList {
  const names: string[] = []
  const values: unknown[] = []
  for (let i = 0; i + 1 < list.length; i += 2) {
    names.push(textOf(list[i]).toLowerCase())
    const value = list[i + 1]
    values.push(Array.isArray(value) ? value.map(textOf) : textOf(value))
  }
  return { names, values }
}

function textOf(value: unknown): string {
  return value instanceof Uint8Array ? asciiText(value, 0, value.length) : String(value)
}
