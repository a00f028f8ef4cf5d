/** HOT. What recording costs the thread that is recorded, by samples. Bench row `self-cost`. */

import type { Clock } from '../base/clock.ts'
import { STATUS } from '../base/status.ts'
import { type RecordCount, SectionCosts } from './section-costs.ts'
import { type SampledSite, SiteCosts } from './site-costs.ts'
import { Strides } from './strides.ts'

/** One record in 256 is timed. */
const MEAN_STRIDE = 256

/** Estimates CPU; tells it to the shared figures with every sample. */
export class ProbeCost {
  /** What is done around records. */
  readonly sections: SectionCosts
  readonly #clock: Clock
  readonly #figures: Float64Array
  readonly #ring: RecordCount
  readonly #strides = new Strides(MEAN_STRIDE)
  readonly #sites = new SiteCosts()
  #takenAt = 0

  constructor(clock: Clock, figures: Float64Array, ring: RecordCount) {
    this.#clock = clock
    this.#figures = figures
    this.#ring = ring
    this.sections = new SectionCosts(clock, ring, () => this.#tell())
  }

  /**
   * All sections, and of the records that are in none their number times the mean of those sampled. An estimate, so it may also
   * fall by a little.
   */
  get cpuMs(): number {
    const { ns, records } = this.sections
    return (ns + this.#sites.meanNs * Math.max(0, this.#ring.seq - records)) / 1e6
  }

  /**
   * What the records of each site have cost since this was called last; what sections do around them is not in it. Its caller is
   * the only one.
   */
  takeSites(): SampledSite[] {
    const { seq } = this.#ring
    const records = seq - this.#takenAt
    this.#takenAt = seq
    return this.#sites.take(records)
  }

  /** Number of the record that is to be sampled after `seq`. */
  after(seq: number): number {
    return seq + this.#strides.next()
  }

  /**
   * From the reading of the clock of record `seq` to one now: one of the two is in it. What is before it, the room found and
   * the whole numbers put there, is not, and is less than such a reading. Of a value that `isSpared` it is not told apart what it
   * costs: no budget leaves it out. Gives the number of the next record to be sampled.
   */
  sample(sinceNs: number, seq: number, site: number, hasValue: boolean, isSpared: boolean): number {
    try {
      this.#sites.add(site, this.#clock.now() * 1e6 - sinceNs, hasValue, isSpared)
      this.#tell()
      return this.after(seq)
    } catch {
      // the stack ends here; the record is committed
      return seq
    }
  }

  #tell(): void {
    this.#figures[STATUS.probeCpuMs] = this.cpuMs
  }
}
