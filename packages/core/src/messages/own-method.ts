/** Methods of one object, stood in for where the object itself has or inherits them. */

type Method = (this: unknown, ...args: unknown[]) => unknown

/** Puts `standIn` in the place of a method of this one object: not listed, with the length and name of the one it stands in for. */
export function standInFor(holder: object, name: string | symbol, standIn: (original: Method) => Method): void {
  const original = (holder as Record<string | symbol, unknown>)[name] as Method
  const value = standIn(original)
  Object.defineProperties(value, {
    length: { value: original.length, configurable: true },
    name: { value: original.name, configurable: true },
  })
  const enumerable = Object.getOwnPropertyDescriptor(holder, name)?.enumerable ?? false
  Object.defineProperty(holder, name, { value, enumerable, writable: true, configurable: true })
}
