/** Names and ids as users give them, in JavaScript too. */

/** Text of a name or id; of what is none, its type. Runs no code of the value. */
export function nameOf(given: unknown): string {
  if (typeof given === 'string') return given
  const isPlain = typeof given === 'number' || typeof given === 'bigint' || typeof given === 'boolean'
  return isPlain ? String(given) : `<${given === null ? 'null' : typeof given}>`
}
