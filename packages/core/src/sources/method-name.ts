/** What a request's method may name. */

import { nodeHttp } from './node-http.ts'

const KNOWN: ReadonlySet<string> = new Set(nodeHttp.METHODS)

/** A peer may send any word, and names of sites are kept: what is no method of Node's has OpenTelemetry's name, `_OTHER`. */
export function methodName(method: string): string {
  return KNOWN.has(method) ? method : '_OTHER'
}
