/** What the records of sites cost of late: few of them are timed, and a rare one may be in none of a look's samples. */

import type { SiteCost } from './governor.ts'

/** What is remembered of a look fades by half in so many seconds. */
const HALF_LIFE = 2
/** In ms; what is less is forgotten. */
const LEAST = 1e-4

/** See the file's first line. */
export class SiteMemory {
  #sites = new Map<number, SiteCost>()

  /** Adds what was measured since the look before, in that many seconds; gives what is known now. */
  add(measured: readonly SiteCost[], seconds: number): readonly SiteCost[] {
    const fade = 0.5 ** (seconds / HALF_LIFE)
    const sites = new Map<number, SiteCost>()
    for (const { site, ms, valuesMs } of this.#sites.values()) {
      if (ms * fade > LEAST) sites.set(site, { site, ms: ms * fade, valuesMs: valuesMs * fade })
    }
    for (const { site, ms, valuesMs } of measured) {
      const known = sites.get(site)
      sites.set(site, { site, ms: ms + (known?.ms ?? 0), valuesMs: valuesMs + (known?.valuesMs ?? 0) })
    }
    this.#sites = sites
    return Array.from(sites.values())
  }

  /** What they cost is another matter from now on. */
  forget(sites: readonly number[]): void {
    for (const site of sites) this.#sites.delete(site)
  }
}
