/** Standing in for functions of a module that publishes nothing: length, name and all other properties are the original's. */

type Run = (this: unknown, ...args: unknown[]) => unknown

/** Functions that are stood in for. */
export interface Replacement {
  /** Stands in for what has been put in the place of a stand-in meanwhile; does nothing once the originals are back. */
  renew(): void
  /** Puts the originals back, where nobody has replaced ours meanwhile; true if there was one. */
  restore(): boolean
}

/** Replaces the functions that are there; gives what puts the originals back, where nobody has replaced ours meanwhile. */
export function replaceFunctions(
  holder: object,
  names: readonly string[],
  standIn: (name: string, original: Run) => Run,
): () => void {
  const replacement = standInFor(holder, names, standIn)
  return () => void replacement.restore()
}

/** Replaces the functions that are there. */
export function standInFor(
  holder: object,
  names: readonly string[],
  standIn: (name: string, original: Run) => Run,
): Replacement {
  const functions = holder as Record<string, unknown>
  const held = new Map<string, { readonly ours: Run; readonly original: Run }>()
  let isOn = true
  const renew = (): void => {
    for (const name of isOn ? names : []) {
      const original = functions[name]
      if (typeof original !== 'function' || original === held.get(name)?.ours) continue
      const ours = standIn(name, original as Run)
      Object.defineProperties(ours, Object.getOwnPropertyDescriptors(original))
      functions[name] = ours
      held.set(name, { ours, original: original as Run })
    }
  }
  renew()
  return {
    renew,
    restore() {
      isOn = false
      const mine = [...held].filter(([name, { ours }]) => functions[name] === ours)
      for (const [name, { original }] of mine) functions[name] = original
      return mine.length > 0
    },
  }
}
