/** The hook: Express' own Layer class, found from an application without importing it. */

import {
  type Carriers,
  createFunctionLocator,
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
    useHook(role.probe, prototype, () => patchLayers(prototype, createFunctionLocator(report)))
    role.hookCarriers(carriersOf(app as AppCarrier))
  } catch (cause) {
    report(cause)
  }
}

/** The outermost application's: those of mounted ones inherit from them. */
function carriersOf(app: AppCarrier): Carriers {
  let outermost = app
  while (outermost.parent !== undefined) outermost = outermost.parent
  return { request: outermost.request, response: outermost.response }
}
