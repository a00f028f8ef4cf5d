/** What is to be done at a layer, worked out at its first run. */

import { types } from 'node:util'
import {
  type FunctionLocation,
  type FunctionLocator,
  KINDS,
  type Located,
  type Probe,
  type ServerRequest,
  type ServerRequestRole,
} from '@cinescope/core/adapter'
import type { Layer, LayerHandle, RoutedRequest } from './layer.ts'
import { joined, MountTemplates, pathTemplate } from './route-template.ts'

/** Marks our own middleware, for all copies of this package. */
const OWN = Symbol.for('cinescope.middleware.v1')

/** On shadows, for all copies of this package. */
const SHADOW: unique symbol = Symbol.for('cinescope.shadow.v1')

/** True for a layer that stands for another: methods of ours may be there twice, with another's between, and one has seen it. */
export function isShadow(layer: Layer): boolean {
  return (layer as { readonly [SHADOW]?: true })[SHADOW] === true
}

/** Marks a middleware as ours, so that it is not recorded itself. */
export function markOwn<T extends object>(middleware: T): T {
  return Object.defineProperty(middleware, OWN, { value: true })
}

/** The route that a handler was reached by last: mostly that of the next request too. */
interface KnownRoute {
  readonly role: ServerRequestRole
  readonly prefix: string
  readonly path: string
  readonly method: string
  readonly template: string
  readonly site: number
}

/** One per layer, while the layer's function stays the same. */
export class LayerPlan implements Located {
  readonly kind: number
  readonly handle: LayerHandle
  /** It is error middleware. */
  readonly takesErrors: boolean
  /** The layer with its function wrapped: what the router's own method is called on. */
  readonly shadow: Layer
  /** It belongs to a route. */
  readonly isInRoute: boolean
  /** Where a router is mounted. */
  readonly mounts: MountTemplates = new MountTemplates()
  readonly #name: string
  #location: FunctionLocation | undefined
  #site = 0
  #siteOf: Probe | undefined
  #route: KnownRoute | undefined

  constructor(layer: Layer, kind: number, wrapper: LayerHandle, locator: FunctionLocator) {
    const { handle } = layer
    this.kind = kind
    this.handle = handle
    this.takesErrors = kind === KINDS.filter
    this.isInRoute = Object.hasOwn(layer, 'method')
    this.shadow = Object.create(layer, {
      handle: { value: likeness(wrapper, handle) },
      [SHADOW]: { value: true },
    }) as Layer
    const isProxy = types.isProxy(handle)
    this.#name = kind === KINDS.router ? routerName(layer) : (!isProxy && handle.name) || '<anonymous>'
    if (kind === KINDS.router || isProxy) return
    locator.locate(handle, this)
  }

  /** Takes the place of the layer's function, for what was recorded before, too. */
  located(location: FunctionLocation): void {
    this.#location = location
    const site = { name: this.#name, framework: 'express', ...location }
    if (this.#siteOf !== undefined) this.#site = this.#siteOf.refineSite(this.#site, site)
  }

  /** Number of the layer's site in a scope. Its place becomes known a little later, for the first requests too. */
  site(probe: Probe): number {
    if (this.#siteOf !== probe) {
      const site = { name: this.#name, framework: 'express', ...this.#location }
      this.#site =
        this.#location === undefined && this.kind !== KINDS.router ? probe.reserveSite(site) : probe.site(site)
      this.#siteOf = probe
    }
    return this.#site
  }

  /** Says on the request which route its handler belongs to. */
  enterRoute(request: ServerRequest, req: RoutedRequest): void {
    const own = req.route?.path
    if (own === undefined) return
    const prefix = request.mount === undefined ? '' : request.mount.prefix
    // a router around it is mounted at a path that is not known: the root keeps the bare method
    if (prefix === undefined) return
    const path = pathTemplate(own, req)
    const method = req.method ?? ''
    const { role } = request
    let known = this.#route
    if (
      known === undefined ||
      known.role !== role ||
      known.path !== path ||
      known.prefix !== prefix ||
      known.method !== method
    ) {
      const template = joined(prefix, path)
      known = { role, prefix, path, method, template, site: role.rootSite(`${method} ${template}`) }
      this.#route = known
    }
    request.enterRoute(known.template, known.site, req.params)
  }
}

/** Kind of the span of a layer; 0 for one that is left alone. */
export function kindOf(layer: Layer): number {
  const { handle } = layer
  if (typeof handle !== 'function' || layer.route !== undefined) return 0
  // what it is would have to be asked of the host's traps
  if (types.isProxy(handle)) return plainKind(layer)
  if (Object.hasOwn(handle, OWN) || handle.length > 4 || isExpressOwn(handle)) return 0
  if (handle.length === 4) return KINDS.filter
  if (isRouter(handle)) return KINDS.router
  return plainKind(layer)
}

/** The two middlewares that Express 4 puts in front of each application's own. */
function isExpressOwn(handle: LayerHandle): boolean {
  if (handle.name === 'expressInit') return true
  return handle.name === 'query' && Function.prototype.toString.call(handle).includes('queryparse(')
}

function plainKind(layer: Layer): number {
  return Object.hasOwn(layer, 'method') ? KINDS.handler : KINDS.middleware
}

/** A router, or the function that Express mounts an application by. */
function isRouter(handle: LayerHandle): boolean {
  return Array.isArray(Object.getOwnPropertyDescriptor(handle, 'stack')?.value) || handle.name === 'mounted_app'
}

/** A router is told from others by where it is mounted; before router 2.3 its layer does not say. */
function routerName({ rawPath }: Layer): string {
  return rawPath === undefined ? 'router' : `router ${Array.isArray(rawPath) ? rawPath.join('|') : String(rawPath)}`
}

function likeness(wrapper: LayerHandle, handle: LayerHandle): LayerHandle {
  // the router asks for the length, and nothing else: then so does this
  if (types.isProxy(handle)) return Object.defineProperty(wrapper, 'length', { get: () => handle.length })
  Object.defineProperty(wrapper, 'length', { value: handle.length, configurable: true })
  return Object.defineProperty(wrapper, 'name', { value: handle.name, configurable: true })
}
