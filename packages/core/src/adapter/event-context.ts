/** HOT: events of a req or res reach their listeners in the context of the request, which Node 24 no longer keeps. */

import type { EventEmitter } from 'node:events'
import type { ServerRequest } from './server-request.ts'
import { requestOf } from './request-mark.ts'

type Emit = EventEmitter['emit']

/** Wraps `emit` of this req and res. */
export function bindEvents(request: ServerRequest): void {
  request.req.emit = emitterOf(request.req.emit)
  request.res.emit = emitterOf(request.res.emit)
}

function emitterOf(emit: Emit): Emit {
  return function (this: EventEmitter, type: string | symbol): boolean {
    const request = requestOf(this)
    if (request === undefined || request.role.probe.current() !== undefined || this.listenerCount(type) === 0) {
      return Reflect.apply(emit, this, arguments) as boolean
    }
    return request.role.probe.run(request.root, apply, emit, this, arguments)
  }
}

function apply(emit: Emit, emitter: EventEmitter, args: IArguments): boolean {
  return Reflect.apply(emit, emitter, args) as boolean
}
