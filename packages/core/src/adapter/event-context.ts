/**
 * HOT: events of a req or res reach their listeners in the context of the request: Node 24 no longer keeps it, and whoever
 * answers a request from inside another has the other's.
 */

import type { EventEmitter } from 'node:events'
import { isOurs, type MethodMaker, putOwn } from './carrier-methods.ts'
import { closeRequest } from './request-end.ts'
import { requestOf } from './request-mark.ts'
import type { ServerRequest } from './server-request.ts'

type Emit = (this: EventEmitter, type: string | symbol, ...args: unknown[]) => boolean

/** Methods for the prototypes of reqs and res's. */
export const EVENT_METHODS: Readonly<Record<string, MethodMaker>> = {
  emit: emitterOf,
}

/** Wraps `emit` of this req and res, unless their prototypes have it already. */
export function bindEvents({ req, res }: ServerRequest): void {
  if (!isOurs(req.emit)) putOwn(req, 'emit', bound(req.emit as Emit))
  if (!isOurs(res.emit)) putOwn(res, 'emit', bound(res.emit as Emit))
}

function bound(emit: Emit): Emit {
  const below = { emit }
  return emitterOf(() => below)
}

function emitterOf(below: () => { readonly emit: Emit }): Emit {
  return function (this: EventEmitter, type: string | symbol): boolean {
    const request = requestOf(this)
    if (request === undefined || !isElsewhere(request, this, type))
      return Reflect.apply(below().emit, this, arguments) as boolean
    return request.role.probe.run(request.root, apply, below().emit, this, arguments)
  }
}

/** True when listeners would be called in another context. Ends the film with its response. */
function isElsewhere(request: ServerRequest, emitter: EventEmitter, type: string | symbol): boolean {
  const { probe } = request.role
  const section = probe.sections.begin()
  // here and not in a listener: a host counts those, and may take them all off
  if (type === 'close' && request.res === emitter) closeRequest(request)
  const isFar = probe.current()?.root !== request.root && emitter.listenerCount(type) > 0
  probe.sections.end(section)
  return isFar
}

function apply(emit: Emit, emitter: EventEmitter, args: IArguments): boolean {
  return Reflect.apply(emit, emitter, args) as boolean
}
