/** HOT. The states recorded last, encoded, as far as memory for them goes: what the next ones are compared with. */

/** What an entry costs beside its bytes. */
const OVERHEAD = 200

/** The end of an entity's chain: a whole state and the patches behind it. Its fields are the owner's to change. */
export class KeptState {
  bytes: Uint8Array = new Uint8Array(0)
  /** Of the encoded state in `bytes`; 0 when it is not known, since patches have been reported. */
  length = 0
  /** Seq of the whole state that the chain begins with. */
  whole = 0
  /** Bytes of it. */
  wholeLength = 0
  /** Patches behind it. */
  patches = 0
  /** Bytes of them. */
  patchBytes = 0
  /** Nothing was left out of the states of the chain because of a limit. */
  isComplete = true
  /** All keys that can have a number have one, so that a path tells the same in all states of the chain. */
  isNumbered = true
  /** Of which limits the state is: how often they had been changed. */
  limits = 0
  /** Used since room was last made. */
  isRecent = true

  /** Keeps a copy. */
  keep(from: Uint8Array, length: number): void {
    // a fifth more, since states grow by and by
    if (length > this.bytes.length) this.bytes = new Uint8Array(length + (length >> 2) + 16)
    const into = this.bytes
    for (let i = 0; i < length; i++) into[i] = from[i]!
    this.length = length
  }
}

/** By the number of the entity. Those not used for longest go first: second chance, as the clock algorithm has it. */
export class KeptStates {
  readonly #states = new Map<number, KeptState>()
  readonly #maxBytes: number
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  get(entity: number): KeptState | undefined {
    const state = this.#states.get(entity)
    if (state !== undefined) state.isRecent = true
    return state
  }

  /** A new entry. */
  add(entity: number): KeptState {
    const state = new KeptState()
    this.#states.set(entity, state)
    this.#bytes += OVERHEAD
    return state
  }

  /** Says that an entry's buffer has grown by so many bytes. */
  grown(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes > this.#maxBytes) this.#makeRoom()
  }

  forget(entity: number): void {
    const state = this.#states.get(entity)
    if (state === undefined) return
    this.#bytes -= OVERHEAD + state.bytes.length
    this.#states.delete(entity)
  }

  /** Forgets all. */
  clear(): void {
    this.#states.clear()
    this.#bytes = 0
  }

  /** Down to three quarters, so that it is not due again at once. */
  #makeRoom(): void {
    const enough = this.#maxBytes * 0.75
    for (let round = 0; round < 2; round++) {
      for (const [entity, state] of this.#states) {
        if (this.#bytes <= enough) return
        if (state.isRecent) state.isRecent = false
        else this.forget(entity)
      }
    }
  }
}
