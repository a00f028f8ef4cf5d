/** From events to what they led to within their threads: one pass over what came after them. */

import type { Rows } from '@cinescope/protocol'
import type { SegmentEntry } from '../../store/event-store.ts'
import type { QueryParts } from '../reading.ts'

/** A row that was come to. */
export interface Arrival {
  readonly thread: number
  readonly seq: number
  readonly root: number
  readonly cause: number
  readonly word: number
  /** Ns since the process's anchor. */
  readonly time: number
  readonly depth: number
}

/** What a pass knows and tells. */
export interface Wave {
  /** How far the row of a seq is, undefined where it was not come to. */
  depthOf(thread: number, seq: number): number | undefined
  /** A row was come to, or by a shorter way; `isBehind` if rows it may have led to were passed already. */
  arrive(arrival: Arrival, isBehind: boolean): void
  /** True when no more may be come to. */
  isFull(): boolean
  /** What has this root belongs to it, whether or not its parents are known. */
  readonly byRoot: boolean
}

/** What is behind this seq of a thread has led to nothing yet. */
export interface Seed {
  readonly thread: number
  readonly seq: number
}

/**
 * Carries `wave` from the seeds through everything their threads recorded after them. References go back only, so that one
 * pass in order of seq finds all. O(rows after the first seed of each thread).
 */
export async function spread(parts: QueryParts, seeds: readonly Seed[], wave: Wave): Promise<void> {
  const { reader, cost } = parts
  const first = new Map<number, number>()
  for (const { thread, seq } of seeds) first.set(thread, Math.min(first.get(thread) ?? Infinity, seq))
  const segments = reader.segments()
  cost.segments += segments.length
  const after = segments.filter(({ summary }) => {
    const from = first.get(summary.thread)
    if (from !== undefined && summary.seqHigh >= from) return true
    cost.skip(from === undefined ? 'thread' : 'seq range')
    return false
  })
  const passed = new Map<number, number>()
  for (const entry of after.toSorted((a, b) => a.summary.seqLow - b.summary.seqLow)) {
    await cost.breathe()
    if (wave.isFull()) return
    const rows = reader.rows(entry)
    if (rows !== undefined) pass(entry, rows, wave, passed)
  }
}

function pass({ summary: { thread } }: SegmentEntry, rows: Rows, wave: Wave, passed: Map<number, number>): void {
  let last = passed.get(thread) ?? 0
  for (const row of inOrder(rows)) {
    // row is below rows.length
    const seq = rows.seq[row]!
    const depth = nearest(rows, row, thread, wave)
    if (depth !== undefined) wave.arrive(arrivalOf(rows, row, thread, depth + 1), seq < last)
    if (seq > last) last = seq
  }
  passed.set(thread, last)
}

function arrivalOf(rows: Rows, row: number, thread: number, depth: number): Arrival {
  // row is below rows.length
  const [seq, root, cause] = [rows.seq[row]!, rows.root[row]!, rows.cause[row]!]
  return { thread, seq, root, cause, word: rows.word[row]!, time: rows.time[row]!, depth }
}

function nearest(rows: Rows, row: number, thread: number, wave: Wave): number | undefined {
  const seq = rows.seq[row]!
  let depth: number | undefined
  const [parent, cause, root] = [rows.parent[row]!, rows.cause[row]!, rows.root[row]!]
  // a root that was come to by trace is told of once more, with the cause it names
  for (const from of [parent === seq ? 0 : parent, cause === seq ? 0 : cause, wave.byRoot ? root : 0]) {
    if (from === 0) continue
    const known = wave.depthOf(thread, from)
    if (known !== undefined && (depth === undefined || known < depth)) depth = known
  }
  return depth
}

/** Rows stand in the order in which they came, and a span that lost its begin comes with its end. */
function inOrder(rows: Rows): Iterable<number> {
  let isAscending = true
  for (let row = 1; row < rows.length && isAscending; row++) isAscending = rows.seq[row]! >= rows.seq[row - 1]!
  const all = Array.from({ length: rows.length }, (_, row) => row)
  return isAscending ? all : all.sort((a, b) => rows.seq[a]! - rows.seq[b]!)
}
