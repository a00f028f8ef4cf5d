/** A map of what was used last. */

/** Remembers the `least` entries added or asked for last, and up to as many more. Whole halves are forgotten: nothing is deleted one by one. */
export class Recent<K, V> {
  readonly #least: number
  #young = new Map<K, V>()
  #old: ReadonlyMap<K, V> = new Map<K, V>()

  constructor(least: number) {
    this.#least = least
  }

  get(key: K): V | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) this.set(key, old)
    return old
  }

  set(key: K, value: V): void {
    this.#young.set(key, value)
    if (this.#young.size < this.#least) return
    this.#old = this.#young
    this.#young = new Map<K, V>()
  }
}
