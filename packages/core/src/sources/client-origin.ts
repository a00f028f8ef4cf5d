/** HOT: what is the same for all requests to one origin, worked out once. */

import type { Probe } from '../capture/probe.ts'
import { methodName } from './method-name.ts'

/** Origins that are remembered, and whose requests have names of their own; those beyond are worked out anew each time and share one. */
const MAX_ORIGINS = 1024

const ABSOLUTE = /^[a-z][a-z\d+.-]{0,31}:\/\/[^/?#]*/i

/** Where a request goes. */
export interface Destination {
  readonly origin: ClientOrigin
  readonly path: string
}

const BODY = 'http.response.body'

/** Scheme, host and port of a peer. */
export class ClientOrigin {
  readonly origin: string
  readonly host: string
  readonly port: number | undefined
  readonly #framework: string
  readonly #address: string
  readonly #sites = new Map<string, number>()
  #siteOf: Probe | undefined

  /** Requests to one that is not `isNamed` are named by their method alone. */
  constructor(framework: string, origin: string, isNamed = true) {
    const start = origin.indexOf('://') + 3
    const scheme = start === 2 ? '' : origin.slice(0, start)
    // who calls is no part of the address, and its password is nobody's
    const address = origin.slice(Math.max(scheme.length, origin.lastIndexOf('@') + 1))
    const colon = address.lastIndexOf(':')
    const hasPort = colon > address.lastIndexOf(']')
    this.origin = scheme + address
    this.host = hasPort ? address.slice(0, colon) : address
    this.port = hasPort ? Number(address.slice(colon + 1)) : undefined
    this.#framework = framework
    this.#address = isNamed ? address : 'elsewhere'
  }

  /** Number of the site of bodies in a scope. */
  bodySite(probe: Probe): number {
    return this.#numberOf(probe, BODY, BODY)
  }

  /** Number of the site of requests by a method in a scope. */
  site(probe: Probe, method: string): number {
    return this.#numberOf(probe, method, undefined)
  }

  #numberOf(probe: Probe, key: string, name: string | undefined): number {
    if (this.#siteOf !== probe) {
      this.#siteOf = probe
      this.#sites.clear()
    }
    const known = this.#sites.get(key)
    if (known !== undefined) return known
    const word = methodName(key)
    const site = probe.site({ name: name ?? `${word} ${this.#address}`, framework: this.#framework })
    // words that share a name may be without end
    if (name !== undefined || word === key) this.#sites.set(key, site)
    return site
  }
}

/** The origins that one client calls. */
export class ClientOrigins {
  readonly #framework: string
  readonly #origins = new Map<string, ClientOrigin>()

  /** `framework` names the sites: `http`, `undici`. */
  constructor(framework: string) {
    this.#framework = framework
  }

  /**
   * Where a request by `method` for `path` goes: to the origin of its connection, unless it is one to a proxy, which has the
   * whole URL for its path, or of CONNECT the address.
   */
  to(origin: string, method: string, path: string): Destination {
    if (method === 'CONNECT') return { origin: this.of(path), path: '' }
    const absolute = path.startsWith('/') ? null : ABSOLUTE.exec(path)
    return absolute === null
      ? { origin: this.of(origin), path }
      : { origin: this.of(absolute[0]), path: path.slice(absolute[0].length) }
  }

  of(origin: string): ClientOrigin {
    const known = this.#origins.get(origin)
    if (known !== undefined) return known
    const isNamed = this.#origins.size < MAX_ORIGINS
    const made = new ClientOrigin(this.#framework, origin, isNamed)
    if (isNamed) this.#origins.set(origin, made)
    return made
  }
}
