/** HOT: one request under way, as everything that hooks into it sees it. Bench row `http-cpu`. */

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { FLAG, KINDS } from '@cinescope/protocol'
import { Text, THINNED } from '../capture/own-value.ts'
import type { Span } from '../capture/span.ts'
import { Attributes } from '../value/attributes.ts'
import { RoutedPath } from '../value/routed-path.ts'
import { looksRandom } from '../value/url-path.ts'
import type { BodyTap } from './body-tap.ts'
import { reportFault } from './fault.ts'
import { isUpgrade } from './request-end.ts'
import type { ServerRequestRole } from './server-request-role.ts'

/** A router that the request is inside of. */
export interface Mount {
  /** Parent of the layers inside. */
  readonly span: Span
  /** Template of the mount path, without a slash at its end; undefined when it is not known. */
  readonly prefix: string | undefined
  readonly params: Readonly<Record<string, unknown>> | undefined
  readonly outer: Mount | undefined
}

const OUTCOME = [
  'http.route',
  'http.response.status_code',
  'http.response.header',
  'http.response.body.size',
  'url.path',
  'cinescope.http.request.params',
] as const

/** What a request begins with. */
interface RequestParts {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly headers: IncomingHttpHeaders
  /** Without the query string. */
  readonly path: string
}

/** A server request from its begin to the close of its response. */
export class ServerRequest {
  readonly role: ServerRequestRole
  readonly root: Span
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** Those of `req`, whose getter is not called again. */
  readonly headers: IncomingHttpHeaders
  readonly path: string
  /** Its response's body is wanted. */
  readonly tapsResponse: boolean
  /** It has a body that is left out to save. */
  leavesRequestOut = false
  /** The innermost router that the request is inside of. */
  mount: Mount | undefined = undefined
  /** The layer whose function is about to be called. */
  entering: Span | undefined = undefined
  /** The layer whose function is on the stack, if any. */
  running: Span | undefined = undefined
  /** Host code may run between layers (`app.param`): it must not find the layer before as its parent. */
  runsBetweenLayers = false
  /** The error last seen on its way through the layers. */
  failure: unknown = undefined
  /** That error has met no error middleware yet. */
  isFailing = false
  /** The request tap's `push` is on the stack. */
  isPushing = false
  /** A tap's `write` or `end` is on the stack. */
  isWriting = false
  /** Number of the response tap that is outermost. */
  outermostTap = 0
  /** The outermost `res.end` that a tap put there. */
  tappedEnd: unknown = undefined
  requestTap: BodyTap | undefined = undefined
  responseTap: BodyTap | undefined = undefined
  /** Template of the route that answers; undefined while none is known. */
  route: string | undefined = undefined
  #params: Readonly<Record<string, unknown>> | undefined = undefined
  #waiting: Span[] | undefined = undefined
  #settling: Span[] | undefined = undefined
  #isRequestBodyDone = false
  #isResponseBodyDone = false

  constructor(role: ServerRequestRole, root: Span, { req, res, headers, path }: RequestParts) {
    this.role = role
    this.root = root
    this.req = req
    this.res = res
    this.headers = headers
    this.path = path
    this.tapsResponse = role.taps.response && root.takesValues(role.sites.responseBody)
  }

  get isOpen(): boolean {
    return this.root.isOpen
  }

  /** False when the scope has stopped meanwhile. */
  get isRecording(): boolean {
    return this.role.probe.isEnabled
  }

  /** The span that a layer which begins now is inside of. */
  parent(): Span {
    let span = this.role.probe.current()
    // a layer that has not called next runs a router by hand; layers of that router which have are on the way to it
    for (; span !== undefined && span.root === this.root; span = span.parent)
      if (span.isOpen && isLayer(span)) return span
    return this.enclosing
  }

  /** The router around the next layer, or the root. */
  get enclosing(): Span {
    return this.mount === undefined ? this.root : this.mount.span
  }

  /** The answer is under way: whichever route gave it stays the one that answers. */
  get #isAnswered(): boolean {
    return this.route !== undefined && (this.#isResponseBodyDone || this.res.headersSent)
  }

