/** Segments made anew of rows of others, and of nothing but a hole. */

import {
  copyRow,
  FLAG,
  kindOf,
  KINDS,
  keyNumber,
  decodeDocument,
  OMISSION,
  type Rows,
  VALUE_ABSENT,
  valueBytes,
} from '@cinescope/protocol'
import { encodePlainRecord } from '../../base/plain-value.ts'
import type { SealedSegment } from '../../base/sealed-segment.ts'
import { createSegmentIndexes, RowBuilder } from '../../correlate/row-builder.ts'
import type { SegmentEntry } from '../../store/event-store.ts'
import { expandBlock, MAX_PAGE_BYTES } from '../../store/compression.ts'
import type { SoundSegment } from '../../store/sqlite/part-reader.ts'

/** Rows of one segment that are to stay, ascending. */
export interface KeptRows {
  readonly segment: SoundSegment
  readonly rows: readonly number[]
}

/**
 * One segment of the kept rows of several, which have the same id: in the order of their seqs when there are several.
 * `names` is told of every key, by its number in the dictionary.
 */
export type Resealer = (kept: readonly KeptRows[], names?: (key: number) => void) => SealedSegment

/** For many segments, one after the other. */
export function createResealer(): Resealer {
  const indexes = createSegmentIndexes()
  return (kept, names = () => undefined) => {
    const count = kept.reduce((sum, { rows }) => sum + rows.length, 0)
    return resealRows(kept, new RowBuilder(Math.max(1, count), 65_536, indexes), names)
  }
}

function resealRows(kept: readonly KeptRows[], builder: RowBuilder, names: (key: number) => void): SealedSegment {
  const all = kept.flatMap(({ segment, rows }) => {
    const values = valuesOf(segment)
    return rows.map((row) => ({ segment, row, values }))
  })
  if (kept.length > 1) all.sort((a, b) => a.segment.rows.seq[a.row]! - b.segment.rows.seq[b.row]!)
  for (const { segment, row, values } of all) {
    const { rows } = segment
    const to = builder.append(rows.seq[row]!)
    copyRow(rows, row, builder.rows, to)
    const [begin, end] = values(row)
    builder.setIn(to, begin, 0, lengthHeld(begin, rows.valueIn[row]!))
    builder.setOut(to, end, 0, lengthHeld(end, rows.valueOut[row]!))
    for (const value of [begin, end]) if (value.length > 0) tellKeys(value, segment.entry.summary.thread, names)
  }
  return builder.sealAll(contextOf(kept))
}

/** A row may claim more than its page holds: room is made for what is there only. */
function lengthHeld(value: Uint8Array, claimed: number): number {
  return value.length === valueBytes(claimed) ? claimed : (VALUE_ABSENT | OMISSION.lost) >>> 0
}

/** Makes segments in the place of those that cannot be read: the holes that they leave. */
export function createGapSealer(): (entry: SegmentEntry) => SealedSegment {
  let builder: RowBuilder | undefined
  return (entry) => {
    builder ??= new RowBuilder(1, 256)
    builder.clear()
    return sealGap(entry, builder)
  }
}

function sealGap({ summary }: SegmentEntry, builder: RowBuilder): SealedSegment {
  const { thread, seqLow, seqHigh, timeLow, events } = summary
  const row = builder.append(seqLow)
  const { rows } = builder
  rows.time[row] = timeLow
  rows.word[row] = KINDS.gap | FLAG.synthetic
  rows.number[row] = events
  const value = encodePlainRecord({ from: seqLow, to: seqHigh, count: events, reason: 'corrupt' })
  builder.setIn(row, value, 0, value.length)
  return builder.sealAll({ thread, anchors: [], closes: [], open: [] })
}

function contextOf(kept: readonly KeptRows[]): Parameters<RowBuilder['sealAll']>[0] {
  const seqs = new Set(kept.flatMap(({ segment, rows }) => rows.map((row) => segment.rows.seq[row]!)))
  const first = kept[0]!.segment
  const own = (pick: (segment: SoundSegment) => readonly number[]): number[] =>
    Array.from(new Set(kept.flatMap(({ segment }) => pick(segment).filter((seq) => seqs.has(seq))))).toSorted(
      (a, b) => a - b,
    )
  return {
    thread: first.entry.summary.thread,
    anchors: first.decoded.anchors,
    closes: own(({ decoded }) => decoded.closes),
    open: own(({ decoded }) => decoded.open),
  }
}

const NOTHING: Uint8Array = new Uint8Array(0)

/** Where the values of each row are; rows must be asked for in ascending order. */
function valuesOf({ rows, decoded, pages }: SoundSegment): (row: number) => readonly [Uint8Array, Uint8Array] {
  let page = NOTHING
  let [next, index, at] = [0, -1, 0]
  const lengthOf = (row: number): number => valueBytes(rows.valueIn[row]!) + valueBytes(rows.valueOut[row]!)
  const turnTo = (row: number): void => {
    while (decoded.pages[index + 1] !== undefined && decoded.pages[index + 1]!.firstRow <= row) {
      index++
      next = decoded.pages[index]!.firstRow
      page = NOTHING
      at = 0
    }
  }
  return (row) => {
    turnTo(row)
    for (; next < row; next++) at += lengthOf(next)
    if (lengthOf(row) === 0 || index < 0) return [NOTHING, NOTHING]
    if (page === NOTHING) page = expandBlock(pages[index]!, MAX_PAGE_BYTES)
    const middle = at + valueBytes(rows.valueIn[row]!)
    return [page.subarray(at, middle), page.subarray(middle, at + lengthOf(row))]
  }
}

/** A value that does not decode says nothing of the keys behind the place where it is broken. */
function tellKeys(value: Uint8Array, thread: number, names: (key: number) => void): void {
  try {
    decodeDocument(value, (key) => {
      names(keyNumber(thread, key))
      return String(key)
    })
  } catch {
    // it stays as unreadable as it is
  }
}

/** True for a row that stands for events that are not there. */
export function isGap(rows: Rows, row: number): boolean {
  return kindOf(rows.word[row]!) === KINDS.gap
}
