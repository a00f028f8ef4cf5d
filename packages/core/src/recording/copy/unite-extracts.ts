/** Several extracts of one process's recording as one: each row once. */

import { CinescopeError, decodeSegmentMeta, EXTENT, phaseOf, type Rows } from '@cinescope/protocol'
import { pushTo } from '../../base/push-to.ts'
import type { SegmentEntry } from '../../store/event-store.ts'
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
/** What was told of each is remembered while extracts are united. */
const MOST_EVENTS = 10_000_000

/** What is taken of a segment of one of them. */
interface Place {
  readonly reader: PartReader
  readonly entry: SegmentEntry
  readonly rows: readonly number[]
}

/**
 * See above; `readers` are the furthest first, of which each but that adds only what those before it have not told. Segments are
 * read twice, so that no two are held at once but those of one place. @throws CSC_ERR_LIMIT for more than 10 million events
 */
export async function uniteExtracts(
  readers: readonly PartReader[],
  writer: PartWriter,
  turn: Turn,
): Promise<CopiedPart> {
  const [first] = readers
  if (first === undefined) return { segments: 0, corrupt: 0 }
  for (const table of STATE_TABLES) copyTable(first, table, writer)
  const told = new Told()
  const places = new Map<number, Place[]>()
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
      const rows = told.fresh(segment)
      if (rows.length > 0) pushTo(places, entry.id, { reader, entry, rows })
    }
  }
  const account = new Account(first.ledger())
  const reseal = createResealer()
  for (const [id, parts] of Array.from(places).toSorted(([a], [b]) => a - b)) {
    await turn()
    const kept = parts.flatMap(({ reader, entry, rows }): KeptRows[] => {
      const segment = reader.sound(entry)
      return segment === undefined ? [] : [{ segment, rows }]
    })
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

/** What has been told of events, by thread and seq. */
class Told {
  readonly #threads = new Map<number, Map<number, number>>()
  #size = 0

  /** Rows of a segment that tell something new, which is noted. */
  fresh({ rows, entry }: SoundSegment): number[] {
    const { thread } = entry.summary
    const told = this.#threads.get(thread) ?? new Map<number, number>()
    this.#threads.set(thread, told)
    const before = told.size
    const kept: number[] = []
    for (let row = 0; row < rows.length; row++) {
      const tells = tellsOf(rows, row)
      const seq = rows.seq[row]!
      const known = told.get(seq) ?? 0
      if ((known & tells) !== 0) continue
      told.set(seq, known | tells)
      kept.push(row)
    }
    this.#size += told.size - before
    if (this.#size > MOST_EVENTS)
      throw new CinescopeError('CSC_ERR_LIMIT', `extracts of more than ${MOST_EVENTS} events cannot be united`)
    return kept
  }
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
