/** Counts by exponent, dense from the smallest that occurs to the largest, so that adding what others have counted is quick. */

/** Enough for values from 1e-9 to 1e26. */
const MAX_WIDTH = 4096
const FIRST_WIDTH = 64

/** See above. Exponents are whole and not negative. */
export class SketchBins {
  /** The smallest exponents were joined because they spread too far. */
  isCollapsed = false
  #counts = new Float64Array(0)
  /** Exponent of the first count. */
  #first = 0

  /** Counts `count` of an exponent. */
  add(exponent: number, count: number): void {
    let at = exponent - this.#first
    if (at < 0 || at >= this.#counts.length) {
      const isBelowAll = at < 0 && this.isCollapsed && this.#counts.length === MAX_WIDTH
      if (!isBelowAll) this.#widen(exponent)
      at = Math.max(0, exponent - this.#first)
    }
    // within the counts, as widened
    this.#counts[at] = this.#counts[at]! + count
  }

  /** Counts what another has counted. */
  merge(other: SketchBins): void {
    this.isCollapsed ||= other.isCollapsed
    for (const { exponent, count } of other.entries()) this.add(exponent, count)
  }

  /** What counts something, ascending. */
  entries(): { readonly exponent: number; readonly count: number }[] {
    const entries: { exponent: number; count: number }[] = []
    for (let at = 0; at < this.#counts.length; at++) {
      const count = this.#counts[at]!
      if (count > 0) entries.push({ exponent: this.#first + at, count })
    }
    return entries
  }

  /** Makes room for one more; those that are too far below the largest are counted as the smallest that is not. */
  #widen(exponent: number): void {
    const entries = this.entries()
    const from = Math.min(exponent, entries[0]?.exponent ?? exponent)
    const to = Math.max(exponent, entries.at(-1)?.exponent ?? exponent)
    const needed = to - from + 1
    if (needed > MAX_WIDTH) this.isCollapsed = true
    let width = Math.max(FIRST_WIDTH, this.#counts.length)
    while (width < needed && width < MAX_WIDTH) width *= 2
    // room on both sides, so that it is not soon made again
    const first = needed > MAX_WIDTH ? to - MAX_WIDTH + 1 : Math.max(0, from - Math.floor((width - needed) / 2))
    const counts = new Float64Array(width)
    for (const { exponent, count } of entries) {
      const at = Math.max(0, exponent - first)
      counts[at] = counts[at]! + count
    }
    this.#counts = counts
    this.#first = first
  }
}
