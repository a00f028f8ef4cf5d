/** HOT: what is the same for all requests to one origin, worked out once. */

import type { Probe } from '../capture/probe.ts'

/** Origins that are remembered; a program that calls more of them has each worked out anew now and then. */
const MAX_ORIGINS = 512

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

  constructor(framework: string, origin: string) {
    const start = origin.indexOf('://') + 3
    const address = start === 2 ? origin : origin.slice(start)
    const colon = address.lastIndexOf(':')
    const hasPort = colon > address.lastIndexOf(']')
    this.origin = origin
    this.host = hasPort ? address.slice(0, colon) : address
    this.port = hasPort ? Number(address.slice(colon + 1)) : undefined
    this.#framework = framework
    this.#address = address
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
    const site = probe.site({ name: name ?? `${key} ${this.#address}`, framework: this.#framework })
    this.#sites.set(key, site)
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

  of(origin: string): ClientOrigin {
    const known = this.#origins.get(origin)
    if (known !== undefined) return known
    if (this.#origins.size >= MAX_ORIGINS) this.#origins.clear()
    const made = new ClientOrigin(this.#framework, origin)
    this.#origins.set(origin, made)
    return made
  }
}
