/** Looking into recorded values, in which anything may stand anywhere. */

import { Omitted, Special } from '@cinescope/protocol'

/** The members of a plain object; none of anything else. Keys are as recorded, `__proto__` too. */
export function membersOf(value: unknown): readonly (readonly [key: string, value: unknown])[] {
  return isPlain(value) ? Object.entries(value) : []
}

/** A recorded text; of one that was cut, its beginning and an ellipsis. Undefined of anything else. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  const text = value instanceof Special && value.type === 'cut' ? value.members['text'] : undefined
  return typeof text === 'string' ? `${text}…` : undefined
}

/** A member of a plain object, if it is a text that is not empty. */
export function textIn(value: unknown, key: string): string | undefined {
  const found = textOf(memberOf(value, key))
  return found === '' ? undefined : found
}

/** A member of a plain object, if it is a finite number. */
export function numberIn(value: unknown, key: string): number | undefined {
  const found = memberOf(value, key)
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined
}

/** A member of a plain object. */
export function memberOf(value: unknown, key: string): unknown {
  return isPlain(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

/** True for what was recorded as a plain object: what holds its place when it was left out is none. */
export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Omitted) &&
    !(value instanceof Special)
  )
}
