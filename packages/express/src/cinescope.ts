/** HOT: the middleware. Bench row `http-cpu`. */

import { type ProbeCarrier, probeOf, reportFault, ServerRequestRole } from '@cinescope/core/adapter'
import type { Request, RequestHandler } from 'express'
import { hookApp } from './hook-app.ts'
import { markOwn } from './layer-plan.ts'
import { type CinescopeExpressOptions, settleOptions } from './options.ts'
import { hasParamCallbacks, routerOf } from './router.ts'

/**
 * Makes the middleware that records an Express application. Mount it first: what runs before it is not seen.
 * `scope` is what `createScope()` resolved to. @throws CSC_ERR_OPTION
 */
export function cinescope(scope: ProbeCarrier, options?: CinescopeExpressOptions): RequestHandler {
  const probe = probeOf(scope)
  const role = new ServerRequestRole(probe, settleOptions(options, probe.preset ?? process.env['NODE_ENV']))
  const ignore = options?.ignore
  let hooked: unknown
  const middleware: RequestHandler = function cinescope(req, res, next) {
    if (!probe.isEnabled || (ignore !== undefined && isIgnored(req))) return next()
    if (req.app !== hooked) {
      hooked = req.app
      hookApp(role, req.app)
    }
    const request = role.begin(req, res)
    if (request === undefined) return next()
    request.runsBetweenLayers = hasParamCallbacks(routerOf(req.app))
    probe.run(request.root, next as () => void)
  }
  const isIgnored = (req: Request): boolean => {
    try {
      return ignore!(req) === true
    } catch (cause) {
      reportFault(probe, 'the answer of the option ignore', cause)
      return false
    }
  }
  return markOwn(middleware)
}
