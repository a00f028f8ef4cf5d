/** HOT: the request's body, seen where Node puts it into the stream. The stream is neither read nor slowed. */

import type { IncomingMessage } from 'node:http'
import { BodyTap } from './body-tap.ts'
import { isOurs, type MethodMaker } from './carrier-methods.ts'
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
  const tap = new BodyTap(role.settings.maxBodyBytes)
  tap.isEncoded = (headers['content-encoding'] ?? 'identity') !== 'identity'
  request.requestTap = tap
  if (isOurs(req.push)) return
  const below = { push: req.push as Push }
  req.push = pushOf(() => below) as typeof req.push
}

function pushOf(below: () => { readonly push: Push }): Push {
  return function (this: IncomingMessage, chunk: unknown, encoding?: unknown): boolean {
    take(this, chunk, encoding)
    return below().push.call(this, chunk, encoding)
  }
}

function take(req: IncomingMessage, chunk: unknown, encoding: unknown): void {
  const request = requestOf(req)
  if (request === undefined || !request.isOpen) return
  try {
    // where a route may decide, the body waits for the route
    const waits = request.role.settings.bodiesOf.size > 0
    const tap = request.requestTap
    if (chunk !== null && !waits && isWhole(request, chunk) && tap?.totalLength === 0) tap.lend(chunk)
    else if (chunk !== null) return tap?.take(chunk, encoding)
    if (!waits) request.requestBody(true)
  } catch (cause) {
    reportFault(request.role.probe, 'a request body', cause)
  }
}

/** The chunk is the body: recorded at once it need not be copied. */
function isWhole({ headers }: ServerRequest, chunk: unknown): chunk is Uint8Array {
  return chunk instanceof Uint8Array && headers['content-length'] === String(chunk.byteLength)
}
