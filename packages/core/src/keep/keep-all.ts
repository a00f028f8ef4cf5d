/** For how long everything is kept because somebody asked for it. */

import { CONTROL_CODE } from '../base/control-code.ts'

/** Counts who asks; one whose end is lost is not believed for ever. */
export class KeepAll {
  readonly #mostNs: number
  #asking = 0
  #until = -Infinity

  constructor(mostNs: number) {
    this.#mostNs = mostNs
  }

  /** Takes a control code; true when it begins. */
  take(code: number, nowNs: number): boolean {
    if (code === CONTROL_CODE.keepAll) {
      this.#asking++
      this.#until = nowNs + this.#mostNs
      return true
    }
    if (code === CONTROL_CODE.keepAllStill) return this.#goOn(nowNs)
    if (code === CONTROL_CODE.keepAllEnd && this.#asking > 0) this.#asking--
    return false
  }

  /** Where it had been given up, or its begin was lost, it begins anew. */
  #goOn(nowNs: number): boolean {
    const begins = !this.isOn(nowNs)
    this.#asking = Math.max(1, this.#asking)
    this.#until = nowNs + this.#mostNs
    return begins
  }

  isOn(nowNs: number): boolean {
    if (this.#asking > 0 && nowNs > this.#until) this.#asking = 0
    return this.#asking > 0
  }
}
