/** A queue ordered by a number: what is due first comes out first. */

/** Binary min-heap; O(log n) a step. Equals come out in no order. */
export class TimeHeap<T> {
  readonly #keys: number[] = []
  readonly #items: T[] = []

  get size(): number {
    return this.#keys.length
  }

  push(key: number, item: T): void {
    let at = this.#keys.length
    while (at > 0) {
      const above = (at - 1) >> 1
      // above is an index below the length
      if (this.#keys[above]! <= key) break
      this.#place(at, this.#keys[above]!, this.#items[above]!)
      at = above
    }
    this.#place(at, key, item)
  }

  /** Takes out what comes first, if its number is at most `key`. */
  popUntil(key: number): T | undefined {
    const [first] = this.#keys
    if (first === undefined || first > key) return undefined
    const [item] = this.#items
    const lastKey = this.#keys.pop()!
    // both arrays have the same length, which is above 0
    const lastItem = this.#items.pop()!
    if (this.#keys.length > 0) this.#sink(lastKey, lastItem)
    return item
  }

  #sink(key: number, item: T): void {
    const { length } = this.#keys
    let at = 0
    for (let below = 1; below < length; below = 2 * at + 1) {
      // below + 1 is read only where it is an index
      if (below + 1 < length && this.#keys[below + 1]! < this.#keys[below]!) below++
      if (this.#keys[below]! >= key) break
      this.#place(at, this.#keys[below]!, this.#items[below]!)
      at = below
    }
    this.#place(at, key, item)
  }

  #place(at: number, key: number, item: T): void {
    this.#keys[at] = key
    this.#items[at] = item
  }
}
