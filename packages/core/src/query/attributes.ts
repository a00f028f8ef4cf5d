/** Looking into decoded values by dotted path; keys may hold dots themselves, as semantic conventions do. */

import { Omitted, Special } from '@cinescope/protocol'

/** The value at a path, or undefined. The longest key that fits is tried first at each level. */
export function valueAtPath(value: unknown, path: string): unknown {
  const members = membersOf(value)
  if (members === undefined) return undefined
  for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
    const key = path.slice(0, end)
    if (!Object.hasOwn(members, key)) continue
    const found = end === path.length ? members[key] : valueAtPath(members[key], path.slice(end + 1))
    if (found !== undefined) return found
  }
  return undefined
}

/** True if every path leads, in either value, to something whose text is the wanted one. */
export function attributesMatch(
  wanted: readonly (readonly [string, string])[],
  value: unknown,
  result: unknown,
): boolean {
  return wanted.every(
    ([path, text]) => textOf(valueAtPath(value, path)) === text || textOf(valueAtPath(result, path)) === text,
  )
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (value instanceof Special) return value.members
  if (typeof value !== 'object' || value === null || value instanceof Omitted) return undefined
  return value as Record<string, unknown>
}

/** A value that has one plain text; undefined for others. */
export function textOf(value: unknown): string | undefined {
  if (value === undefined || value instanceof Omitted) return undefined
  if (value instanceof Special) return typeof value.members['text'] === 'string' ? value.members['text'] : undefined
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' || value === null ? String(value) : undefined
}
