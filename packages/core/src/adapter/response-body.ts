/** HOT: the response's body as the application writes it, before anything that was mounted later encodes it. */

import type { ServerResponse } from 'node:http'
import { BodyTap } from './body-tap.ts'
import { isOurs, type MethodMaker, putOwn } from './carrier-methods.ts'
import { reportFault } from './fault.ts'
import { requestOf } from './request-mark.ts'
import type { ServerRequest } from './server-request.ts'

type Write = (this: ServerResponse, chunk: unknown, encoding?: unknown, callback?: unknown) => boolean
type End = (this: ServerResponse, chunk?: unknown, encoding?: unknown, callback?: unknown) => ServerResponse

/** Methods for the prototype of res's: they serve a response until something wraps it once more (`tapResponse`). */
export const RESPONSE_BODY_METHODS: Readonly<Record<string, MethodMaker>> = {
  write: (below) => writeOf(below, requestOf, 0),
  end: (below) => endOf(below, requestOf, 0),
}

/**
 * Sees to it that what the application writes is seen first of all. Called again before each layer: when a middleware
 * (compression) has put its own functions there, they are wrapped in turn and the inner tap only passes on.
 */
export function tapResponse(request: ServerRequest): void {
  if (!request.tapsResponse) return
  const { res } = request
  if (res.end === request.tappedEnd) return
  request.responseTap ??= new BodyTap(request.role.settings.maxBodyBytes)
  if (!isOurs(res.end)) wrap(request, res)
  request.tappedEnd = res.end
}

function wrap(request: ServerRequest, res: ServerResponse): void {
  const own = ++request.outermostTap
  const below = { write: res.write as Write, end: res.end as End }
  const self = (): ServerRequest => request
  putOwn(
    res,
    'write',
    writeOf(() => below, self, own),
  )
  putOwn(
    res,
    'end',
    endOf(() => below, self, own),
  )
}

type RequestOf = (res: ServerResponse) => ServerRequest | undefined

/** `own` is the number of this tap: only the outermost of a response takes what is written. */
function writeOf(below: () => { readonly write: Write }, of: RequestOf, own: number): Write {
  return function (this: ServerResponse, chunk: unknown, encoding?: unknown, _callback?: unknown): boolean {
    const request = of(this)
    if (request === undefined || !isTaken(request, own)) {
      return Reflect.apply(below().write, this, arguments) as boolean
    }
    take(request, chunk, encoding)
    request.isWriting = true
    try {
      return Reflect.apply(below().write, this, arguments) as boolean
    } finally {
      request.isWriting = false
    }
  }
}

function endOf(below: () => { readonly end: End }, of: RequestOf, own: number): End {
  return function (this: ServerResponse, chunk?: unknown, encoding?: unknown, _callback?: unknown): ServerResponse {
    const request = of(this)
    if (request === undefined || !isTaken(request, own)) {
      return Reflect.apply(below().end, this, arguments) as ServerResponse
    }
    take(request, chunk, encoding)
    request.isWriting = true
    try {
      return Reflect.apply(below().end, this, arguments) as ServerResponse
    } finally {
      request.isWriting = false
      finish(request)
    }
  }
}

function isTaken(request: ServerRequest, own: number): boolean {
  return request.outermostTap === own && !request.isWriting && request.root.isRecorded
}

function take(request: ServerRequest, chunk: unknown, encoding: unknown): void {
  const tap = request.responseTap
  if (tap === undefined || !request.isOpen) return
  const { probe } = request.role
  const section = probe.sections.begin()
  try {
    if (tap.totalLength === 0) tap.isEncoded = isEncoded(request.res)
    tap.take(chunk, encoding)
  } catch (cause) {
    reportFault(probe, 'a response body', cause)
  } finally {
    probe.sections.end(section)
  }
}

function finish(request: ServerRequest): void {
  const { probe } = request.role
  const section = probe.sections.begin()
  try {
    if (request.isOpen) request.responseBody(true)
  } catch (cause) {
    reportFault(probe, 'a response body', cause)
  } finally {
    probe.sections.end(section)
  }
}

/** The application itself wrote encoded bytes; what encodes later says so only after it was called. */
function isEncoded(res: ServerResponse): boolean {
  const encoding = res.getHeader('content-encoding')
  return encoding !== undefined && encoding !== 'identity'
}
