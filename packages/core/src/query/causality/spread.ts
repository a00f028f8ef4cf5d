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

/** How far events of a thread are, by seq. */
type Strand = ReadonlyMap<number, { readonly depth: number }>

/** What a pass knows and tells. */
export interface Wave {
  /** What was come to of a thread so far, by seq: one map, to which `arrive` adds. */
  strand(thread: number): Strand
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
  const strand = wave.strand(thread)
  const order = orderOf(rows)
  let last = passed.get(thread) ?? 0
  for (let i = 0; i < rows.length; i++) {
    const row = order?.[i] ?? i
    // row is below rows.length
    const seq = rows.seq[row]!
    const depth = nearest(rows, row, strand, wave.byRoot)
    if (depth !== Infinity) wave.arrive(arrivalOf(rows, row, thread, depth + 1), seq < last)
    if (seq > last) last = seq
  }
  passed.set(thread, last)
}

function arrivalOf(rows: Rows, row: number, thread: number, depth: number): Arrival {
  // row is below rows.length
  const [seq, root, cause] = [rows.seq[row]!, rows.root[row]!, rows.cause[row]!]
  return { thread, seq, root, cause, word: rows.word[row]!, time: rows.time[row]!, depth }
}

/** The least depth of what a row names; Infinity if none of that was come to. Allocates nothing: most rows have nothing to do with the question. */
function nearest(rows: Rows, row: number, strand: Strand, byRoot: boolean): number {
  const seq = rows.seq[row]!
  const parent = depthAt(strand, rows.parent[row]!, seq)
  const cause = depthAt(strand, rows.cause[row]!, seq)
  // a root that was come to by trace is told of once more, with the cause it names
  const root = byRoot ? depthAt(strand, rows.root[row]!, 0) : Infinity
  return Math.min(parent, cause, root)
}

function depthAt(strand: Strand, seq: number, own: number): number {
  return seq === 0 || seq === own ? Infinity : (strand.get(seq)?.depth ?? Infinity)
}

/** Rows by seq; undefined where they stand so already: they do but where a span that lost its begin comes with its end. */
function orderOf(rows: Rows): readonly number[] | undefined {
  for (let row = 1; row < rows.length; row++)
    if (rows.seq[row]! < rows.seq[row - 1]!)
      return Array.from({ length: rows.length }, (_, each) => each).sort((a, b) => rows.seq[a]! - rows.seq[b]!)
  return undefined
}
