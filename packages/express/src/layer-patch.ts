/** HOT: the two methods by which the router calls a layer's function. Bench row `http-cpu`. */

import {
  type FunctionLocator,
  KINDS,
  reportFault,
  requestOf,
  type ServerRequest,
  tapResponse,
} from '@cinescope/core/adapter'
import type { Layer, LayerMethod, Next } from './layer.ts'
import { isShadow, kindOf, LayerPlan } from './layer-plan.ts'
import { callInContext, passingNext } from './layer-pass.ts'
import { beginLayer, meetError, recordedErrorHandle, recordedHandle } from './layer-run.ts'

/** Layer's prototype: names in camel case in router 2 (Express 5), in snake case in Express 4. */
export interface LayerClass {
  handleRequest?: LayerMethod
  handleError?: LayerMethod
  handle_request?: LayerMethod
  handle_error?: LayerMethod
}

type MethodName = keyof LayerClass
type PlanOf = (layer: Layer) => LayerPlan | undefined

/** Patches the methods; gives what takes the patches off again. */
export function patchLayers(prototype: LayerClass, locator: FunctionLocator): () => void {
  const planOf = createPlans(locator)
  const undo = [
    replace(prototype, 'handleRequest', (original) => requestMethod(original, planOf)),
    replace(prototype, 'handle_request', (original) => requestMethod(original, planOf)),
    replace(prototype, 'handleError', (original) => errorMethod(original, planOf)),
    replace(prototype, 'handle_error', (original) => errorMethod(original, planOf)),
  ]
  return () => {
    locator.stop()
    for (const each of undo) each()
  }
}

function createPlans(locator: FunctionLocator): PlanOf {
  const plans = new WeakMap<Layer, LayerPlan>()
  return (layer) => {
    const known = plans.get(layer)
    if (known !== undefined && known.handle === layer.handle) return known
    const kind = kindOf(layer)
    if (kind === 0) return undefined
    const wrapper = kind === KINDS.filter ? recordedErrorHandle(layer.handle) : recordedHandle(layer.handle)
    const plan = new LayerPlan(layer, kind, wrapper, locator)
    plans.set(layer, plan)
    return plan
  }
}

function requestMethod(original: LayerMethod, planOf: PlanOf): LayerMethod {
  return function handleRequest(this: Layer, req: unknown, res: unknown, next: unknown): unknown {
    const request = requestOf(req as object)
    if (request === undefined || !request.isRecording || isShadow(this)) return original.call(this, req, res, next)
    const { sections } = request.role.probe
    const section = sections.begin()
    const plan = planFor(request, this, planOf, false)
    const leaving = plan === undefined ? undefined : enter(request, plan, this, next as Next)
    sections.end(section)
    if (!request.root.isRecorded) return callInContext(request, original, this, [req, res, leaving ?? next])
    if (plan === undefined || leaving === undefined) return original.call(this, req, res, next)
    return original.call(plan.shadow, req, res, leaving)
  }
}

function errorMethod(original: LayerMethod, planOf: PlanOf): LayerMethod {
  return function handleError(this: Layer, error: unknown, req: unknown, res: unknown, next: unknown): unknown {
    const request = requestOf(req as object)
    if (request === undefined || !request.isRecording || isShadow(this))
      return original.call(this, error, req, res, next)
    const { sections } = request.role.probe
    const section = sections.begin()
    const plan = planFor(request, this, planOf, true)
    meet(request, error, plan !== undefined)
    const leaving = plan === undefined ? undefined : enter(request, plan, this, next as Next)
    sections.end(section)
    if (!request.root.isRecorded) return callInContext(request, original, this, [error, req, res, leaving ?? next])
    if (plan === undefined || leaving === undefined) return original.call(this, error, req, res, next)
    return original.call(plan.shadow, error, req, res, leaving)
  }
}

/** The plan of a layer whose function the router is going to call; undefined for the others. */
function planFor(request: ServerRequest, layer: Layer, planOf: PlanOf, isError: boolean): LayerPlan | undefined {
  try {
    const plan = planOf(layer)
    return plan !== undefined && plan.takesErrors === isError ? plan : undefined
  } catch (cause) {
    reportFault(request.role.probe, 'a middleware', cause)
    return undefined
  }
}

function enter(request: ServerRequest, plan: LayerPlan, layer: Layer, next: Next): Next | undefined {
  if (!request.root.isRecorded) return passingNext(request, plan, layer, next)
  try {
    tapResponse(request)
    return beginLayer(request, plan, layer, next)
  } catch (cause) {
    reportFault(request.role.probe, 'a middleware', cause)
    return undefined
  }
}

function meet(request: ServerRequest, error: unknown, isHandled: boolean): void {
  try {
    meetError(request, error)
    if (isHandled) request.isFailing = false
  } catch (cause) {
    reportFault(request.role.probe, 'an error', cause)
  }
}

function replace(prototype: LayerClass, name: MethodName, wrap: (original: LayerMethod) => LayerMethod): () => void {
  const original = prototype[name]
  if (typeof original !== 'function') return () => undefined
  const patched = wrap(original)
  prototype[name] = patched
  return () => {
    // someone patched over ours: then ours stays, and passes on
    if (prototype[name] === patched) prototype[name] = original
  }
}
