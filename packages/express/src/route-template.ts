/** Templates of paths: what the route says, not what the request asked for. */

import type { Layer, RoutedRequest, RoutePath } from './layer.ts'

/** Router 2.3 keeps the alternative that matched on the request, under a symbol of its own. */
const MATCHED = 'router.tracing.matchedRoute'

/** Template of the path that a router is mounted at; '' for the root. */
export function mountTemplate(layer: Layer, req: RoutedRequest): string {
  if (layer.rawPath !== undefined) return trimmed(pathTemplate(layer.rawPath, req))
  return trimmed(rebuilt(layer.path ?? '', layer.params ?? {}))
}

/** Template of a route's own path. */
export function pathTemplate(path: RoutePath, req: RoutedRequest): string {
  if (typeof path === 'string') return path
  if (!Array.isArray(path)) return String(path)
  const matched = matchedOf(req)
  return matched === undefined ? path.map((each) => pathTemplate(each as RoutePath, req)).join('|') : String(matched)
}

/** A template inside another. */
export function joined(prefix: string, template: string): string {
  if (prefix === '') return template === '' ? '/' : template
  return template === '/' || template === '' ? prefix : `${prefix}${template}`
}

function trimmed(template: string): string {
  return template.endsWith('/') ? template.slice(0, -1) : template
}

/** The concrete path with the segments that are values of parameters put back to their names. */
function rebuilt(path: string, params: Readonly<Record<string, unknown>>): string {
  const names = new Map(Object.entries(params).map(([name, value]) => [String(value), name]))
  return path
    .split('/')
    .map((segment) => {
      const name = names.get(decoded(segment))
      return name === undefined || segment === '' ? segment : `:${name}`
    })
    .join('/')
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

function matchedOf(req: RoutedRequest): string | RegExp | undefined {
  const symbol = Object.getOwnPropertySymbols(req).find(({ description }) => description === MATCHED)
  // the router puts nothing else under its symbol
  return symbol === undefined ? undefined : (req as unknown as Record<symbol, string | RegExp | undefined>)[symbol]
}
