/** All that several recordings of one process start hold, as one. */

import type { SegmentEntry } from '../../store/event-store.ts'
import type { PartReader, SoundSegment } from '../../store/sqlite/part-reader.ts'
import type { PartWriter } from '../../store/sqlite/part-writer.ts'
import { Account } from './account.ts'
import { createGapSealer } from './reseal.ts'
import type { Turn } from './turns.ts'

/** Tables that tell the state of a process: the furthest recording's alone. */
export const STATE_TABLES: readonly string[] = ['process', 'hook', 'counter', 'route', 'carried']
/** Tables that only grow: each recording's. */
export const GROWING_TABLES: readonly string[] = ['site', 'key', 'entity', 'film']

/** What came of a part. */
export interface CopiedPart {
  readonly segments: number
  /** Segments that could not be read and are holes now. */
  readonly corrupt: number
}

/**
 * Copies what `readers` hold, of which the first tells furthest; segments go over byte for byte. Older ones add what the
 * furthest has pruned since or cannot read.
 */
export async function copyPart(readers: readonly PartReader[], writer: PartWriter, turn: Turn): Promise<CopiedPart> {
  const [first, ...others] = readers
  if (first === undefined) return { segments: 0, corrupt: 0 }
  for (const table of STATE_TABLES) copyTable(first, table, writer)
  for (const reader of readers) for (const table of GROWING_TABLES) copyTable(reader, table, writer)
  const account = new Account(first.ledger())
  const sealGap = createGapSealer()
  let corrupt = 0
  const oldest = first.segments()[0]?.id ?? Infinity
  const placed = placesOf(first, others, oldest)
  for (const [id, candidates] of placed) {
    await turn()
    const found = soundOf(candidates)
    if (found === undefined) {
      const { entry } = candidates[0]!
      writer.sealed(id, entry.isTail, sealGap(entry))
      corrupt++
      continue
    }
    writer.stored(found.segment)
    // between its own it had one that cannot even be listed
    if (candidates[0]?.reader === first || id > oldest) account.keep(found.segment.decoded.kinds)
    else account.recover(found.segment.decoded.kinds)
  }
  writer.ledger(account.rows('corrupt'))
  return { segments: placed.size, corrupt }
}

interface Candidate {
  readonly reader: PartReader
  readonly entry: SegmentEntry
}

/** Segments by id, ascending, each with the recordings that have it, the furthest first. */
function placesOf(
  first: PartReader,
  others: readonly PartReader[],
  oldest: number,
): ReadonlyMap<number, readonly Candidate[]> {
  const places = new Map<number, Candidate[]>(first.segments().map((entry) => [entry.id, [{ reader: first, entry }]]))
  for (const reader of others) {
    for (const entry of reader.segments()) {
      // an extract's segments hold a part of what those of the same id do
      if (entry.isTail || (reader.isExtract && entry.id >= oldest)) continue
      const known = places.get(entry.id)
      if (known !== undefined) known.push({ reader, entry })
      else places.set(entry.id, [{ reader, entry }])
    }
  }
  for (const reader of others) addTails(reader, places)
  return new Map(Array.from(places).toSorted(([a], [b]) => a - b))
}

/** Unfinished segments of an older recording, unless what came of them is here: it has a later id and the same seqs. */
function addTails(reader: PartReader, places: Map<number, Candidate[]>): void {
  const here = Array.from(places.values(), ([first]) => first!.entry)
  for (const entry of reader.isExtract ? [] : reader.segments()) {
    if (!entry.isTail || places.has(entry.id)) continue
    const { thread, seqLow, seqHigh } = entry.summary
    const isContained = here.some(
      ({ id, summary }) =>
        id > entry.id && summary.thread === thread && summary.seqLow <= seqHigh && summary.seqHigh >= seqLow,
    )
    if (!isContained) places.set(entry.id, [{ reader, entry }])
  }
}

function soundOf(
  candidates: readonly Candidate[],
): { readonly reader: PartReader; readonly segment: SoundSegment } | undefined {
  for (const { reader, entry } of candidates) {
    const segment = reader.sound(entry)
    if (segment !== undefined) return { reader, segment }
  }
  return undefined
}

/** Adds the rows of a table whose keys are not there yet. */
export function copyTable(reader: PartReader, table: string, writer: PartWriter): void {
  for (const row of reader.plainRows(table)) writer.plain(table, row)
}
