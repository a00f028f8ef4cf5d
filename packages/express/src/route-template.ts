/** Templates of paths: what the route says, not what the request asked for. */

import type { Layer, RoutedRequest, RoutePath } from './layer.ts'

/** Router 2.3 keeps the alternative that matched on the request, under a symbol of its own. */
const MATCHED = 'router.tracing.matchedRoute'

/** Templates of one router that are rebuilt from requests: the client chooses what is in them. */
const MAX_REBUILT = 64

/** The templates that a router is mounted at. */
export class MountTemplates {
  readonly #rebuilt = new Set<string>()

  /** The one that matched, '' for the root; undefined when it is not known, and more have been rebuilt than a program has. */
  of(layer: Layer, req: RoutedRequest): string | undefined {
    if (layer.rawPath !== undefined) return trimmed(pathTemplate(layer.rawPath, req))
    const template = trimmed(rebuilt(layer))
    if (this.#rebuilt.has(template)) return template
    if (this.#rebuilt.size >= MAX_REBUILT) return undefined
    this.#rebuilt.add(template)
    return template
  }
}

/** Template of a route's own path. */
export function pathTemplate(path: RoutePath, req: RoutedRequest): string {
  if (typeof path === 'string') return path
  if (!Array.isArray(path)) return String(path)
  const matched = matchedOf(req) ?? onlyMatch(path, req)
  return matched === undefined ? path.map((each) => pathTemplate(each as RoutePath, req)).join('|') : String(matched)
}

/** The one of several plain templates that the path is one of; before router 2.3 nobody tells which it was. */
function onlyMatch(templates: readonly RoutePath[], { url = '' }: RoutedRequest): string | undefined {
  const mark = url.indexOf('?')
  const segments = (mark < 0 ? url : url.slice(0, mark)).split('/')
  const found = templates.filter((template) => typeof template === 'string' && isOf(template, segments)) as string[]
  return found.length === 1 ? found[0] : undefined
}

function isOf(template: string, segments: readonly string[]): boolean {
  const parts = template.split('/')
  return (
    parts.length === segments.length &&
    parts.every((part, i) => /^:\w+$/.test(part) || part.toLowerCase() === segments[i]?.toLowerCase())
  )
}

/** A template inside another. */
export function joined(prefix: string, template: string): string {
  if (prefix === '') return template === '' ? '/' : template
  return template === '/' || template === '' ? prefix : `${prefix}${template}`
}

/** The prefix of what is inside a router mounted at `template`. */
export function within(prefix: string, template: string): string {
  return template === '' ? prefix : joined(prefix, template)
}

function trimmed(template: string): string {
  return template.endsWith('/') ? template.slice(0, -1) : template
}

/**
 * The concrete path with the segments that are values of parameters put back to their names. Letters are those of the request,
 * so they are made small, unless the layer is known to tell large from small (Express 4 keeps its expression).
 */
function rebuilt({ path = '', params = {}, regexp }: Layer): string {
  const names = new Map(Object.entries(params).map(([name, value]) => [String(value), name]))
  return path
    .split('/')
    .map((segment) => {
      const name = names.get(decoded(segment))
      if (name !== undefined && segment !== '') return `:${name}`
      return regexp?.ignoreCase === false ? segment : segment.toLowerCase()
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
