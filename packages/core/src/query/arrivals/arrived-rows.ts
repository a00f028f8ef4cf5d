/** Which rows of a segment have arrived with it: spans that have ended and points, each once whichever way it was stored. */

import { EXTENT, kindOf, KINDS, phaseOf, type Rows } from '@cinescope/protocol'
import { MOST_OPEN, type Unfinished } from './position.ts'

/**
 * Takes up a tail: a commit's rows, and those that an earlier tail of the same segment holds the begin of. Gives what is seen of
 * the segment with it, and the rows that arrived.
 */
export function takeTail(rows: Rows, before: Unfinished | undefined): { rows: number[]; after: Unfinished } {
  const after = before ?? {
    first: rows.length === 0 ? 0 : rowKey(rows, 0),
    rows: 0,
    open: new Set<number>(),
    events: 0,
  }
  const arrived: number[] = []
  for (let row = 0; row < rows.length; row++) {
    const seq = rows.seq[row]!
    const extent = phaseOf(rows.word[row]!)
    // its begin stands in an earlier tail of the segment, in which it has its place already
    if (extent === EXTENT.resumed && after.open.delete(seq)) {
      arrived.push(row)
      continue
    }
    after.rows++
    if (extent !== EXTENT.open) arrived.push(row)
    else if (after.open.size < MOST_OPEN) after.open.add(seq)
  }
  return { rows: inOrderOfEnd(rows, arrived), after }
}

/** The rows of a sealed segment that its tails, as far as they were seen, did not hand out. */
export function arrivedInSealed(rows: Rows, seen: Unfinished | undefined): number[] {
  const arrived: number[] = []
  for (let row = 0; row < rows.length; row++) {
    if (phaseOf(rows.word[row]!) === EXTENT.open) continue
    if (seen === undefined || row >= seen.rows || seen.open.has(rows.seq[row]!)) arrived.push(row)
  }
  return inOrderOfEnd(rows, arrived)
}

/** True if the sealed segment is what the tails that were seen have become, not one after it. */
export function isWhatBecameOf(rows: Rows, seen: Unfinished): boolean {
  if (rows.length < seen.rows || rowKey(rows, 0) !== seen.first) return false
  // a span that was open when its own segment was sealed comes again in a later one, resumed
  return !(phaseOf(rows.word[0]!) === EXTENT.resumed && seen.open.has(rows.seq[0]!))
}

/** Ns at which a row was complete. */
export function endOf(rows: Rows, row: number): number {
  return rows.time[row]! + Math.max(0, rows.duration[row]!)
}

function rowKey(rows: Rows, row: number): number {
  return rows.seq[row]! * 2 + (kindOf(rows.word[row]!) === KINDS.gap ? 1 : 0)
}

/** Rows that ended at once stay in the order of their begin. */
function inOrderOfEnd(rows: Rows, arrived: number[]): number[] {
  return arrived.sort((a, b) => endOf(rows, a) - endOf(rows, b) || a - b)
}
