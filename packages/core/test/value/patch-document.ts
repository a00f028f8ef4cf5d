/** Patches between encoded values, as whole documents. */

import { ValueDiff } from '@cinescope/protocol'

/** The patch that makes `before` `after`; throws where there is none. */
export function patchDocument(before: Uint8Array, after: Uint8Array, place: number): Uint8Array {
  const into = new Uint8Array(10_000)
  into.set([0x31, place])
  const end = new ValueDiff().changes(
    { bytes: before, length: before.length },
    { bytes: after, length: after.length },
    into,
    2,
    into.length - 1,
  )
  if (end <= 2) throw new Error('no patch')
  into[end] = 0
  return into.slice(0, end + 1)
}
