/** HOT: one outgoing HTTP request, whichever client sends it, from its making to the end of its answer. Bench row `fetch-cpu`. */

import { FLAG, formatTraceparent, KINDS } from '@cinescope/protocol'
import { BodyTap } from '../adapter/body-tap.ts'
import { Text, THINNED } from '../capture/own-value.ts'
import type { Probe } from '../capture/probe.ts'
import type { Span } from '../capture/span.ts'
import { Attributes } from '../value/attributes.ts'
import type { ClientOrigin } from './client-origin.ts'

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
  readonly origin: ClientOrigin
  readonly method: string
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
  readonly #origin: ClientOrigin
  #sent: HeaderList | undefined
  #answered: HeaderList | undefined
  #status = 0
  #tap: BodyTap | undefined
  #type: string | undefined
  #isBodyDone = false

  constructor(probe: Probe, { origin, method, path }: Outgoing) {
    this.#origin = origin
    const parent = probe.current()
    const value =
      parent?.isRecorded === false
        ? undefined
        : new Attributes(BEGIN, [method, origin.origin + path, origin.host, origin.port])
    this.span = probe.open(KINDS['client.request'], origin.site(probe, method), parent, value)
  }

  /** The header that ties what the peer records to this; undefined when this peer is not to get it. */
  traceparent(): string | undefined {
    const hosts = this.span.probe.sources.outgoing.traceparentTo
    if (hosts !== undefined && !hosts.some((pattern) => isHost(pattern, this.#origin.host))) return undefined
    return formatTraceparent({ traceId: this.span.traceId, spanId: this.span.id, sampled: this.span.isRecorded })
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
    if (!bodies || this.span.marks !== 0) return
    if (!this.span.takesValues(this.#bodySite)) return this.span.leaveOut(this.#bodySite)
    this.#tap = new BodyTap(maxBodyBytes)
    this.#tap.announced = Number(textOf(headers, 'content-length') ?? Number.NaN)
    this.#tap.isEncoded = (textOf(headers, 'content-encoding') ?? 'identity') !== 'identity'
  }

  /** A piece of the answer's body has come. */
  chunk(chunk: unknown, encoding?: unknown): void {
    const tap = this.#tap
    if (tap === undefined) return
    if (tap.totalLength > 0 || !(chunk instanceof Uint8Array) || chunk.byteLength !== tap.announced)
      return tap.take(chunk, encoding)
    // it is all there is: recorded at once it need not be copied
    tap.lend(chunk)
    this.#body(tap, true)
  }

  /** Nothing more will come; `isWhole` says that all of it has. */
  end(isWhole: boolean, error?: unknown): void {
    const { span } = this
    if (!span.isOpen) return
    const tap = this.#tap
    if (tap !== undefined && tap.totalLength > 0 && !this.#isBodyDone) this.#body(tap, isWhole)
    if (error !== undefined) span.error(error)
    const failed = error !== undefined || this.#status >= FAILED_FROM ? FLAG.error : 0
    span.end(
      this.#status,
      FLAG.async | failed | (isWhole ? 0 : FLAG.aborted),
      span.takesValues(span.site) ? this.#outcome(tap) : THINNED,
    )
  }

  #body(tap: BodyTap, isWhole: boolean): void {
    this.#isBodyDone = true
    const text = new Text(tap.text(this.#type, isWhole))
    this.span.point(KINDS.attribute, this.#bodySite, text, tap.totalLength)
  }

  get #bodySite(): number {
    return this.#origin.bodySite(this.span.probe)
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
