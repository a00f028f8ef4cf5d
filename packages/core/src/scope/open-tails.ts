/** How many tails of a scope's own recording are being read. */

/** See above: a recording is not closed under them, since they end by themselves once it has ended. */
export class OpenTails {
  #count = 0
  #waiting: (() => void)[] = []

  get areAny(): boolean {
    return this.#count > 0
  }

  /** Counts one that begins; what it gives is called at its end. */
  readonly begin = (): (() => void) => {
    this.#count++
    return () => {
      if (--this.#count > 0) return
      const waiting = this.#waiting
      this.#waiting = []
      for (const resolve of waiting) resolve()
    }
  }

  /** Resolves once there are none. */
  async none(): Promise<void> {
    while (this.areAny) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }
}
