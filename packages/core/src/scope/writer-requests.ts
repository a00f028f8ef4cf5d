/** What a thread asks of the writer through shared memory, and what it finds there. */

import { CinescopeError } from '@cinescope/protocol'
import { SIGNAL, STATUS, type StatusMemory, STOP } from '../base/status.ts'
import { wakeWriter } from '../ring/wake.ts'

/** Where it asks. */
export interface RequestMemory {
  readonly status: StatusMemory
  /** Of its writer. */
  readonly wake: SharedArrayBuffer
}

/** See the file's first line. One per thread. */
export class WriterRequests {
  readonly signals: Int32Array
  readonly #figures: Float64Array
  readonly #sleeper: Int32Array
  readonly #offered: () => number
  #last = 0

  /** `offered` writes down the thread's figures and gives the events offered so far. */
  constructor({ status, wake }: RequestMemory, offered: () => number) {
    this.signals = new Int32Array(status.signals)
    this.#figures = new Float64Array(status.figures)
    this.#sleeper = new Int32Array(wake)
    this.#offered = offered
  }

  /** Index of `WRITER_STATE`. */
  get state(): number {
    return Atomics.load(this.signals, SIGNAL.state)
  }

  /** Changes whenever the writer does something for this thread. */
  get progress(): number {
    return Atomics.load(this.signals, SIGNAL.publications) + Atomics.load(this.signals, SIGNAL.done)
  }

  /** Wakes the writer to look at its messages. */
  wake(): void {
    wakeWriter(this.#sleeper)
  }

  /** Asks for all that has been offered to be committed; gives the request's number. */
  ask(): number {
    this.#figures[STATUS.offered] = this.#offered()
    const request = ++this.#last
    Atomics.store(this.signals, SIGNAL.requested, request)
    this.wake()
    return request
  }

  /**
   * Asks for the end, which the next request is answered with. The writer may see the stop before that, while it answers an
   * earlier one; it must know then what was offered. `isExit`: the thread ends in the middle of what it does.
   */
  askToStop(isExit: boolean): number {
    this.#figures[STATUS.offered] = this.#offered()
    Atomics.store(this.signals, SIGNAL.stop, isExit ? STOP.exit : STOP.asked)
    return this.ask()
  }

  isDone(request: number): boolean {
    return Atomics.load(this.signals, SIGNAL.done) >= request
  }

  /** @throws CSC_ERR_STORE when the store has refused what was asked for */
  check(request: number): void {
    if (Atomics.load(this.signals, SIGNAL.refused) >= request)
      throw new CinescopeError('CSC_ERR_STORE', 'the recording cannot be written now; events are kept and tried again')
  }
}
