/** How rings that a thread adds to its own reach the writer: posted by one side, found by number on the other. */

import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type { FindRing } from '../ring/chain.ts'
import type { GrownRing } from '../ring/memory.ts'

/** Rings that arrive as messages, found without a turn of an event loop at either end. */
export function ringsOf(port: MessagePort): FindRing {
  return ringsFrom(() => receiveMessageOnPort(port)?.message as GrownRing | undefined)
}

/** Rings that `next` gives in the order of their numbers. */
export function ringsFrom(next: () => GrownRing | undefined): FindRing {
  let ahead: GrownRing | undefined
  return (number) => {
    for (;;) {
      ahead ??= next()
      if (ahead === undefined || ahead.number > number) return undefined
      const { number: found, memory } = ahead
      ahead = undefined
      if (found === number) return memory
    }
  }
}

/** Posts rings from when the other side can hear of them; those of before are kept until then. */
export class RingPost {
  readonly #post: (grown: GrownRing) => void
  #waiting: GrownRing[] | undefined = []

  constructor(post: (grown: GrownRing) => void) {
    this.#post = post
  }

  tell(grown: GrownRing): void {
    if (this.#waiting === undefined) this.#post(grown)
    else this.#waiting.push(grown)
  }

  open(): void {
    const waiting = this.#waiting ?? []
    this.#waiting = undefined
    for (const grown of waiting) this.#post(grown)
  }
}
