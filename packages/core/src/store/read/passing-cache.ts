/**
 * Keeps what comes back, not what is only passed (2Q, Johnson and Shasha 1994). A pass over all of a recording takes no more
 * memory than it needs for that, and leaves what is asked for again and again where it is.
 */

/** What is kept at most, in the unit of `weigh`. */
export interface PassingLimits<V> {
  /** Of what was read for the first time. */
  readonly passing: number
  /** Of what was read again after it had gone from there. */
  readonly asked: number
  weigh(value: V): number
}

/** Of what has gone from there so many are remembered by their numbers. */
const REMEMBERED = 8192

/** See the file's first lines. Keys are numbers. */
export class PassingCache<V> {
  readonly #passing: Bounded<V>
  readonly #asked: Bounded<V>
  readonly #gone = new Set<number>()

  constructor({ passing, asked, weigh }: PassingLimits<V>) {
    this.#passing = new Bounded(passing, weigh)
    this.#asked = new Bounded(asked, weigh)
  }

  get(key: number): V | undefined {
    return this.#passing.values.get(key) ?? this.#asked.touched(key)
  }

  /** Keeps what was not there; others go when they are too many. */
  keep(key: number, value: V): void {
    if (this.#gone.delete(key)) {
      this.#asked.add(key, value)
      return
    }
    for (const left of this.#passing.add(key, value)) {
      this.#gone.add(left)
      if (this.#gone.size > REMEMBERED) this.#gone.delete(this.#gone.values().next().value!)
    }
  }

  /** Forgets what is not there any more. */
  forget(isGone: (key: number) => boolean): void {
    this.#passing.forget(isGone)
    this.#asked.forget(isGone)
  }

  /** How many are kept. */
  get size(): number {
    return this.#passing.values.size + this.#asked.values.size
  }
}

/** Values up to a weight; the oldest go first, the newest stays whatever it weighs. */
class Bounded<V> {
  readonly values = new Map<number, V>()
  readonly #limit: number
  readonly #weigh: (value: V) => number
  #weight = 0

  constructor(limit: number, weigh: (value: V) => number) {
    this.#limit = limit
    this.#weigh = weigh
  }

  /** What is asked for is the newest again. */
  touched(key: number): V | undefined {
    const value = this.values.get(key)
    if (value === undefined) return undefined
    this.values.delete(key)
    this.values.set(key, value)
    return value
  }

  /** Gives the keys of what had to go. */
  add(key: number, value: V): readonly number[] {
    this.values.set(key, value)
    this.#weight += this.#weigh(value)
    const gone: number[] = []
    for (const oldest of this.values.keys()) {
      if (this.#weight <= this.#limit || oldest === key) break
      this.#remove(oldest)
      gone.push(oldest)
    }
    return gone
  }

  forget(isGone: (key: number) => boolean): void {
    for (const key of this.values.keys()) if (isGone(key)) this.#remove(key)
  }

  #remove(key: number): void {
    this.#weight -= this.#weigh(this.values.get(key)!)
    this.values.delete(key)
  }
}
