/** Folds a whole state and the patches behind it into the state that a row tells. */

import { applyPatch, CinescopeError, isPatch, type Omission, Omitted, patchPlace } from '@cinescope/protocol'
import type { ViewParts } from '../store/read/view-parts.ts'
import { documentOf, isState, mayHold, type StateRow, stateRowAt } from './state-row.ts'

/** Patches of a chain that are applied; a recording that claims more is none of ours. */
const MAX_PATCHES = 256

/** A state, still encoded, and how many of the changes that led to it are missing. */
interface Folded {
  /** Or why it is not there. */
  readonly document: Uint8Array | Omission
  readonly lostChanges: number
}

/** The state that a row tells. Reads the segments from that of the whole state to the row's, of which the recorder sees that they are few. */
async function fold(parts: ViewParts, to: StateRow): Promise<Folded> {
  if (to.whole === undefined) return { document: documentOf(parts, to), lostChanges: to.carried?.lost ?? 0 }
  const { base, patches } = await chainOf(parts, to, to.whole)
  const from = base === undefined ? carriedBase(parts, to) : { document: documentOf(parts, base), place: 0, lost: 0 }
  if (from === undefined) return { document: isBeyond(parts, to.thread, to.whole) ? 'pruned' : 'lost', lostChanges: 0 }
  if (typeof from.document === 'string') return { document: from.document, lostChanges: 0 }
  // a writer makes a quarter of them
  const documents = patches.slice(0, MAX_PATCHES).map((patch) => documentOf(parts, patch))
  return applyAll({ ...from, document: from.document }, documents, parts)
}

/** What patches go on from. */
interface Base {
  readonly document: Uint8Array | Omission
  /** Of the last patch that is in it. */
  readonly place: number
  readonly lost: number
}

/** Where retention has removed the whole state, what it carried over of the chain. */
function carriedBase({ view }: ViewParts, to: StateRow): Base | undefined {
  const carried = view.carried(to.life)
  if (carried === undefined || carried.whole !== to.whole || carried.seq > to.seq) return undefined
  return { document: carried.value ?? 'lost', place: carried.place, lost: carried.lost }
}

/** What a row tells, decoded. */
export async function foldedValue(
  parts: ViewParts,
  to: StateRow,
): Promise<{ readonly value: unknown; readonly lostChanges: number }> {
  const { document, lostChanges } = await fold(parts, to)
  const value = typeof document === 'string' ? new Omitted(document, 0) : parts.reader.decode(document, to.thread)
  return { value, lostChanges }
}

interface Chain {
  readonly base: StateRow | undefined
  /** Up to and with the row asked for, by their seqs. */
  readonly patches: readonly StateRow[]
}

async function chainOf({ reader, cost }: ViewParts, to: StateRow, whole: number): Promise<Chain> {
  let base: StateRow | undefined
  const patches: StateRow[] = []
  for (const entry of reader.segments()) {
    const { thread, seqLow, seqHigh } = entry.summary
    if (thread !== to.thread || seqHigh < whole || seqLow > to.seq || !mayHold(entry, [to.life])) continue
    await cost.breathe()
    const rows = reader.rows(entry)
    if (rows === undefined) continue
    for (let row = 0; row < rows.length && rows.seq[row]! <= to.seq; row++) {
      if (rows.subject[row] !== to.life || !isState(rows.word[row]!)) continue
      const seq = rows.seq[row]!
      if (seq < whole) continue
      const found = stateRowAt(entry, rows, row)
      if (seq === whole && found.whole === undefined) base = found
      else if (found.whole === whole) patches.push(found)
    }
  }
  return { base, patches: patches.toSorted((a, b) => a.seq - b.seq) }
}

/** Places in the chain say what is missing; what goes on from a change that is missing may not fit, and is missing then, too. */
async function applyAll(
  base: Base & { readonly document: Uint8Array },
  patches: readonly (Uint8Array | Omission)[],
  { cost }: ViewParts,
): Promise<Folded> {
  let { document, place } = base
  let applied = 0
  for (const patch of patches) {
    await cost.breathe()
    if (typeof patch === 'string' || !isPatch(patch)) {
      place++
      continue
    }
    try {
      place = patchPlace(patch)
      document = applyPatch(document, patch)
      applied++
    } catch (thrown) {
      if (!(thrown instanceof CinescopeError) || thrown.code !== 'CSC_ERR_CORRUPT') throw thrown
      cost.corrupt++
    }
  }
  return { document, lostChanges: base.lost + Math.max(place - base.place, patches.length) - applied }
}

/** True if retention has removed what stood there: no segment that is left goes back so far. */
function isBeyond({ reader }: ViewParts, thread: number, seq: number): boolean {
  return !reader.segments().some(({ summary }) => summary.thread === thread && summary.seqLow <= seq)
}
