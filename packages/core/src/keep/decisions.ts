/** What has been decided of films, for what still comes of them. Bounded. */

/** Ended films that are remembered: late events of a film come soon after its end or never. */
const MAX_ENDED = 16_384
/** Films that were decided before their end, which may be long in coming. */
const MAX_OPEN = 65_536

/** See the file's first line. Films go by the seq of their root. */
export class Decisions {
  readonly #open = new Map<number, boolean>()
  readonly #ended = new Map<number, boolean>()
  #forgotten = 0

  /** Remembers whether a film is kept; `hasEnded`: its root has. */
  decide(root: number, isKept: boolean, hasEnded: boolean): void {
    if (hasEnded) this.#remember(this.#ended, MAX_ENDED, root, isKept)
    else this.#remember(this.#open, MAX_OPEN, root, isKept)
  }

  /** The root of a film that was decided before has ended. */
  end(root: number): void {
    const isKept = this.#open.get(root)
    if (isKept === undefined) return
    this.#open.delete(root)
    this.decide(root, isKept, true)
  }

  /** Whether a film is kept; undefined for one of which nothing has been decided. One that is forgotten counts as not kept. */
  of(root: number): boolean | undefined {
    return this.#open.get(root) ?? this.#ended.get(root) ?? (root <= this.#forgotten ? false : undefined)
  }

  #remember(decided: Map<number, boolean>, most: number, root: number, isKept: boolean): void {
    decided.set(root, isKept)
    if (decided.size <= most) return
    const oldest = decided.keys().next()
    if (oldest.done === true) return
    decided.delete(oldest.value)
    if (oldest.value > this.#forgotten) this.#forgotten = oldest.value
  }
}
