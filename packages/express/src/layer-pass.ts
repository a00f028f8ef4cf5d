/**
 * HOT: layers of a request that is not recorded. It is counted all the same, so its route and its failure are to be known, and
 * what it does is to find its own context, for entities and for what it calls. No spans. Bench row `budget`.
 */

import { KINDS, reportFault, type ServerRequest } from '@cinescope/core/adapter'
import type { Layer, LayerMethod, Next } from './layer.ts'
import type { LayerPlan } from './layer-plan.ts'
import { mountOf } from './layer-run.ts'

/** Calls a layer's method with these arguments, of which `next` is the last. `plan` is that of a layer whose function is called. */
export function passLayer(
  request: ServerRequest,
  original: LayerMethod,
  layer: Layer,
  plan: LayerPlan | undefined,
  args: unknown[],
): unknown {
  const { probe } = request.role
  if (plan !== undefined) {
    const section = probe.sections.begin()
    args[args.length - 1] = leaving(request, plan, layer, args.at(-1) as Next)
    probe.sections.end(section)
  }
  if (probe.current() === request.root) return Reflect.apply(original, layer, args)
  // called from the context of another: from a queue, say
  return probe.run(request.root, call, original, layer, args)
}

function call(original: LayerMethod, layer: Layer, args: unknown[]): unknown {
  return Reflect.apply(original, layer, args)
}

function leaving(request: ServerRequest, plan: LayerPlan, layer: Layer, proceed: Next): Next {
  try {
    if (plan.isInRoute) plan.enterRoute(request, request.req)
    const outer = request.mount
    if (plan.kind === KINDS.router) request.mount = mountOf(request, request.root, layer, plan)
    const isHandler = plan.kind === KINDS.handler
    return function next(error?: unknown): unknown {
      request.mount = outer
      leave(request, error, isHandler)
      return proceed(error)
    }
  } catch (cause) {
    reportFault(request.role.probe, 'a middleware', cause)
    return proceed
  }
}

function leave(request: ServerRequest, error: unknown, isHandler: boolean): void {
  try {
    if (error && error !== 'route' && error !== 'router') request.fail(request.root, error)
    else if (isHandler && request.route !== undefined) request.leaveRoute()
  } catch (cause) {
    reportFault(request.role.probe, 'the end of a middleware', cause)
  }
}
