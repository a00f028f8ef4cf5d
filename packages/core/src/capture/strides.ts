/** HOT. How far it is to the next sample: random, so that nothing that comes in turns is always met, or never. */

import { Chance } from './chance.ts'

/** Where they begin, in every process: what they are to be unlike is the program's own rhythm. */
const FIRST = 0x9e3779b9

/** Whole numbers from 1 to 2 × mean − 1, each as likely. */
export class Strides {
  readonly #width: number
  readonly #chance = new Chance(FIRST)

  constructor(mean: number) {
    this.#width = 2 * mean - 1
  }

  next(): number {
    return 1 + (this.#chance.word() % this.#width)
  }
}
