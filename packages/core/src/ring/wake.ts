/**
 * How a writer sleeps and is woken. Two words, shared by all rings of a process:
 *
 * | word | written by | meaning |
 * |---|---|---|
 * | 0 asked | who asks for something, or whose ring is half full | a count; a change of it ends any sleep |
 * | 1 asleep | writer, then who records | 1 while the writer sleeps long and the next record has to end that; a record makes it 0 |
 *
 * A writer that finds nothing to do says that it is asleep and looks once more, after a short sleep; only then it sleeps long. A
 * record whose thread had not seen the word by then is one that this look has seen, so that who records may read it plainly.
 */

const ASKED = 0
const ASLEEP = 1

/** Allocates the two words. */
export function allocateWake(): SharedArrayBuffer {
  return new SharedArrayBuffer(8)
}

/** Ends the sleep of the writer at once. */
export function wakeWriter(wake: Int32Array): void {
  Atomics.add(wake, ASKED, 1)
  Atomics.notify(wake, ASKED)
  endLongSleep(wake)
}

/** True when the writer is to be told of a record. */
export function isAsleep(wake: Int32Array): boolean {
  return wake[ASLEEP] !== 0
}

/** The writer looks within a short sleep. */
export function endLongSleep(wake: Int32Array): void {
  Atomics.store(wake, ASLEEP, 0)
  Atomics.notify(wake, ASLEEP)
}

/** The writer's end. */
export class Sleep {
  readonly #wake: Int32Array

  constructor(wake: SharedArrayBuffer) {
    this.#wake = new Int32Array(wake)
  }

  /** To be taken before the look after which it sleeps: what is asked from here on ends that sleep, or it does not begin. */
  get asked(): number {
    return Atomics.load(this.#wake, ASKED)
  }

  /** Sleeps, unless something was asked. */
  short(asked: number, ms: number): void {
    Atomics.wait(this.#wake, ASKED, asked, ms)
  }

  /**
   * Sleeps until something was asked, or `hasWork`, which is asked `shortMs` after the first record that came; or `longMs`, in
   * which none did.
   */
  long(asked: number, { shortMs, longMs, hasWork }: LongSleep): void {
    const wake = this.#wake
    for (let isSure = Atomics.load(wake, ASLEEP) === 1; ; isSure = false) {
      if (!isSure) {
        Atomics.store(wake, ASLEEP, 1)
        if (Atomics.wait(wake, ASKED, asked, shortMs) !== 'timed-out' || hasWork()) break
      }
      // goes on sleeping after the next look
      if (Atomics.wait(wake, ASLEEP, 1, longMs) === 'timed-out') return
      if (this.asked !== asked) break
    }
    Atomics.store(wake, ASLEEP, 0)
  }
}

/** See `Sleep.long`. */
export interface LongSleep {
  readonly shortMs: number
  readonly longMs: number
  readonly hasWork: () => boolean
}
