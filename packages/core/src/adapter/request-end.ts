/** The end of a film, at whatever tells of it first. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { reportFault } from './fault.ts'
import { requestOf } from './request-mark.ts'
import type { ServerRequest } from './server-request.ts'

/** Ends the film of a request. Never throws. */
export function closeRequest(request: ServerRequest): void {
  if (!request.isOpen) return
  try {
    request.close()
  } catch (cause) {
    reportFault(request.role.probe, 'the end of a request', cause)
  }
}

/** Sees to it that the film ends with the response; where an upgraded connection has none of its own, with the connection. */
export function endWithResponse(request: ServerRequest): void {
  const { req, res } = request
  res.on('close', onClose)
  if (isUpgrade(req)) req.socket.once('close', () => closeRequest(request))
}

/** The request's connection was handed to an application: a response, if it was given one, is none that is sent. */
export function isUpgrade(req: IncomingMessage): boolean {
  return (req as { upgrade?: boolean }).upgrade === true
}

/** One function for all responses. */
function onClose(this: ServerResponse): void {
  const request = requestOf(this)
  if (request !== undefined) closeRequest(request)
}
