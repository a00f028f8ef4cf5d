/** The producing end's account of the rings it has: which one it is in, which are free, what they cost. One thread only. */

import { allocateRing, CONTROL, FIRST_RING, type GrownRing, ringBytes, type RingMemory } from './memory.ts'

/** A ring and its control words. */
interface Link extends GrownRing {
  readonly control: Int32Array
}

/**
 * Rings of one size, as many as the limit allows. The producer goes from one to another where it would refuse, and tells so in
 * the control words of the one it leaves; the consumer follows once that is empty, and clears the word: it is free again.
 */
export class RingGrowth {
  readonly #first: Link
  readonly #tell: (grown: GrownRing) => void
  readonly #size: number
  readonly #maxBytes: number
  #here: Link
  /** Left by the producer, in this order; the consumer may still be in them. */
  #left: Link[] = []
  /** Left by the consumer too, or never used. */
  #free: Link[] = []
  #lastNumber = FIRST_RING
  /** Bytes beyond which nothing is added. */
  #limit: number
  #isAdding = false
  #wasNeeded = false

  /** `tell` hands a ring to the consumer, before there is a record in it, so that it arrives also while this thread is blocked. */
  constructor(memory: RingMemory, tell: (grown: GrownRing) => void) {
    this.#first = { number: FIRST_RING, memory, control: new Int32Array(memory.control) }
    this.#here = this.#first
    this.#tell = tell
    this.#size = ringBytes(memory.options)
    this.#maxBytes = memory.options.maxBytes ?? this.#size
    this.#limit = this.#maxBytes
  }

  /** Of all rings. */
  get bytes(): number {
    return this.#size * (1 + this.#left.length + this.#free.length)
  }

  /** Records in the rings that the producer has left, as far as they have not been taken. */
  waiting(): number {
    return this.#left.reduce((sum, { control }) => sum + waitingIn(control), 0)
  }

  /** The ring in which records can go on; one is added where none is free and the limit allows it. Undefined at the limit. O(1). */
  spare(): RingMemory | undefined {
    this.#wasNeeded = true
    this.#collect()
    if (this.#free.length === 0) this.#add()
    return this.#free[0]?.memory
  }

  /** Tells the consumer that records go on in the ring that `spare` has given. Calls nothing in which the stack could end. */
  moveOn(): void {
    const from = this.#here
    // the caller has it from `spare`
    const to = this.#free.shift()!
    this.#left.push(from)
    this.#here = to
    Atomics.store(from.control, CONTROL.next, to.number)
  }

  /** True when no other ring was asked for since the last call, the consumer has come to the one in use, and there are others. */
  isUnneeded(): boolean {
    const wasNeeded = this.#wasNeeded
    this.#wasNeeded = false
    this.#limit = this.#maxBytes
    this.#collect()
    return !wasNeeded && this.#left.length === 0 && this.#free.length > 0
  }

  /** Leaves nothing but the first ring to go on in, if it is not in use; to be followed by `forget`. Only when `isUnneeded`. */
  first(): RingMemory | undefined {
    this.#free = this.#here === this.#first ? [] : [this.#first]
    return this.#free[0]?.memory
  }

  /** Gives all rings but the first back, here and at the consumer. Only in the first. */
  forget(): void {
    this.#left = []
    Atomics.store(this.#first.control, CONTROL.givenBack, this.#lastNumber)
  }

  #collect(): void {
    const left = this.#left
    while (left.length > 0 && Atomics.load(left[0]!.control, CONTROL.next) === 0) this.#free.push(left.shift()!)
  }

  /** What the host runs meanwhile (hooks on what is made here) may record too, and finds no room. */
  #add(): void {
    if (this.#isAdding || this.bytes + this.#size > this.#limit) return
    this.#isAdding = true
    const { options, wake } = this.#first.memory
    try {
      const memory = allocateRing(options, wake)
      const number = ++this.#lastNumber
      this.#tell({ number, memory })
      this.#free.push({ number, memory, control: new Int32Array(memory.control) })
    } catch {
      // there is no memory, or no stack: what there is has to do until the next look
      this.#limit = this.bytes
    }
    this.#isAdding = false
  }
}

function waitingIn(control: Int32Array): number {
  return (Atomics.load(control, CONTROL.head) - Atomics.load(control, CONTROL.tail)) >>> 0
}
