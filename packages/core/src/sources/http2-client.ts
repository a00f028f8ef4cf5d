/** HOT: outgoing requests of node:http2. */

import { channel } from 'node:diagnostics_channel'
import http2, { type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2'
import { syncBuiltinESMExports } from 'node:module'
import { putMethods } from '../adapter/carrier-methods.ts'
import { useHook } from '../adapter/hooks.ts'
import type { Probe } from '../capture/probe.ts'
import { listen } from './channels.ts'
import { ClientCall } from './client-call.ts'
import { ClientOrigins, type Destination } from './client-origin.ts'
import { type Http2Headers, regularHeaders, textOf } from './http2-headers.ts'
import { NOWHERE, type Peer, peerBehind, peerOf } from './http2-peer.ts'
import { guarded, ownerOf, toOwner } from './owner.ts'
import { replaceFunctions } from './replace.ts'
import type { Source } from './source.ts'

interface About {
  readonly stream: ClientHttp2Stream
}

interface WithHeaders extends About {
  readonly headers: Http2Headers
}

interface Failed extends About {
  readonly error: unknown
}

type Request = (this: ClientHttp2Session, headers: unknown, ...rest: unknown[]) => unknown

/** See the file's first line. */
export const http2Client: Source = {
  name: 'http2.client',
  target: () => channel('http2.client.stream.created'),
  install: (users) => new Http2Calls(users).install(),
}

class Http2Calls {
  readonly #users: ReadonlySet<Probe>
  readonly #calls = new WeakMap<object, ClientCall>()
  readonly #origins = new ClientOrigins('http2')
  /** Of sessions. */
  readonly #peers = new WeakMap<object, Peer>()
  /** That of the request which is being made: its header is sent with it. */
  #arriving: ClientCall | undefined

  constructor(users: ReadonlySet<Probe>) {
    this.#users = users
  }

  install(): () => void {
    const users = this.#users
    const calls = this.#calls
    const what = 'an outgoing request'
    const stop = listen({
      'http2.client.stream.created': toOwner(users, what, (probe, { stream, headers }: WithHeaders) => {
        calls.set(stream, this.#arriving ?? this.#callOf(probe, headers))
        this.#arriving = undefined
      }),
      'http2.client.stream.finish': toOwner(users, what, (_, { stream, headers }: WithHeaders) =>
        calls.get(stream)?.answered(Number(headers[':status'] ?? 0), regularHeaders(headers)),
      ),
      'http2.client.stream.error': toOwner(users, what, (_, { stream, error }: Failed) =>
        calls.get(stream)?.end(false, error),
      ),
      'http2.client.stream.close': toOwner(users, what, (_, { stream }: About) =>
        calls.get(stream)?.end(stream.rstCode === 0 && !stream.aborted),
      ),
    })
    const undo = replaceFunctions(http2, ['connect'], (_, connect) => this.#connectorOf(connect))
    syncBuiltinESMExports()
    return () => {
      stop()
      undo()
      syncBuiltinESMExports()
    }
  }

  /** The class of sessions is nowhere to be had before there is one; nothing that is published can change what is sent. */
  #connectorOf(connect: (this: unknown, ...args: unknown[]) => unknown): (...args: unknown[]) => unknown {
    const { hookSession } = this
    return function (this: unknown, ...args: unknown[]): unknown {
      const session = Reflect.apply(connect, this, args) as object
      hookSession(session, args)
      return session
    }
  }

  readonly hookSession = (session: object, [authority, options]: readonly unknown[]): void => {
    const owner = ownerOf(this.#users)
    if (owner === undefined) return
    guarded(owner, 'an http2 session', () => {
      this.#peers.set(session, peerOf(authority, options))
      const prototype = Object.getPrototypeOf(session) as object
      const install = (): (() => void) => putMethods(prototype, { request: (below) => this.#requesterOf(below) })
      for (const probe of this.#users) useHook(probe, prototype, install)
    })
  }

  #requesterOf(below: () => never): Request {
    const arrive = (session: ClientHttp2Session, headers: unknown): unknown => this.#arrive(session, headers)
    const refused = (thrown: unknown): void => this.#refused(thrown)
    return function (this: ClientHttp2Session, headers: unknown, ...rest: unknown[]): unknown {
      const { request } = below() as { readonly request: Request }
      try {
        return Reflect.apply(request, this, [arrive(this, headers), ...rest])
      } catch (thrown) {
        refused(thrown)
        throw thrown
      }
    }
  }

  /** No stream was made. */
  #refused(thrown: unknown): void {
    const call = this.#arriving
    this.#arriving = undefined
    if (call !== undefined) guarded(call.span.probe, 'an outgoing request', () => call.end(false, thrown))
  }

  /** Begins the call and gives the headers to send. A list of raw headers is left alone. */
  #arrive(session: ClientHttp2Session, headers: unknown): unknown {
    this.#arriving = undefined
    const owner = ownerOf(this.#users)
    if (owner === undefined || Array.isArray(headers)) return headers
    const given = (headers ?? {}) as Http2Headers
    let sent: unknown = headers
    guarded(owner, 'an outgoing request', () => {
      const call = this.#callOf(owner, given, this.#peerOf(session))
      this.#arriving = call
      const traceparent = 'traceparent' in given ? undefined : call.traceparent()
      if (traceparent === undefined) return
      // what is sent has the symbols of what was given, and its prototype
      const copy = Object.create(Object.getPrototypeOf(given), Object.getOwnPropertyDescriptors(given)) as object
      Object.defineProperty(copy, 'traceparent', { value: traceparent, enumerable: true, configurable: true })
      sent = copy
    })
    return sent
  }

  /** Of a session that is older than the scope, what it says itself. */
  #peerOf(session: ClientHttp2Session): Peer {
    const known = this.#peers.get(session)
    if (known !== undefined) return known
    const peer = peerBehind(session)
    if (peer !== NOWHERE) this.#peers.set(session, peer)
    return peer
  }

  #callOf(probe: Probe, headers: Http2Headers, peer: Peer = NOWHERE): ClientCall {
    const method = textOf(headers[':method']) ?? 'GET'
    const call = new ClientCall(probe, { method, ...this.#destinationOf(method, headers, peer) })
    call.sent(regularHeaders(headers))
    return call
  }

  /** What the headers do not say is said by Node, as the session was made. CONNECT with a protocol opens no tunnel. */
  #destinationOf(method: string, headers: Http2Headers, peer: Peer): Destination {
    const host = textOf(headers[':authority']) ?? textOf(headers['host']) ?? peer.authority
    if (method === 'CONNECT' && headers[':protocol'] === undefined) return { origin: this.#origins.of(host), path: '' }
    const scheme = textOf(headers[':scheme']) ?? peer.scheme
    return { origin: this.#origins.of(`${scheme}://${host}`), path: textOf(headers[':path']) ?? '/' }
  }
}
