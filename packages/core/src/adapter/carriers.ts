/** The prototypes that reqs and res's have in common, and what is put there: so nothing is wrapped per request. */

import { putMethods } from './carrier-methods.ts'
import { EVENT_METHODS } from './event-context.ts'
import { REQUEST_BODY_METHODS } from './request-body.ts'
import { RESPONSE_BODY_METHODS } from './response-body.ts'

/** Those of an application's own reqs and res's; of node:http, which all servers share, only where all are recorded. */
export interface Carriers {
  readonly request: object
  readonly response: object
}

/** Hooks into the prototype of reqs; gives what takes the hooks off. */
export function hookRequests(prototype: object): () => void {
  return putMethods(prototype, { ...EVENT_METHODS, ...REQUEST_BODY_METHODS })
}

/** Hooks into the prototype of res's; gives what takes the hooks off. */
export function hookResponses(prototype: object): () => void {
  return putMethods(prototype, { ...EVENT_METHODS, ...RESPONSE_BODY_METHODS })
}
