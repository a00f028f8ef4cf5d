/** What this package knows of the `Layer` of Express' router: the same in router 2.x (Express 5) and Express 4. */

import type { IncomingMessage } from 'node:http'

/** A callback of the chain. */
export type Next = (error?: unknown) => unknown

/** A middleware, handler or error middleware. */
export type LayerHandle = (...args: unknown[]) => unknown

/** A method of the router's Layer class. */
export type LayerMethod = (this: Layer, ...args: unknown[]) => unknown

/** A path as routes are given it. */
export type RoutePath = string | RegExp | readonly RoutePath[]

/** One entry of a router's stack or of a route's. */
export interface Layer {
  readonly handle: LayerHandle
  /** On layers that dispatch to a route. */
  readonly route?: unknown
  /** On layers within a route; undefined there for `all`. */
  readonly method?: string
  /** Router 2.3 and later. */
  readonly rawPath?: RoutePath
  /** What matched, before router 2.3. */
  readonly path?: string
  readonly params?: Readonly<Record<string, unknown>>
  /** Express 4. */
  readonly regexp?: RegExp
}

/** A request as the router leaves it. */
export interface RoutedRequest extends IncomingMessage {
  readonly params?: Readonly<Record<string, unknown>>
  readonly route?: { readonly path?: RoutePath }
}
