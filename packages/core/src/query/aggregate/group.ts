/** The figures of one group while they are counted. */

import { type AggregateGroup, QuantileSketch, type WallMs } from '@cinescope/protocol'

/** See above. Times are ns since the process's anchor. */
export class Group {
  readonly key: string | undefined
  /** Begin of its bucket in ms, or undefined. */
  readonly at: WallMs | undefined
  count = 0
  readonly #sketch = new QuantileSketch()
  #errors = 0
  #measured = 0
  #sum = 0
  #min = Infinity
  #max = -Infinity
  #firstNs = Infinity
  #lastNs = -Infinity

  constructor(key: string | undefined, at: WallMs | undefined) {
    this.key = key
    this.at = at
  }

  /** Its quantiles keep no bound. */
  get isRough(): boolean {
    return this.#sketch.isCollapsed
  }

  /** Counts an event; `measured` is undefined for one that has none. */
  add(timeNs: number, isError: boolean, measured: number | undefined): void {
    this.count++
    if (isError) this.#errors++
    if (timeNs < this.#firstNs) this.#firstNs = timeNs
    if (timeNs > this.#lastNs) this.#lastNs = timeNs
    if (measured === undefined || !Number.isFinite(measured)) return
    this.#measured++
    this.#sum += measured
    if (measured < this.#min) this.#min = measured
    if (measured > this.#max) this.#max = measured
    this.#sketch.add(measured)
  }

  /** The figures, over buckets of `perMs` or from the first event to the last. */
  figures(quantiles: readonly number[], perMs: number | undefined): AggregateGroup {
    const seconds = perMs === undefined ? (this.#lastNs - this.#firstNs) / 1e9 : perMs / 1000
    const hasAny = this.#measured > 0
    const [min, max] = [this.#min, this.#max]
    return {
      key: this.key,
      at: this.at,
      count: this.count,
      errors: this.#errors,
      perSecond: seconds > 0 ? this.count / seconds : undefined,
      measured: this.#measured,
      sum: this.#sum,
      min: hasAny ? min : undefined,
      max: hasAny ? max : undefined,
      // a bin's middle may lie beyond what was measured
      quantiles: quantiles.map((each) => {
        const value = this.#sketch.quantile(each)
        return value === undefined ? undefined : Math.min(max, Math.max(min, value))
      }),
    }
  }
}
