/** HOT: the server-request role over node:http: from a req and res to a film's root. Bench row `http-cpu`. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { formatTraceparent, KINDS, parseTraceparent } from '@cinescope/protocol'
import type { Probe } from '../capture/probe.ts'
import { Attributes } from '../value/attributes.ts'
import { type Carriers, hookRequests, hookResponses } from './carriers.ts'
import { bindEvents } from './event-context.ts'
import { reportFault } from './fault.ts'
import { useHook } from './hooks.ts'
import { recordQuery } from './query-string.ts'
import { tapRequest } from './request-body.ts'
import { endWithUpgrade } from './request-end.ts'
import { markRequest, requestOf } from './request-mark.ts'
import { tapResponse } from './response-body.ts'
import { ServerRequest } from './server-request.ts'
import type { BodySwitch, ServerRequestSettings } from './server-request-settings.ts'

const BEGIN = [
  'http.request.method',
  'url.path',
  'server.address',
  'client.address',
  'network.protocol.version',
  'http.request.header',
] as const

/** Site numbers of what a request records beside its root. */
export interface RequestSites {
  readonly query: number
  readonly requestBody: number
  readonly responseBody: number
  readonly locals: number
}

/** See the file's first line. One per scope and adapter. */
export class ServerRequestRole {
  readonly probe: Probe
  readonly settings: ServerRequestSettings
  readonly sites: RequestSites
  /** Some route has bodies captured, so they are kept until the route is known. */
  readonly taps: { readonly request: boolean; readonly response: boolean }
  /** What is captured of a request whose route never became known: it may be that of any route. */
  readonly #unrouted: BodySwitch
  readonly #bodiesOfAnyCase = new Map<string, BodySwitch>()
  readonly #roots = new Map<string, number>()

  constructor(probe: Probe, settings: ServerRequestSettings) {
    const site = (name: string): number => probe.site({ name, framework: settings.framework })
    const switches = [settings.bodies, ...settings.bodiesOf.values()]
    this.probe = probe
    this.settings = settings
    this.taps = {
      request: switches.some(({ request }) => request),
      response: switches.some(({ response }) => response),
    }
    this.#unrouted = {
      request: switches.every(({ request }) => request),
      response: switches.every(({ response }) => response),
    }
    for (const [route, { request, response }] of settings.bodiesOf) {
      const key = route.toLowerCase()
      const other = this.#bodiesOfAnyCase.get(key) ?? { request: true, response: true }
      this.#bodiesOfAnyCase.set(key, { request: request && other.request, response: response && other.response })
    }
    this.sites = {
      query: site('url.query'),
      requestBody: site('http.request.body'),
      responseBody: site('http.response.body'),
      locals: site('res.locals'),
    }
  }

  /**
   * Begins the film of a request. Undefined when it has one already, or when the scope has stopped.
   * Never throws; it must be called before the response has begun.
   */
  begin(req: IncomingMessage, res: ServerResponse): ServerRequest | undefined {
    if (!this.probe.isEnabled) return undefined
    const section = this.probe.sections.begin()
    try {
      return requestOf(req) === undefined ? this.#open(req, res) : undefined
    } catch (cause) {
      reportFault(this.probe, 'a request', cause)
      return undefined
    } finally {
      this.probe.sections.end(section)
    }
  }

  /** Hooks into the prototypes of an application's reqs and res's, until the scope stops: so nothing is wrapped per request. */
  hookCarriers({ request, response }: Carriers): void {
    useHook(this.probe, request, () => hookRequests(request))
    useHook(this.probe, response, () => hookResponses(response))
  }

  /** What is captured of a request. Letter case does not matter where the route is not there as it is: templates may be rebuilt. */
  bodiesOf(route: string | undefined): BodySwitch {
    const { bodies, bodiesOf } = this.settings
    if (route === undefined) return this.#unrouted
    if (bodiesOf.size === 0) return bodies
    return this.#bodiesOfRoute(route) ?? (route.includes('|') ? this.#bodiesOfAny(route.split('|')) : bodies)
  }

  #bodiesOfRoute(route: string): BodySwitch | undefined {
    return this.settings.bodiesOf.get(route) ?? this.#bodiesOfAnyCase.get(route.toLowerCase())
  }

  /** It is not known which of the routes it was: what is off for one of them is off. */
  #bodiesOfAny(routes: readonly string[]): BodySwitch {
    const switches = routes.map((route) => this.#bodiesOfRoute(route) ?? this.settings.bodies)
    return {
      request: switches.every(({ request }) => request),
      response: switches.every(({ response }) => response),
    }
  }

  /** Number of the site of a root: the method, followed by the route template when it is known. */
  rootSite(name: string): number {
    const known = this.#roots.get(name)
    if (known !== undefined) return known
    const site = this.probe.site({ name, framework: this.settings.framework })
    if (site !== 0) this.#roots.set(name, site)
    return site
  }

  #open(req: IncomingMessage, res: ServerResponse): ServerRequest {
    const { probe } = this
    const url = (req as { originalUrl?: string }).originalUrl ?? req.url ?? ''
    const mark = url.indexOf('?')
    const path = mark < 0 ? url : url.slice(0, mark)
    const { method, headers } = req
    const header = headers['traceparent']
    const remote = header === undefined ? undefined : parseTraceparent(header as string)
    const cause = remote === undefined ? 0 : probe.ownSeq(remote.spanId)
    const flags = probe.sampling.flagFor(remote?.sampled)
    const value = flags === 0 ? beginOf(req, path) : undefined
    const root = probe.openRoot(KINDS.request, this.rootSite(method ?? ''), value, cause, flags)
    if (remote !== undefined) probe.adopt(root, remote.traceId, remote.spanId)
    const request = new ServerRequest(this, root, { req, res, headers, path })
    markRequest(req, request)
    markRequest(res, request)
    if (mark >= 0 && mark + 1 < url.length) recordQuery(root, this.sites.query, url.slice(mark + 1), path)
    this.#tellTrace(request)
    endWithUpgrade(request)
    bindEvents(request)
    if (this.taps.request) tapRequest(request)
    tapResponse(request)
    return request
  }

  #tellTrace({ root, res }: ServerRequest): void {
    if (!this.settings.traceparentHeader || res.headersSent) return
    res.setHeader(
      'traceparent',
      formatTraceparent({ traceId: root.traceId, spanId: root.id, sampled: root.isRecorded }),
    )
  }
}

function beginOf({ method, headers, httpVersion, socket }: IncomingMessage, path: string): Attributes {
  return new Attributes(BEGIN, [method, path, hostName(headers.host), socket.remoteAddress, httpVersion, headers])
}

/** A Host header without its port. */
function hostName(host: string | undefined): string | undefined {
  if (host === undefined) return undefined
  const colon = host.lastIndexOf(':')
  return colon > host.lastIndexOf(']') ? host.slice(0, colon) : host
}
