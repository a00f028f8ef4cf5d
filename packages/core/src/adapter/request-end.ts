/** The end of a film, at whatever tells of it first. */

import type { IncomingMessage } from 'node:http'
import { reportFault } from './fault.ts'
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

/** A film ends when its response emits `close` (event-context.ts); an upgraded connection has none of its own, so the film ends with it. */
export function endWithUpgrade(request: ServerRequest): void {
  const { req } = request
  if (isUpgrade(req)) req.socket.once('close', () => closeRequest(request))
}

/** The request's connection was handed to an application: a response, if it was given one, is none that is sent. */
export function isUpgrade(req: IncomingMessage): boolean {
  return (req as { upgrade?: boolean }).upgrade === true
}
