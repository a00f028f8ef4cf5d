/** HOT. How far it is to the next sample: random, so that nothing that comes in turns is always met, or never. */

/** Where they begin, in every process: what they are to be unlike is the program's own rhythm. */
const FIRST = 0x9e3779b9

/** Whole numbers from 1 to 2 × mean − 1, each as likely. Not `Math.random`: a program may have put its own there, and count on its order. */
export class Strides {
  readonly #width: number
  #state = FIRST

  constructor(mean: number) {
    this.#width = 2 * mean - 1
  }

  /** Xorshift: Marsaglia 2003, the triple 13, 17, 5. */
  next(): number {
    let state = this.#state
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    this.#state = state
    return 1 + ((state >>> 0) % this.#width)
  }
}
