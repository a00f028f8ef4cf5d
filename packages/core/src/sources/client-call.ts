/** HOT: one outgoing HTTP request, whichever client sends it, from its making to the end of its answer. Bench row `fetch-cpu`. */

import { FLAG, formatTraceparent, KINDS } from '@cinescope/protocol'
import { BodyTap } from '../adapter/body-tap.ts'
import { Text } from '../capture/own-value.ts'
import type { Probe } from '../capture/probe.ts'
import type { Span } from '../capture/span.ts'
import { Attributes } from '../value/attributes.ts'

const BEGIN = ['http.request.method', 'url.full', 'server.address', 'server.port'] as const
const OUTCOME = [
  'http.response.status_code',
  'http.request.header',
  'http.response.header',
  'http.response.body.size',
] as const

/** From this status on the client's request has failed: OpenTelemetry's rule for clients. */
const FAILED_FROM = 400

/** What is known when a request is made. */
export interface Outgoing {
  /** Names the site: `http`, `undici`. */
  readonly framework: string
  readonly method: string
  /** Scheme, host and port. */
  readonly origin: string
  /** With the query string. */
  readonly path: string
}

/** Names and values of headers, side by side. */
export interface HeaderList {
  readonly names: readonly string[]
  readonly values: readonly unknown[]
}

/** See the file's first line. */
export class ClientCall {
  readonly span: Span
  readonly host: string
  #sent: HeaderList | undefined
  #answered: HeaderList | undefined
  #status = 0
  #tap: BodyTap | undefined
  #type: string | undefined

  constructor(probe: Probe, { framework, method, origin, path }: Outgoing) {
    const start = origin.indexOf('://') + 3
    const address = start === 2 ? origin : origin.slice(start)
    const colon = address.lastIndexOf(':')
    const hasPort = colon > address.lastIndexOf(']')
    this.host = hasPort ? address.slice(0, colon) : address
    const port = hasPort ? Number(address.slice(colon + 1)) : undefined
    const site = probe.site({ name: `${method} ${address}`, framework })
    const value = new Attributes(BEGIN, [method, origin + path, this.host, port])
    this.span = probe.open(KINDS['client.request'], site, probe.current(), value)
  }

  /** The header that ties what the peer records to this; undefined when this peer is not to get it. */
  traceparent(): string | undefined {
    const hosts = this.span.probe.sources.outgoing.traceparentTo
    if (hosts !== undefined && !hosts.some((pattern) => isHost(pattern, this.host))) return undefined
    return formatTraceparent({ traceId: this.span.traceId, spanId: this.span.id, sampled: true })
  }

  /** The request's headers as they were sent. */
  sent(headers: HeaderList): void {
    this.#sent = headers
  }

  /** The answer's status and headers have come. */
  answered(status: number, headers: HeaderList): void {
    const { bodies, maxBodyBytes } = this.span.probe.sources.outgoing
    this.#status = status
    this.#answered = headers
    this.#type = textOf(headers, 'content-type')
    if (!bodies) return
    this.#tap = new BodyTap(maxBodyBytes)
    this.#tap.isEncoded = (textOf(headers, 'content-encoding') ?? 'identity') !== 'identity'
  }

  /** A piece of the answer's body has come. */
  chunk(chunk: unknown, encoding?: unknown): void {
    this.#tap?.take(chunk, encoding)
  }

  /** Nothing more will come; `isWhole` says that all of it has. */
  end(isWhole: boolean, error?: unknown): void {
    const { span } = this
    if (!span.isOpen) return
    const tap = this.#tap
    if (tap !== undefined && tap.totalLength > 0) {
      const site = span.probe.site({ name: 'http.response.body', framework: 'http' })
      span.point(KINDS.attribute, site, new Text(tap.text(this.#type, isWhole)), tap.totalLength)
    }
    if (error !== undefined) span.error(error)
    const failed = error !== undefined || this.#status >= FAILED_FROM ? FLAG.error : 0
    span.end(this.#status, FLAG.async | failed | (isWhole ? 0 : FLAG.aborted), this.#outcome(tap))
  }

  #outcome(tap: BodyTap | undefined): Attributes {
    const status = this.#status === 0 ? undefined : this.#status
    return new Attributes(OUTCOME, [status, listed(this.#sent), listed(this.#answered), tap?.totalLength])
  }
}

function listed(headers: HeaderList | undefined): Attributes | undefined {
  return headers === undefined ? undefined : new Attributes(headers.names, headers.values)
}

function textOf({ names, values }: HeaderList, name: string): string | undefined {
  const value = values[names.indexOf(name)]
  return typeof value === 'string' ? value : undefined
}

/** A name, or `*.example.org` for what ends so. */
function isHost(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : pattern === host
}
