/**
 * What was changed at run time, in memory that all threads of a process share. It holds changes only: a thread has its own
 * settings, and these above them. So a thread that starts later has them by looking, and none has to be asked for them.
 *
 * | bytes | what |
 * |---|---|
 * | 0 | int32: how often something was changed |
 * | 8 + 16 i | the number of option i, a float64; not a number for no limit |
 * | 16 + 16 i | int32: who changed it, an index of `SAYERS`; 0 for nobody |
 */

/** Who changes options: the program itself, or somebody through the control socket. The first stands for nobody. */
const SAYERS = ['nobody', 'code', 'ctl'] as const

/** One of them. */
export type Sayer = Exclude<(typeof SAYERS)[number], 'nobody'>

/** A number that was changed. */
interface Posted {
  /** Undefined for no limit. */
  readonly value: number | undefined
  readonly by: Sayer
}

/** Memory for so many options. */
export function allocateBoard(options: number): SharedArrayBuffer {
  return new SharedArrayBuffer(8 + 16 * options)
}

/** One thread's view of it. Of two threads that change the same option at once, one is the last, for all of them. */
export class SettingsBoard {
  readonly #words: Int32Array
  readonly #bits: BigUint64Array
  readonly #number = new Float64Array(1)
  readonly #numberBits: BigUint64Array = new BigUint64Array(this.#number.buffer)

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory)
    this.#bits = new BigUint64Array(memory, 0, memory.byteLength >>> 3)
  }

  /** How often something was changed; looked at before what was. */
  get changes(): number {
    return Atomics.load(this.#words, 0)
  }

  put(option: number, value: number | undefined, by: Sayer): void {
    this.#number[0] = value ?? NaN
    Atomics.store(this.#bits, 1 + 2 * option, this.#numberBits[0]!)
    Atomics.store(this.#words, 4 + 4 * option, SAYERS.indexOf(by))
    Atomics.add(this.#words, 0, 1)
  }

  /** Undefined for one that was not changed. */
  get(option: number): Posted | undefined {
    const by = SAYERS[Atomics.load(this.#words, 4 + 4 * option)]
    if (by === undefined || by === 'nobody') return undefined
    this.#numberBits[0] = Atomics.load(this.#bits, 1 + 2 * option)
    const value = this.#number[0]!
    return { value: Number.isNaN(value) ? undefined : value, by }
  }
}
