/** Tells the end of the stack from a fault of ours. */

/** V8's words; other range errors say something else. */
const WORDS = 'Maximum call stack size exceeded'

/** True if V8 threw it because the stack ended. */
export function isStackEnd(thrown: unknown): boolean {
  return thrown instanceof RangeError && thrown.message === WORDS
}
