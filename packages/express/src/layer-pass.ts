/**
 * HOT: layers of a request that is not recorded. It is counted all the same, so its route and its failure are to be known, and
 * what it does is to find its own context, for entities and for what it calls. No spans. Bench row `budget`.
 */

import { KINDS, reportFault, type ServerRequest } from '@cinescope/core/adapter'
import type { Layer, LayerMethod, Next } from './layer.ts'
import type { LayerPlan } from './layer-plan.ts'
import { mountOf, prepare } from './layer-run.ts'

/** The `next` that a layer's function gets. */
export function passingNext(request: ServerRequest, plan: LayerPlan, layer: Layer, proceed: Next): Next {
  try {
    prepare(request, plan)
    const outer = request.mount
    if (plan.kind === KINDS.router) request.mount = mountOf(request, request.root, layer, plan)
    const isHandler = plan.kind === KINDS.handler
    return function next(error?: unknown): unknown {
      request.mount = outer
      leave(request, error, isHandler)
      if (request.runsBetweenLayers) return request.role.probe.run(request.root, proceed, error)
      return proceed(error)
    }
  } catch (cause) {
    reportFault(request.role.probe, 'a middleware', cause)
    return proceed
  }
}

/** Calls a layer's method in the context of its request: it may be called from that of another, from a queue, say. */
export function callInContext(
  { root, role: { probe } }: ServerRequest,
  original: LayerMethod,
  layer: Layer,
  args: unknown[],
): unknown {
  if (probe.current() === root) return Reflect.apply(original, layer, args)
  return probe.run(root, call, original, layer, args)
}

function call(original: LayerMethod, layer: Layer, args: unknown[]): unknown {
  return Reflect.apply(original, layer, args)
}

function leave(request: ServerRequest, error: unknown, isHandler: boolean): void {
  try {
    if (error && error !== 'route' && error !== 'router') request.fail(request.root, error)
    else if (isHandler && request.route !== undefined) request.leaveRoute()
  } catch (cause) {
    reportFault(request.role.probe, 'the end of a middleware', cause)
  }
}
