/** The consuming end's account of a producer's rings: which one it reads, and which come after it. One thread only. */

import { ConsumerLink } from './link.ts'
import { CONTROL, FIRST_RING, type RingMemory } from './memory.ts'

/**
 * Gives a ring that the producer has added, by its number, once; those with lower numbers that nobody has asked for are not
 * asked for any more. The producer has handed it over before it told its number.
 */
export type FindRing = (number: number) => RingMemory | undefined

/** Follows the producer from ring to ring. A ring is left once it is empty and the producer has told in which it goes on. */
export class RingChain {
  here: ConsumerLink
  readonly #first: ConsumerLink
  readonly #find: FindRing
  readonly #links = new Map<number, ConsumerLink>()
  #lastFound = FIRST_RING
  #givenBack = 0

  constructor(memory: RingMemory, find: FindRing) {
    this.#first = this.here = new ConsumerLink(memory)
    this.#find = find
    this.#links.set(FIRST_RING, this.here)
  }

  /** Rings that were found so far. */
  get grown(): number {
    return this.#lastFound - FIRST_RING
  }

  /** Goes on to the next ring; false while there is something to read in this one, or there is no other. */
  follow(): boolean {
    const next = this.#nextOf(this.here)
    // the producer tells after its last record: what is here now is all
    if (next === undefined || this.here.backlog() > 0) return next !== undefined
    this.here.leave()
    this.here = next
    return true
  }

  /** Committed records not yet consumed, in all rings. */
  backlog(): number {
    let sum = 0
    for (let link: ConsumerLink | undefined = this.here; link !== undefined; link = this.#nextOf(link)) {
      sum += link.backlog()
    }
    return sum
  }

  /** Drops what the producer has given back. */
  forget(): void {
    const upTo = Atomics.load(this.#first.control, CONTROL.givenBack)
    if (upTo === this.#givenBack) return
    this.#givenBack = upTo
    // one that was never used has not been asked for
    if (upTo > this.#lastFound) this.#find(upTo)
    this.#lastFound = Math.max(this.#lastFound, upTo)
    for (const number of this.#links.keys()) if (number > FIRST_RING && number <= upTo) this.#links.delete(number)
  }

  #nextOf(link: ConsumerLink): ConsumerLink | undefined {
    const number = link.next()
    return number === 0 ? undefined : (this.#links.get(number) ?? this.#found(number))
  }

  #found(number: number): ConsumerLink | undefined {
    const memory = this.#find(number)
    if (memory === undefined) return undefined
    const link = new ConsumerLink(memory)
    this.#links.set(number, link)
    this.#lastFound = number
    return link
  }
}
