/** What limits have left out of decoded states: it is not known, and neither is whether it changed. */

import { type Omission, Omitted, Special, type StatePath } from '@cinescope/protocol'
import { statePath } from './changes.ts'
import { indexOf, isList, itemOf, type Members, membersOf } from './members.ts'

/** Those that stand for what was there and was not seen. What is redacted is left out always. */
const UNSEEN: ReadonlySet<Omission> = new Set<Omission>(['depth', 'width', 'size', 'threw'])

/** True for what stands where a limit left out a value. */
export function isLeftOut(value: unknown): value is Omitted {
  return value instanceof Omitted && UNSEEN.has(value.reason)
}

/** What stands for the members or items of a container that a limit left out, behind all that are there. */
export function restOf(members: Members | readonly unknown[]): Omitted | undefined {
  const rest = isList(members) ? members.at(-1) : members['$omitted']
  return rest instanceof Omitted && (rest.reason === 'width' || rest.reason === 'size') ? rest : undefined
}

/** Which limit left out what a path of a state leads to, or may lead to; undefined where all that is there is known. */
export function leftOutAt(state: unknown, path: string | StatePath): Omission | undefined {
  let value = state
  for (const step of statePath(path)) {
    if (isLeftOut(value)) return value.reason
    const members = membersOf(value)
    if (members === undefined) return undefined
    const isThere = isList(members) ? indexOf(step) < members.length : Object.hasOwn(members, step)
    if (!isThere) return isList(members) && Number.isNaN(indexOf(step)) ? undefined : restOf(members)?.reason
    value = isList(members) ? itemOf(value, members, indexOf(step)) : members[String(step)]
  }
  return isLeftOut(value) ? value.reason : undefined
}

/** True if a limit left out something of a value. O(size). */
export function isCut(value: unknown): boolean {
  if (isLeftOut(value)) return true
  if (value instanceof Special && isPart(value)) return true
  const members = membersOf(value)
  if (members === undefined) return false
  return isList(members) ? members.some((item) => isCut(item)) : Object.values(members).some((member) => isCut(member))
}

/** True for a text, or bytes, of which there is the beginning. */
function isPart({ type, members: { hex, length } }: Special): boolean {
  return type === 'cut' || (typeof hex === 'string' && typeof length === 'number' && hex.length < 2 * length)
}

/** True if two values are the same text or the same bytes as far as both are there, and are told to be of one length. */
export function isSameAsFarAsKnown(a: unknown, b: unknown): boolean {
  const [from, to] = [shownOf(a), shownOf(b)]
  if (from === undefined || to === undefined || from.type !== to.type || from.length !== to.length) return false
  return from.text.startsWith(to.text) || to.text.startsWith(from.text)
}

interface Shown {
  readonly type: string
  readonly text: string
  readonly length: unknown
}

function shownOf(value: unknown): Shown | undefined {
  if (typeof value === 'string') return { type: 'cut', text: value, length: value.length }
  if (!(value instanceof Special)) return undefined
  const { text, hex, length } = value.members
  if (value.type === 'cut') return typeof text === 'string' ? { type: 'cut', text, length } : undefined
  return typeof hex === 'string' ? { type: value.type, text: hex, length } : undefined
}
