/** Standing in for functions of a module that publishes nothing: length, name and all other properties are the original's. */

type Run = (this: unknown, ...args: unknown[]) => unknown

/** Replaces the functions that are there; gives what puts the originals back, where nobody has replaced ours meanwhile. */
export function replaceFunctions(
  holder: object,
  names: readonly string[],
  standIn: (name: string, original: Run) => Run,
): () => void {
  const functions = holder as Record<string, unknown>
  const undo: (() => void)[] = []
  for (const name of names) {
    const original = functions[name]
    if (typeof original !== 'function') continue
    const replacement = standIn(name, original as Run)
    Object.defineProperties(replacement, Object.getOwnPropertyDescriptors(original))
    functions[name] = replacement
    undo.push(() => {
      if (functions[name] === replacement) functions[name] = original
    })
  }
  return () => {
    for (const each of undo) each()
  }
}
