/**
 * HOT. Random numbers of our own: xorshift (Marsaglia 2003, the triple 13, 17, 5). Not `Math.random`: a program may have put its
 * own there, which throws, or may count on the order of what it draws.
 */

/** See the file's first line. `seed` must not be 0. */
export class Chance {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** A whole number below 2^32, never 0. */
  word(): number {
    let state = this.#state
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    this.#state = state
    return state >>> 0
  }

  /** From 0 to 1. */
  part(): number {
    return this.word() / 2 ** 32
  }
}
