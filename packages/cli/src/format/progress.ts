/** Tells people that work goes on, once it has taken a second: one line of the terminal, which goes before anything else is printed. */

import type { Output } from './screen.ts'

const SHOWN_AFTER_MS = 1000
const EVERY_MS = 250

/** See above. Only a terminal is told. */
export class Progress implements Disposable {
  readonly #output: Output
  readonly #started: number = performance.now()
  #timer: NodeJS.Timeout | undefined
  #text = ''
  #isShown = false

  constructor(output: Output) {
    this.#output = output
    if (output.isTTY !== true) return
    this.#timer = setInterval(() => this.#show(), EVERY_MS)
    this.#timer.unref()
  }

  /** Says how far the work is. */
  tell(done: number, of: number, what: string): void {
    this.#text = `${Math.min(done, of)} of ${of} ${what}`
  }

  /** Takes the line away; what is printed now is what was waited for. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    if (this.#isShown) this.#output.write('\r\u001b[K')
    this.#isShown = false
  }

  #show(): void {
    const ms = performance.now() - this.#started
    if (ms < SHOWN_AFTER_MS) return
    this.#isShown = true
    const seconds = `${Math.floor(ms / 1000)} s`
    this.#output.write(`\r\u001b[K${this.#text === '' ? `working, ${seconds}` : `${this.#text}, ${seconds}`}`)
  }
}
