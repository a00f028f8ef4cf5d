/** Which rows of a segment are its own: it also holds spans that end in it, however long ago they began. */

import { EXTENT, FLAG, phaseOf, type Rows } from '@cinescope/protocol'

/** Where a segment's own rows stand. */
export interface OwnPart {
  /** Rows that began before it are far from the segment's own, of which the first begins half way from there to the last; ns. */
  readonly since: number
  /** Seq of the first. */
  readonly base: number
}

/** See above. */
export function ownPart(rows: Rows): OwnPart {
  let first = Infinity
  let last = -Infinity
  let base = Infinity
  for (let row = 0; row < rows.length; row++) {
    const time = rows.time[row]!
    if (time > last) last = time
    if (time < first && !isLate(rows.word[row]!)) first = time
    if (rows.seq[row]! < base && !isLate(rows.word[row]!)) base = rows.seq[row]!
  }
  return first === Infinity ? { since: -Infinity, base: 0 } : { since: first - (last - first), base }
}

/** Its begin belongs to an earlier segment. */
export function isLate(word: number): boolean {
  return phaseOf(word) === EXTENT.resumed || (word & FLAG.beginLost) !== 0
}