  /** Says which route answers; `site` is that of the root from now on. */
  enterRoute(template: string, site: number, params: Readonly<Record<string, unknown>> | undefined): void {
    if (this.#isAnswered) return
    this.route = template
    this.#params = params
    this.root.site = site
  }

  /** The route passed the request on. */
  leaveRoute(): void {
    if (this.#isAnswered) return
    this.route = undefined
    this.#params = undefined
    this.root.site = this.role.rootSite(this.req.method ?? '')
  }

  /** Records an error at the span where it arose, once. */
  fail(span: Span, error: unknown): void {
    this.isFailing = true
    if (error === this.failure) return
    this.failure = error
    span.error(error)
  }

  /** Keeps a span that ends with the response at the latest. */
  endAtClose(span: Span): void {
    if (this.#waiting === undefined) this.#waiting = [span]
    else this.#waiting.push(span)
  }

  /** Keeps a span that ends by itself, but with the response if that is given up. */
  endAtAbort(span: Span): void {
    if (this.#settling === undefined) this.#settling = [span]
    else this.#settling.push(span)
  }

  /** Records the request's body as far as it came, once. */
  requestBody(isWhole: boolean): void {
    const tap = this.requestTap
    if ((tap === undefined && !this.leavesRequestOut) || this.#isRequestBodyDone) return
    this.#isRequestBodyDone = true
    if (!this.role.bodiesOf(this.route).request) return
    if (tap === undefined) return this.root.leaveOut(this.role.sites.requestBody)
    if (tap.totalLength === 0) return
    const text = new Text(tap.text(this.req.headers['content-type'], isWhole))
    this.root.point(KINDS.attribute, this.role.sites.requestBody, text, tap.totalLength)
  }

  /** Records the response's body as far as it was written, once. */
  responseBody(isWhole: boolean): void {
    const tap = this.responseTap
    if ((tap === undefined && !this.#leavesResponseOut) || this.#isResponseBodyDone) return
    this.#isResponseBodyDone = true
    if (!this.role.bodiesOf(this.route).response || !hasBody(this.req, this.res)) return
    if (tap === undefined) return this.root.leaveOut(this.role.sites.responseBody)
    if (tap.totalLength === 0) return
    const type = this.res.getHeader('content-type')
    const text = new Text(tap.text(type === undefined ? undefined : String(type), isWhole))
    this.root.point(KINDS.attribute, this.role.sites.responseBody, text, tap.totalLength)
  }

  get #leavesResponseOut(): boolean {
    return this.role.taps.response && !this.tapsResponse && this.root.isRecorded
  }

  /** Ends what is still open, the root last. */
  close(): void {
    if (!this.root.isOpen) return
    const { res, role } = this
    const isAborted = !res.writableFinished && !isUpgrade(this.req)
    const flags = isAborted ? FLAG.aborted : 0
    this.requestBody(this.req.complete)
    this.responseBody(!isAborted)
    if (isAborted && this.#settling !== undefined) for (const span of this.#settling) span.end(0, FLAG.async | flags)
    if (this.#waiting !== undefined) for (const span of this.#waiting) span.end(0, FLAG.async | flags)
    const { locals } = res as { locals?: object }
    if (this.root.isRecorded && locals !== undefined && hasKeys(locals))
      this.root.point(KINDS['state.snapshot'], role.sites.locals, locals)
    const status = res.headersSent ? res.statusCode : 0
    const outcome = this.root.takesValues(this.root.site) ? this.#known(status) : THINNED
    this.root.end(status, flags | (status >= 500 || this.isFailing ? FLAG.error : 0), outcome)
  }

  /** The outcome; undefined where the host's response does not let itself be asked. */
  #known(status: number): Attributes | undefined {
    try {
      return this.#outcome(status)
    } catch (cause) {
      reportFault(this.role.probe, 'the outcome of a request', cause)
      return undefined
    }
  }

  #outcome(status: number): Attributes {
    const params = paramsOf(this.mount, this.#params)
    // the begin hid what looks random, before a route told what it is
    const path = params !== undefined && looksRandom(this.path) ? new RoutedPath(this.path, params) : undefined
    return new Attributes(OUTCOME, [
      this.route,
      status === 0 ? undefined : status,
      headersOf(this.res),
      this.#bodySize(),
      path,
      params,
    ])
  }

  #bodySize(): number | undefined {
    if (!hasBody(this.req, this.res)) return 0
    const length = this.res.getHeader('content-length')
    if (length !== undefined) return Number(length)
    return this.res.hasHeader('content-encoding') ? undefined : this.responseTap?.totalLength
  }
}

function isLayer(span: Span): boolean {
  return span.kind >= KINDS.router && span.kind <= KINDS.filter
}

function hasBody(req: IncomingMessage, res: ServerResponse): boolean {
  return req.method !== 'HEAD' && res.statusCode !== 204 && res.statusCode !== 304
}

function hasKeys(value: object): boolean {
  for (const key in value) if (Object.hasOwn(value, key)) return true
  return false
}

function headersOf(res: ServerResponse): Attributes {
  const names = res.getHeaderNames()
  return new Attributes(
    names,
    names.map((name) => res.getHeader(name)),
  )
}

/** Parameters of the route and of the routers around it; the inner ones win. */
function paramsOf(mount: Mount | undefined, inner: Readonly<Record<string, unknown>> | undefined): object | undefined {
  let params = inner
  for (let at = mount; at !== undefined; at = at.outer) {
    if (at.params !== undefined) params = params === undefined ? at.params : { ...at.params, ...params }
  }
  return params !== undefined && hasKeys(params) ? params : undefined
}
