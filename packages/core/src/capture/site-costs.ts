/** HOT. Costs of sampled records by their site, those of values apart. */

import { MAX_SITES } from '@cinescope/protocol'

/** What the records of one site cost, as far as it was sampled. An estimate: the fewer samples, the rougher. */
export interface SampledSite {
  /** Its number; 0 stands for records without one. */
  readonly site: number
  /** All its records, in ms. */
  readonly ms: number
  /** Of that, what their values cost beyond a record without one, but for those that are spared. */
  readonly valuesMs: number
  /** Records that were timed; the costs are told from these. */
  readonly samples: number
}

/** Sums over sampled records. */
interface Tally {
  samples: number
  ns: number
  withValue: number
  withValueNs: number
}

/** By so much the typical cost goes up or down with a record. */
const STEP = 17 / 16

/** As many sites as a thread can intern, and 0. Only sampled records touch it. */
export class SiteCosts {
  #sampled = 0
  #sampledNs = 0
  /** Since they were taken last. */
  #samples = 0
  readonly #sites = new Map<number, Tally>()
  /**
   * What a record without a value typically costs, in ns: near the median, by steps (frugal streaming: Ma, Muthukrishnan, Sandler
   * 2013). One that the thread was paused in would be worth thousands in a mean.
   */
  #plainNs = 0

  /** Adds one sampled record; of a value that is spared it is not told what it costs. */
  add(site: number, ns: number, hasValue: boolean, isSpared = false): void {
    this.#sampled++
    this.#sampledNs += ns
    this.#samples++
    if (!hasValue) this.#step(ns)
    const known = this.#sites.get(site)
    if (known === undefined && this.#sites.size > MAX_SITES) return
    const tally = known ?? emptyTally()
    addTo(tally, ns, hasValue && !isSpared)
    if (known === undefined) this.#sites.set(site, tally)
  }

  /** Mean of all records sampled, in ns, each with the clock it read; 0 while there is none. */
  get meanNs(): number {
    return this.#sampled === 0 ? 0 : this.#sampledNs / this.#sampled
  }

  /** What each site cost of the `records` made since this was called last. */
  take(records: number): SampledSite[] {
    const scale = this.#samples === 0 ? 0 : records / this.#samples / 1e6
    const plainNs = this.#plainNs
    const taken = Array.from(this.#sites, ([site, { samples, ns, withValue, withValueNs }]) => ({
      site,
      ms: ns * scale,
      valuesMs: Math.max(0, withValueNs - withValue * plainNs) * scale,
      samples,
    }))
    this.#samples = 0
    this.#sites.clear()
    return taken
  }

  #step(ns: number): void {
    if (this.#plainNs === 0) this.#plainNs = ns
    else if (ns > this.#plainNs) this.#plainNs *= STEP
    else this.#plainNs /= STEP
  }
}

function emptyTally(): Tally {
  return { samples: 0, ns: 0, withValue: 0, withValueNs: 0 }
}

function addTo(tally: Tally, ns: number, hasValue: boolean): void {
  tally.samples++
  tally.ns += ns
  if (!hasValue) return
  tally.withValue++
  tally.withValueNs += ns
}
