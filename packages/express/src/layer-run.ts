/** HOT: a layer's span from its begin to its call of next, its settling, or the close of the response. Bench row `http-cpu`. */

import { types } from 'node:util'
import { FLAG, KINDS, type Mount, reportFault, requestOf, type ServerRequest, type Span } from '@cinescope/core/adapter'
import type { Layer, LayerHandle, Next, RoutedRequest } from './layer.ts'
import type { LayerPlan } from './layer-plan.ts'
import { within } from './route-template.ts'
import { hasParamCallbacks, type RouterLike, routerOf } from './router.ts'

const { then } = Promise.prototype

/** The request whose layer's function is called next, unless someone puts a call of another's between. It saves a look-up. */
let arriving: ServerRequest | undefined

/** Begins the span of a layer, and gives the `next` that its function gets: it ends the span first. */
export function beginLayer(request: ServerRequest, plan: LayerPlan, layer: Layer, next: Next): Next {
  const { probe } = request.role
  prepare(request, plan)
  const span = probe.open(plan.kind, plan.site(probe), request.parent())
  const wrapped =
    plan.kind === KINDS.router
      ? leavingMount(request, span, next, mountOf(request, span, layer, plan))
      : leaving(request, span, next)
  request.entering = span
  arriving = request
  return wrapped
}

/** Notes what a layer tells of its request before its function is called. */
export function prepare(request: ServerRequest, plan: LayerPlan): void {
  const { settings } = request.role
  // begun without the middleware, which looks there itself
  if (settings.framework !== 'express' && hasParamCallbacks(routerOf((request.req as { readonly app?: unknown }).app)))
    request.runsBetweenLayers = true
  if (plan.isInRoute) plan.enterRoute(request, request.req)
}

/** The function that stands for that of a middleware, handler or router. */
export function recordedHandle(handle: LayerHandle): LayerHandle {
  return function (req: unknown, res: unknown, next: unknown): unknown {
    const request = arrived(req)
    const span = request?.entering
    if (request === undefined || span === undefined) return handle(req, res, next)
    const outer = entered(request, span)
    const result = request.role.probe.run(span, handle, req, res, next)
    request.running = outer
    if (span.isOpen) settle(request, span, result)
    return result
  }
}

/** The function that stands for that of an error middleware. */
export function recordedErrorHandle(handle: LayerHandle): LayerHandle {
  return function (error: unknown, req: unknown, res: unknown, next: unknown): unknown {
    const request = arrived(req)
    const span = request?.entering
    if (request === undefined || span === undefined) return handle(error, req, res, next)
    const outer = entered(request, span)
    const result = request.role.probe.run(span, handle, error, req, res, next)
    request.running = outer
    if (span.isOpen) settle(request, span, result)
    return result
  }
}

/** An error met on its way: recorded here if no layer was seen to raise it, as with those of `app.param` and `res.sendFile`. */
export function meetError(request: ServerRequest, error: unknown): void {
  if (error !== request.failure) request.fail(request.parent(), error)
}

function arrived(req: unknown): ServerRequest | undefined {
  const request = arriving
  arriving = undefined
  return request?.req === req ? request : requestOf(req as object)
}

function entered(request: ServerRequest, span: Span): Span | undefined {
  request.entering = undefined
  const outer = request.running
  request.running = span
  return outer
}

function leaving(request: ServerRequest, span: Span, proceed: Next): Next {
  const { mount } = request
  return function next(error?: unknown): unknown {
    // called once more, after a router that took the first call: what follows is not inside it
    request.mount = mount
    leave(request, span, error)
    if (request.runsBetweenLayers) return request.role.probe.run(request.enclosing, proceed, error)
    return proceed(error)
  }
}

/** For a router: layers inside have its span as their parent and its path before theirs. */
function leavingMount(request: ServerRequest, span: Span, proceed: Next, mount: Mount): Next {
  request.mount = mount
  return function next(error?: unknown): unknown {
    request.mount = mount.outer
    leave(request, span, error)
    if (request.runsBetweenLayers) return request.role.probe.run(request.enclosing, proceed, error)
    return proceed(error)
  }
}

/** Where the layers of a router are that is entered now. */
export function mountOf(request: ServerRequest, span: Span, layer: Layer, plan: LayerPlan): Mount {
  const req: RoutedRequest = request.req
  const outer = request.mount
  if (hasParamCallbacks(layer.handle as RouterLike)) request.runsBetweenLayers = true
  const template = plan.mounts.of(layer, req)
  const prefix = outer === undefined ? '' : outer.prefix
  return {
    span,
    prefix: prefix === undefined || template === undefined ? undefined : within(prefix, template),
    params: template === '' ? undefined : req.params,
    outer,
  }
}

function leave(request: ServerRequest, span: Span, error: unknown): void {
  const { probe } = request.role
  const section = probe.sections.begin()
  try {
    const flags = request.running === span ? 0 : FLAG.async
    if (error && error !== 'route' && error !== 'router') {
      request.fail(span, error)
      return span.end(0, flags | FLAG.error)
    }
    if (span.kind === KINDS.handler && request.route !== undefined) request.leaveRoute()
    span.end(0, flags)
  } catch (cause) {
    reportFault(probe, 'the end of a middleware', cause)
  } finally {
    probe.sections.end(section)
  }
}

/** The function has returned and has not called next. A rejection comes through next. */
function settle(request: ServerRequest, span: Span, result: unknown): void {
  const { probe } = request.role
  const section = probe.sections.begin()
  try {
    if (types.isPromise(result) && Object.getPrototypeOf(result) === Promise.prototype) {
      void Reflect.apply(then, result, [() => endLater(span), ignore])
      request.endAtAbort(span)
    } else if (request.res.writableEnded) span.end()
    else request.endAtClose(span)
  } catch (cause) {
    reportFault(probe, 'the end of a middleware', cause)
  } finally {
    probe.sections.end(section)
  }
}

function endLater(span: Span): void {
  const { sections } = span.probe
  const section = sections.begin()
  span.end(0, FLAG.async)
  sections.end(section)
}

function ignore(): void {
  // the router hands the reason to next, where it is recorded
}
