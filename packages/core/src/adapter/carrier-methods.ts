/** Methods put on the prototype that a framework gives to all reqs or res's of an application, nothing to do per request; else on each. */

/** Marks a method of ours, for all copies of this package. */
const OURS: unique symbol = Symbol.for('cinescope.method.v1')

/** A method as it is called: `this` is the req or res. */
type CarrierMethod = (this: never, ...args: never[]) => unknown

/** What has the methods that a carrier would have without ours. */
type Below = Readonly<Record<string, CarrierMethod>>

/** Makes a method of ours; it takes the one below by its name. */
export type MethodMaker = (below: () => never) => CarrierMethod

/** Puts methods on a prototype, by name; gives what takes them off again. */
export function putMethods(prototype: object, makers: Readonly<Record<string, MethodMaker>>): () => void {
  const undo = Object.entries(makers).map(([name, make]) => putMethod(prototype, name, make))
  return () => {
    for (const each of undo) each()
  }
}

/** True for a method that `putMethods` put there. */
export function isOurs(method: unknown): boolean {
  return (method as { [OURS]?: true } | undefined)?.[OURS] === true
}

/**
 * Puts a method on one req or res. The program that lists or copies its own members does not meet it, unless there was one of
 * the name that it meets. A tenth of a microsecond more than an assignment.
 */
export function putOwn(carrier: object, name: string, method: unknown): void {
  if (Object.hasOwn(carrier, name)) Reflect.set(carrier, name, method)
  else Object.defineProperty(carrier, name, { value: method, configurable: true, writable: true, enumerable: false })
}

/** Gives a function the name and the length of the one that it stands in for. */
export function nameLike(method: object, original: unknown): void {
  if (typeof original !== 'function') return
  const { name, length } = original
  Object.defineProperties(method, {
    name: { value: name, configurable: true },
    length: { value: length, configurable: true },
  })
}

function putMethod(prototype: object, name: string, make: MethodMaker): () => void {
  const own = Object.getOwnPropertyDescriptor(prototype, name)
  const replaced: Below | undefined = own?.value === undefined ? undefined : { [name]: own.value as CarrierMethod }
  // asked each time: others put methods there too
  const below = (): Below => replaced ?? (Object.getPrototypeOf(prototype) as Below)
  const method = make(below as () => never)
  nameLike(method, below()[name])
  Object.defineProperty(method, OURS, { value: true })
  Object.defineProperty(prototype, name, { value: method, configurable: true, writable: true, enumerable: false })
  return () => {
    // someone put another over ours: then ours stays, and passes on
    if (Object.getOwnPropertyDescriptor(prototype, name)?.value !== method) return
    if (own === undefined) Reflect.deleteProperty(prototype, name)
    else Object.defineProperty(prototype, name, own)
  }
}
