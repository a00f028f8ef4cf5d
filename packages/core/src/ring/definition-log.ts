/**
 * Definitions of one thread on their way to the writer, in shared memory: they need no handshake, and outlive a thread that is
 * ended from outside. One producer, one consumer. Two control words count the bytes put and taken, low 32 bits; an entry is its
 * length (uint32) and JSON in UTF-8, both of which may wrap.
 */

import type { Definition } from '@cinescope/protocol'

/** Bytes for definitions under way; a power of two. */
const CAPACITY = 1_048_576
const MASK = CAPACITY - 1
const LENGTH_BYTES = 4
const WORD = { put: 0, taken: 1 } as const

/** What crosses to the writer thread. */
export interface DefinitionMemory {
  readonly control: SharedArrayBuffer
  readonly bytes: SharedArrayBuffer
}

/** Where a writer finds definitions. */
export interface DefinitionSource {
  /** Those that arrived since, in order. Asked after records were taken: each was put there before the first that refers to it. */
  take(): Definition[]
}

/** An empty log. */
export function allocateDefinitions(): DefinitionMemory {
  return { control: new SharedArrayBuffer(8), bytes: new SharedArrayBuffer(CAPACITY) }
}

/** The end of the thread that records. */
export class DefinitionProducer {
  readonly #control: Int32Array
  readonly #bytes: Uint8Array
  readonly #encoder = new TextEncoder()
  #put: number

  constructor(memory: DefinitionMemory) {
    this.#control = new Int32Array(memory.control)
    this.#bytes = new Uint8Array(memory.bytes)
    this.#put = Atomics.load(this.#control, WORD.put)
  }

  /** False when there is no room now: whoever was to be defined goes without a number. O(its length). */
  put(definition: Definition): boolean {
    const entry = this.#encoder.encode(JSON.stringify(definition))
    const used = (this.#put - Atomics.load(this.#control, WORD.taken)) >>> 0
    if (used + LENGTH_BYTES + entry.length > CAPACITY) return false
    const length = new Uint8Array(Uint32Array.of(entry.length).buffer)
    this.#copy(length)
    this.#copy(entry)
    Atomics.store(this.#control, WORD.put, this.#put)
    return true
  }

  #copy(from: Uint8Array): void {
    const at = this.#put & MASK
    const first = Math.min(from.length, CAPACITY - at)
    this.#bytes.set(from.subarray(0, first), at)
    this.#bytes.set(from.subarray(first), 0)
    this.#put = (this.#put + from.length) | 0
  }
}

/** The writer's end. */
export class DefinitionConsumer implements DefinitionSource {
  readonly #control: Int32Array
  readonly #bytes: Uint8Array
  readonly #decoder = new TextDecoder()
  #taken: number

  constructor(memory: DefinitionMemory) {
    this.#control = new Int32Array(memory.control)
    this.#bytes = new Uint8Array(memory.bytes)
    this.#taken = Atomics.load(this.#control, WORD.taken)
  }

  take(): Definition[] {
    const definitions: Definition[] = []
    const put = Atomics.load(this.#control, WORD.put)
    while (this.#taken !== put) {
      const length = new Uint32Array(this.#copy(LENGTH_BYTES).buffer)[0] ?? 0
      definitions.push(JSON.parse(this.#decoder.decode(this.#copy(length))) as Definition)
    }
    Atomics.store(this.#control, WORD.taken, this.#taken)
    return definitions
  }

  /** A copy of the next bytes, which the decoder may read: it takes no shared memory. */
  #copy(length: number): Uint8Array<ArrayBuffer> {
    const copy = new Uint8Array(length)
    const at = this.#taken & MASK
    const first = Math.min(length, CAPACITY - at)
    copy.set(this.#bytes.subarray(at, at + first))
    copy.set(this.#bytes.subarray(0, length - first), first)
    this.#taken = (this.#taken + length) | 0
    return copy
  }
}
