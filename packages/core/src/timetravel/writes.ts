/** Which segments may have written a part of a state. */

import { keyNumber, MAX_KEYS, mayWrite, type StatePath, stepCodes } from '@cinescope/protocol'
import type { SegmentEntry } from '../store/event-store.ts'
import type { ViewParts } from '../store/read/view-parts.ts'

/** Lives that are asked about one by one; of an entity of more, every segment may have. */
const MOST_LIVES = 100

/** Asks a segment's filter; true for one that has none. */
export function writesTo(
  { view, reader }: ViewParts,
  lives: ReadonlySet<number>,
  path: StatePath,
): (entry: SegmentEntry) => boolean {
  if (lives.size > MOST_LIVES) return () => true
  const numbers = path.map((step) => view.keyNumbers(String(step)))
  const codesOf = (thread: number): readonly (readonly number[])[] =>
    path.map((step, i) => {
      const own = numbers[i]!.filter((number) => Math.floor(number / MAX_KEYS) === thread)
      return stepCodes(
        step,
        own.map((number) => number - keyNumber(thread, 0)),
      )
    })
  const byThread = new Map<number, readonly (readonly number[])[]>()
  return (entry) => {
    const { thread } = entry.summary
    const filter = entry.isTail ? undefined : reader.meta(entry)?.writes
    if (filter === undefined) return true
    const codes = byThread.get(thread) ?? codesOf(thread)
    byThread.set(thread, codes)
    for (const life of lives) if (mayWrite(filter, life, codes)) return true
    return false
  }
}
