/** HOT: the request's body, seen where Node puts it into the stream. The stream is neither read nor slowed. */

import type { IncomingMessage } from 'node:http'
import { BodyTap } from './body-tap.ts'
import { isOurs, type MethodMaker, putOwn } from './carrier-methods.ts'
import { reportFault } from './fault.ts'
import { requestOf } from './request-mark.ts'
import type { ServerRequest } from './server-request.ts'

type Push = (this: IncomingMessage, chunk: unknown, encoding?: unknown) => boolean

/** Methods for the prototype of reqs. */
export const REQUEST_BODY_METHODS: Readonly<Record<string, MethodMaker>> = {
  push: pushOf,
}

/** Taps the body if there is one and none of it has passed yet. */
export function tapRequest(request: ServerRequest): void {
  const { req, headers, role } = request
  const hasBody = headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
  if (!hasBody || req.complete || req.readableLength > 0 || req.readableDidRead) return
  if (!request.root.takesValues(role.sites.requestBody)) {
    request.leavesRequestOut = true
    return
  }
  const tap = new BodyTap(role.settings.maxBodyBytes)
  // with both, the parser goes by the transfer encoding
  if (headers['transfer-encoding'] === undefined) tap.announced = Number(headers['content-length'])
  tap.isEncoded = (headers['content-encoding'] ?? 'identity') !== 'identity'
  request.requestTap = tap
  if (isOurs(req.push)) return
  const below = { push: req.push as Push }
  putOwn(
    req,
    'push',
    pushOf(() => below),
  )
}

function pushOf(below: () => { readonly push: Push }): Push {
  return function (this: IncomingMessage, chunk: unknown, encoding?: unknown): boolean {
    const request = requestOf(this)
    // ours may be there twice, with another's between
    if (request === undefined || request.isPushing || !request.root.isRecorded)
      return below().push.call(this, chunk, encoding)
    take(request, chunk, encoding)
    request.isPushing = true
    try {
      return below().push.call(this, chunk, encoding)
    } finally {
      request.isPushing = false
    }
  }
}

function take(request: ServerRequest, chunk: unknown, encoding: unknown): void {
  if (!request.isOpen) return
  const { probe, settings } = request.role
  const section = probe.sections.begin()
  try {
    // where a route may decide, the body waits for the route
    const waits = settings.bodiesOf.size > 0
    const tap = request.requestTap
    if (!waits && tap?.totalLength === 0 && isWhole(tap, chunk)) tap.lend(chunk)
    else if (chunk !== null) return tap?.take(chunk, encoding)
    if (!waits) request.requestBody(true)
  } catch (cause) {
    reportFault(probe, 'a request body', cause)
  } finally {
    probe.sections.end(section)
  }
}

/** The chunk is the body: recorded at once it need not be copied. */
function isWhole(tap: BodyTap, chunk: unknown): chunk is Uint8Array {
  return chunk instanceof Uint8Array && chunk.byteLength === tap.announced
}
