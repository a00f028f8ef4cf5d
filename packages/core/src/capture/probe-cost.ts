/** HOT. What recording costs the thread that is recorded, by samples. */

import type { Clock } from '../base/clock.ts'
import { STATUS } from '../base/status.ts'

/** Estimates CPU; tells it to the shared figures with every sample. */
export class ProbeCost {
  readonly #clock: Clock
  readonly #figures: Float64Array
  #samples = 0
  readonly #sites = new Map<number, { site: number; ms: number; valuesMs: number }>()
  #sampledNs = 0
  /** What was done before records, and is in none of them. */
  #otherNs = 0

  constructor(clock: Clock, figures: Float64Array) {
    this.#clock = clock
    this.#figures = figures
  }

  nowNs(): number {
    return this.#clock.now() * 1e6
  }

  /** Mean of the records sampled, each with the clock it read, times their number, and what was done beside them. */
  cpuMs(records: number): number {
    const recordsNs = this.#samples === 0 ? 0 : (this.#sampledNs / this.#samples) * records
    return (recordsNs + this.#otherNs) / 1e6
  }

  /** Adds work that is in no record. */
  add(ns: number): void {
    this.#otherNs += ns
  }

  /**
   * From the reading of the clock of record `seq` to one now: one of the two is in it. What is before it, the room found and
   * the whole numbers put there, is not, and is less than such a reading.
   */
  sample(sinceNs: number, seq: number, site: number, hasValue: boolean): void {
    try {
      const ns = this.nowNs() - sinceNs
      this.#sampledNs += ns
      this.#addTo(site, ns, hasValue)
      this.#samples++
      this.#figures[STATUS.probeCpuMs] = this.cpuMs(seq)
    } catch {
      // the stack ends here; the record is committed
    }
  }

  #addTo(site: number, ns: number, hasValue: boolean): void {
    const known = this.#sites.get(site)
    const cost = known ?? { site, ms: 0, valuesMs: 0 }
    cost.ms += (ns * 256) / 1e6
    if (hasValue) cost.valuesMs += (ns * 256) / 1e6
    if (known === undefined) this.#sites.set(site, cost)
  }

  takeSites(): { site: number; ms: number; valuesMs: number }[] {
    const sites = Array.from(this.#sites.values())
    this.#sites.clear()
    return sites
  }
}
