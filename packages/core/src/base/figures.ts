/** The writer's figures as the app thread reads them: all of one publication, never half of the next. */

import { SIGNAL, type StatusMemory } from './status.ts'

/** Changes figures so that a reader notices a change under way. */
export function publish(signals: Int32Array, change: () => void): void {
  Atomics.add(signals, SIGNAL.publications, 1)
  change()
  Atomics.add(signals, SIGNAL.publications, 1)
}

/** Reads figures of one publication; the last one seen while the next is being written. Never waits. */
export class FigureReader {
  readonly #live: Float64Array
  readonly #signals: Int32Array
  #seen: Float64Array
  #spare: Float64Array

  constructor(memory: StatusMemory) {
    this.#live = new Float64Array(memory.figures)
    this.#signals = new Int32Array(memory.signals)
    this.#seen = new Float64Array(this.#live.length)
    this.#spare = new Float64Array(this.#live.length)
  }

  /** Index with `STATUS`; valid until the next call. */
  read(): Float64Array {
    const before = Atomics.load(this.#signals, SIGNAL.publications)
    this.#spare.set(this.#live)
    const isWhole = (before & 1) === 0 && Atomics.load(this.#signals, SIGNAL.publications) === before
    if (isWhole) [this.#seen, this.#spare] = [this.#spare, this.#seen]
    return this.#seen
  }
}
