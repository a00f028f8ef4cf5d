/** The hook: Express' own Layer class, found from an application without importing it. */

import {
  type Carriers,
  createFunctionLocator,
  type Probe,
  reportFault,
  type ServerRequestRole,
  useHook,
} from '@cinescope/core/adapter'
import { type LayerClass, patchLayers } from './layer-patch.ts'
import { routerOf } from './router.ts'

interface AppCarrier {
  readonly request: object
  readonly response: object
  readonly parent?: AppCarrier
}

/** Hooks into the router of an application, once per copy of the router, until the scope stops. Never throws. */
export function hookApp(role: ServerRequestRole, app: unknown): void {
  const report = (cause: unknown): void => reportFault(role.probe, 'the chain of middlewares', cause)
  try {
    const first = routerOf(app)?.stack?.[0]
    if (first === undefined) return
    const prototype = Object.getPrototypeOf(first) as LayerClass
    hookLayers(role.probe, prototype)
    role.hookCarriers(carriersOf(app as AppCarrier))
  } catch (cause) {
    report(cause)
  }
}

/** Hooks into a class of layers until the scope stops. */
export function hookLayers(probe: Probe, prototype: LayerClass): void {
  const report = (cause: unknown): void => reportFault(probe, 'the place of a function', cause)
  useHook(probe, prototype, () => patchLayers(prototype, createFunctionLocator(report)))
}

/** The outermost application's: those of mounted ones inherit from them. */
function carriersOf(app: AppCarrier): Carriers {
  let outermost = app
  while (outermost.parent !== undefined) outermost = outermost.parent
  return { request: outermost.request, response: outermost.response }
}
