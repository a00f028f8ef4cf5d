/** HOT: requests to servers of node:http2: one stream is one film. */

import { channel } from 'node:diagnostics_channel'
import type { EventEmitter } from 'node:events'
import type { ServerHttp2Stream } from 'node:http2'
import { FLAG, KINDS, parseTraceparent } from '@cinescope/protocol'
import { putMethods } from '../adapter/carrier-methods.ts'
import { useHook } from '../adapter/hooks.ts'
import { recordQuery } from '../adapter/query-string.ts'
import type { Probe } from '../capture/probe.ts'
import type { Span } from '../capture/span.ts'
import { Attributes } from '../value/attributes.ts'
import { listen } from './channels.ts'
import type { HeaderList } from './client-call.ts'
import { type Http2Headers, regularHeaders, textOf } from './http2-headers.ts'
import { methodName } from './method-name.ts'
import { toOwner } from './owner.ts'
import type { Source } from './source.ts'

const BEGIN = [
  'http.request.method',
  'url.path',
  'server.address',
  'client.address',
  'network.protocol.version',
  'http.request.header',
] as const
const OUTCOME = ['http.response.status_code', 'http.response.header'] as const

interface About {
  readonly stream: ServerHttp2Stream
}

interface WithHeaders extends About {
  readonly headers: Http2Headers
}

interface Failed extends About {
  readonly error: unknown
}

interface Served {
  readonly root: Span
  status: number
  headers: HeaderList | undefined
}

type Streams = WeakMap<object, Served>
type Emit = (this: EventEmitter, type: string | symbol, ...args: unknown[]) => boolean

/** See the file's first line. */
export const http2Server: Source = {
  name: 'http2.server',
  target: () => channel('http2.server.stream.start'),
  install(users) {
    const streams: Streams = new WeakMap()
    const what = 'a request'
    return listen({
      'http2.server.stream.start': toOwner(users, what, (probe, { stream, headers }: WithHeaders) => {
        const root = rootOf(probe, stream, headers)
        streams.set(stream, { root, status: 0, headers: undefined })
        keepContext(users, streams, stream)
        // published right before the session hands the stream to the program
        probe.enter(root)
      }),
      'http2.server.stream.finish': toOwner(users, what, (_, { stream, headers }: WithHeaders) => {
        const served = streams.get(stream)
        if (served === undefined) return
        served.status = Number(headers[':status'] ?? 0)
        served.headers = regularHeaders(headers)
      }),
      'http2.server.stream.error': toOwner(users, what, (_, { stream, error }: Failed) =>
        streams.get(stream)?.root.error(error),
      ),
      'http2.server.stream.close': toOwner(users, what, (_, { stream }: About) => close(streams.get(stream), stream)),
    })
  },
}

function rootOf(probe: Probe, stream: ServerHttp2Stream, headers: Http2Headers): Span {
  const method = textOf(headers[':method']) ?? ''
  const url = textOf(headers[':path']) ?? ''
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const remote = parseTraceparent(textOf(headers['traceparent']))
  const flags = probe.sampling.flagFor(remote?.sampled)
  const value = flags === 0 ? begun(stream, headers, method, path) : undefined
  const rootSite = probe.site({ name: methodName(method), framework: 'http2' })
  const root = probe.openRoot(KINDS.request, rootSite, value, 0, flags)
  const site = probe.site({ name: 'url.query', framework: 'http2' })
  if (mark >= 0 && mark + 1 < url.length) recordQuery(root, site, url.slice(mark + 1), path)
  if (remote !== undefined) probe.adopt(root, remote.traceId, remote.spanId)
  return root
}

function begun(stream: ServerHttp2Stream, headers: Http2Headers, method: string, path: string): Attributes {
  const { names, values } = regularHeaders(headers)
  const authority = textOf(headers[':authority'])
  const address = stream.session?.socket.remoteAddress
  return new Attributes(BEGIN, [method, path, authority, address, '2', new Attributes(names, values)])
}

/** Events of a stream come from the connection, which knows no request. */
function keepContext(users: ReadonlySet<Probe>, streams: Streams, stream: ServerHttp2Stream): void {
  const prototype = Object.getPrototypeOf(stream) as object
  const install = (): (() => void) => putMethods(prototype, { emit: (below) => emitterOf(streams, below) })
  for (const probe of users) useHook(probe, prototype, install)
}

function emitterOf(streams: Streams, below: () => never): Emit {
  return function (this: EventEmitter): boolean {
    const root = streams.get(this)?.root
    const { emit } = below() as { readonly emit: Emit }
    if (root === undefined || root.probe.current()?.root === root)
      return Reflect.apply(emit, this, arguments) as boolean
    return root.probe.run(root, apply, emit, this, arguments)
  }
}

function apply(emit: Emit, emitter: EventEmitter, args: IArguments): boolean {
  return Reflect.apply(emit, emitter, args) as boolean
}

function close(served: Served | undefined, stream: ServerHttp2Stream): void {
  if (served === undefined) return
  const { root, status, headers } = served
  const isAborted = stream.aborted || stream.rstCode !== 0
  const flags = FLAG.async | (isAborted ? FLAG.aborted : 0) | (status >= 500 ? FLAG.error : 0)
  const listed = headers === undefined ? undefined : new Attributes(headers.names, headers.values)
  root.end(status, flags, new Attributes(OUTCOME, [status === 0 ? undefined : status, listed]))
}
