/** What this package knows of routers, across Express 4 and 5. */

/** A router: an application's own, or one that is mounted. */
export interface RouterLike {
  readonly stack?: readonly object[]
  /** Callbacks of `param`, by name of the parameter. */
  readonly params?: Readonly<Record<string, unknown>>
}

interface RouterCarrier {
  readonly _router?: RouterLike
  readonly router?: RouterLike
}

/** The router of an application. Express 4 keeps it in `_router` and has a getter `router` that throws. */
export function routerOf(app: unknown): RouterLike | undefined {
  const carrier = app as RouterCarrier | undefined
  return carrier?._router ?? carrier?.router
}

/** True when host code runs between the layers of a router: the callbacks of `param`. */
export function hasParamCallbacks(router: RouterLike | undefined): boolean {
  for (const name in router?.params) if (Object.hasOwn(router.params, name)) return true
  return false
}
