/** Looking for a text in decoded values. */

import { Omitted, Special } from '@cinescope/protocol'

/** True if any string in the value has the text in it, or any number as it is written. Keys and bytes are not looked at. */
export function holdsText(value: unknown, text: string): boolean {
  if (typeof value === 'string') return value.includes(text)
  if (typeof value === 'number') return Number.isFinite(value) && String(value).includes(text)
  if (typeof value !== 'object' || value === null || value instanceof Omitted) return false
  if (value instanceof Special) return specialHolds(value, text)
  for (const member of Object.values(value)) if (holdsText(member, text)) return true
  return false
}

/**
 * True if a value may have the text though it stands nowhere in the stored bytes: numbers and dates become text when they are
 * read, and so do marks for what was left out of a string.
 */
export function mayBeWritten(text: string): boolean {
  return /^[-+.:\deETZ]+$|…|^\[/.test(text)
}

function specialHolds({ type, members }: Special, text: string): boolean {
  if (type === 'cycle' || isBytes(members)) return false
  if (type === 'cut') return holdsText(members['text'], text)
  if (type === 'Date' && members['text'] === 'Invalid Date') return false
  return holdsText(members, text)
}

function isBytes(members: Readonly<Record<string, unknown>>): boolean {
  return typeof members['hex'] === 'string' && typeof members['length'] === 'number'
}
