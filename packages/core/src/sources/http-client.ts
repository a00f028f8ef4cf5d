/** HOT: outgoing requests of node:http and node:https. Bench row `fetch-cpu`. */

import { channel } from 'node:diagnostics_channel'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { nameLike, putMethods } from '../adapter/carrier-methods.ts'
import type { Probe } from '../capture/probe.ts'
import { listen } from './channels.ts'
import { ClientCall } from './client-call.ts'
import { ClientOrigins } from './client-origin.ts'
import { nodeHttp } from './node-http.ts'
import { guarded, toOwner } from './owner.ts'
import type { Source } from './source.ts'

interface Made {
  readonly request: ClientRequest
}

interface Failed extends Made {
  readonly error: unknown
}

interface Answered extends Made {
  readonly response: IncomingMessage
}

type Calls = WeakMap<object, ClientCall>

/** What is under way, and to where. */
interface Under {
  readonly calls: Calls
  readonly origins: ClientOrigins
}
type Emit = (this: ClientRequest, type: string | symbol, ...args: unknown[]) => boolean
type Push = (this: IncomingMessage, chunk: unknown, encoding?: unknown) => boolean

/** See the file's first line. */
export const httpClient: Source = {
  name: 'http.client',
  target: () => channel('http.client.request.created'),
  install(users) {
    const calls: Calls = new WeakMap()
    const under: Under = { calls, origins: new ClientOrigins('http') }
    const what = 'an outgoing request'
    const stop = listen({
      'http.client.request.created': toOwner(users, what, (probe, { request }: Made) => made(probe, under, request)),
      'http.client.request.error': toOwner(users, what, (_, { request, error }: Failed) =>
        calls.get(request)?.end(false, error),
      ),
      'http.client.response.finish': toOwner(users, what, (_, message: Answered) => answered(calls, message)),
    })
    // no channel tells of the end of an answer, and a listener could be counted by the host
    const unpatch = putMethods(nodeHttp.ClientRequest.prototype, { emit: (below) => emitterOf(calls, below) })
    return () => {
      stop()
      unpatch()
    }
  },
}

function made(probe: Probe, { calls, origins }: Under, request: ClientRequest): void {
  const { method, path } = request
  const call = new ClientCall(probe, { method, ...origins.to(originOf(request), method, path) })
  calls.set(request, call)
  // headers given as a list are written at once: nothing can be added to those
  if (request.headersSent || request.hasHeader('traceparent')) return
  const traceparent = call.traceparent()
  if (traceparent !== undefined) request.setHeader('traceparent', traceparent)
}

function answered(calls: Calls, { request, response }: Answered): void {
  const call = calls.get(request)
  if (call === undefined) return
  exchanged(call, request, response)
  const push = response.push as Push
  const value = function (this: IncomingMessage, chunk: unknown, encoding?: unknown): boolean {
    guarded(call.span.probe, 'the answer of an outgoing request', () =>
      chunk === null ? call.end(response.complete) : call.chunk(chunk, encoding),
    )
    return push.call(this, chunk, encoding)
  }
  nameLike(value, push)
  // the program that lists or copies an answer's own members does not meet it
  Object.defineProperty(response, 'push', { value, configurable: true, writable: true, enumerable: false })
}

/** What was sent, and what came back. */
function exchanged(call: ClientCall, request: ClientRequest, { statusCode, headers }: IncomingMessage): void {
  const sent = request.getHeaderNames()
  call.sent({ names: sent, values: sent.map((name) => request.getHeader(name)) })
  const names = Object.keys(headers)
  call.answered(statusCode ?? 0, { names, values: names.map((name) => headers[name]) })
}

function emitterOf(calls: Calls, below: () => never): Emit {
  return function (this: ClientRequest, type: string | symbol, answer?: unknown): boolean {
    if (type === 'close') closed(calls.get(this))
    else if (type === 'connect' || type === 'upgrade') handedOver(calls, this, answer)
    return Reflect.apply((below() as { readonly emit: Emit }).emit, this, arguments) as boolean
  }
}

/** It was answered in full, and has ended, unless it was broken off, or its connection was handed over. */
function closed(call: ClientCall | undefined): void {
  if (call?.span.isOpen === true) guarded(call.span.probe, 'the end of an outgoing request', () => call.end(false))
}

/** The connection is the program's from here on, unless it was the program that emitted this. */
function handedOver(calls: Calls, request: ClientRequest, answer: unknown): void {
  const call = calls.get(request)
  if (call === undefined || !(answer instanceof nodeHttp.IncomingMessage)) return
  guarded(call.span.probe, 'the end of an outgoing request', () => {
    exchanged(call, request, answer)
    call.end(true)
  })
}

function originOf(request: ClientRequest): string {
  const host = request.getHeader('host')
  return `${request.protocol}//${typeof host === 'string' ? host : request.host}`
}
