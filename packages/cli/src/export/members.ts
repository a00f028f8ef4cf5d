/** Looking into recorded values, in which anything may stand anywhere. */

import { Omitted, Special } from '@cinescope/protocol'

/** The members of a plain object; none of anything else. Keys are as recorded, `__proto__` too. */
export function membersOf(value: unknown): readonly (readonly [key: string, value: unknown])[] {
  return isPlain(value) ? Object.entries(value) : []
}

/** A member of a plain object, if it is a text that is not empty. */
export function textIn(value: unknown, key: string): string | undefined {
  const found = memberOf(value, key)
  return typeof found === 'string' && found !== '' ? found : undefined
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
