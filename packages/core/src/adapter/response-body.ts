/** HOT: the response's body as the application writes it, before anything that was mounted later encodes it. */

import type { ServerResponse } from 'node:http'
import { BodyTap } from './body-tap.ts'
import { reportFault } from './fault.ts'
import type { ServerRequest } from './server-request.ts'

type Write = (this: ServerResponse, chunk: unknown, encoding?: unknown, callback?: unknown) => boolean
type End = (this: ServerResponse, chunk?: unknown, encoding?: unknown, callback?: unknown) => ServerResponse

/**
 * Wraps `write` and `end` of the response, outermost. Called again before each layer: when a middleware (compression)
 * has put its own functions there, they are wrapped in turn and the inner tap only passes on.
 */
export function tapResponse(request: ServerRequest): void {
  const { res } = request
  if (res.end === request.tappedEnd) return
  request.responseTap ??= new BodyTap(request.role.settings.maxBodyBytes)
  const own = ++request.outermostTap
  const write = res.write as Write
  const end = res.end as End
  res.write = function (this: ServerResponse, chunk: unknown, _encoding?: unknown, _callback?: unknown): boolean {
    if (request.outermostTap !== own || request.isWriting) return Reflect.apply(write, this, arguments) as boolean
    take(request, chunk, arguments[1])
    request.isWriting = true
    try {
      return Reflect.apply(write, this, arguments) as boolean
    } finally {
      request.isWriting = false
    }
  } as typeof res.write
  res.end = function (this: ServerResponse, chunk?: unknown, _encoding?: unknown, _callback?: unknown): ServerResponse {
    if (request.outermostTap !== own || request.isWriting) return Reflect.apply(end, this, arguments) as ServerResponse
    take(request, chunk, arguments[1])
    request.isWriting = true
    try {
      return Reflect.apply(end, this, arguments) as ServerResponse
    } finally {
      request.isWriting = false
      finish(request)
    }
  } as typeof res.end
  request.tappedEnd = res.end
}

function take(request: ServerRequest, chunk: unknown, encoding: unknown): void {
  const tap = request.responseTap
  if (tap === undefined || !request.isOpen) return
  try {
    if (tap.totalLength === 0) tap.isEncoded = isEncoded(request.res)
    tap.take(chunk, encoding)
  } catch (cause) {
    reportFault(request.role.probe, 'a response body', cause)
  }
}

function finish(request: ServerRequest): void {
  try {
    if (request.isOpen) request.responseBody(true)
  } catch (cause) {
    reportFault(request.role.probe, 'a response body', cause)
  }
}

/** The application itself wrote encoded bytes; what encodes later says so only after it was called. */
function isEncoded(res: ServerResponse): boolean {
  const encoding = res.getHeader('content-encoding')
  return encoding !== undefined && encoding !== 'identity'
}
