/** Several extracts of one process's recording as one: each row once. */

import { decodeSegmentMeta, EXTENT, phaseOf, type Rows } from '@cinescope/protocol'
import { pushTo } from '../../base/push-to.ts'
import type { PartReader, SoundSegment } from '../../store/sqlite/part-reader.ts'
import type { PartWriter } from '../../store/sqlite/part-writer.ts'
import { Account } from './account.ts'
import { type CopiedPart, copyTable, GROWING_TABLES, STATE_TABLES } from './copy-part.ts'
import { createResealer, isGap, type KeptRows } from './reseal.ts'
import type { Turn } from './turns.ts'

/** What a row tells of its event. */
const BEGIN = 1
const END = 2
const HOLE = 4

/** See above; `readers` are the furthest first, of which each but that adds only what those before it have not told. */
export async function uniteExtracts(
  readers: readonly PartReader[],
  writer: PartWriter,
  turn: Turn,
): Promise<CopiedPart> {
  const [first] = readers
  if (first === undefined) return { segments: 0, corrupt: 0 }
  for (const table of STATE_TABLES) copyTable(first, table, writer)
  const told = new Map<string, number>()
  const places = new Map<number, KeptRows[]>()
  let corrupt = 0
  for (const reader of readers) {
    for (const table of GROWING_TABLES) copyTable(reader, table, writer)
    writer.extractsOf(reader.extract())
    for (const entry of reader.segments()) {
      await turn()
      const segment = reader.sound(entry)
      if (segment === undefined) {
        corrupt++
        continue
      }
      const kept = { segment, rows: fresh(segment, told) }
      if (kept.rows.length > 0) pushTo(places, entry.id, kept)
    }
  }
  const account = new Account(first.ledger())
  const reseal = createResealer()
  for (const [id, kept] of Array.from(places).toSorted(([a], [b]) => a - b)) {
    const [only] = kept
    if (kept.length === 1 && only?.rows.length === only?.segment.rows.length && only !== undefined) {
      writer.stored(only.segment)
      account.keep(only.segment.decoded.kinds)
      continue
    }
    const sealed = reseal(kept)
    writer.sealed(
      id,
      kept.some(({ segment }) => segment.entry.isTail),
      sealed,
    )
    account.keep(decodeSegmentMeta(sealed.meta).kinds)
  }
  writer.ledger(account.rows('notExtracted'))
  return { segments: places.size, corrupt }
}

/** Rows that tell something new, which is noted. */
function fresh({ rows, entry }: SoundSegment, told: Map<string, number>): number[] {
  const kept: number[] = []
  for (let row = 0; row < rows.length; row++) {
    const tells = tellsOf(rows, row)
    const key = `${entry.summary.thread}/${rows.seq[row]!}`
    const before = told.get(key) ?? 0
    if ((before & tells) !== 0) continue
    told.set(key, before | tells)
    kept.push(row)
  }
  return kept
}

function tellsOf(rows: Rows, row: number): number {
  if (isGap(rows, row)) return HOLE
  switch (phaseOf(rows.word[row]!)) {
    case EXTENT.open:
      return BEGIN
    case EXTENT.resumed:
      return END
    default:
      return BEGIN | END
  }
}
