/** Tells the end of the stack from a fault of ours. */

/** V8's words; other range errors say something else. */
const WORDS = 'Maximum call stack size exceeded'

/** Of an expression that it compiles when it is first used. */
const IN_EXPRESSION = ': Stack overflow'

/** True if V8 threw it because the stack ended. */
export function isStackEnd(thrown: unknown): boolean {
  if (thrown instanceof RangeError) return thrown.message === WORDS
  return thrown instanceof SyntaxError && thrown.message.endsWith(IN_EXPRESSION)
}
