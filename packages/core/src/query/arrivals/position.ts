/** Where a tail of one recording is: opaque text that names what has been handed out, exactly. */

import { CinescopeError, type NodeId } from '@cinescope/protocol'

/** What has been seen of the unfinished segment of a thread. Its tails grow until one sealed segment takes their place. */
export interface Unfinished {
  /** The first row's seq, twice, and one more if it is a hole: tells the segment from those after it. */
  readonly first: number
  /** Rows seen: the first so many of the segment to come. */
  rows: number
  /** Of these, seqs of spans that had not ended, which were not handed out. */
  readonly open: Set<number>
  /** Events that the tails seen stand for. */
  events: number
}

/** Part of a sealed segment. */
interface Partial {
  readonly segment: number
  /** Of its arrivals, in their order. */
  readonly taken: number
  /** Events that they stand for. */
  readonly events: number
}

/** See the file's first line. */
export interface Position {
  /** The last segment that has been seen whole. */
  seen: number
  partial: Partial | undefined
  /** Events that were handed out, filtered out or told as missing; those of an unfinished segment as its tails count them. */
  accounted: number
  /** Events that retention had removed by then. */
  pruned: number
  /** Latest end seen, ns. */
  lastNs: number
  /** Spans that never ended and have been handed out, once all else was. */
  openTaken: number
  readonly unfinished: Map<number, Unfinished>
}

/** Before everything. `pruned` events went before there was a tail. */
export function startPosition(pruned: number): Position {
  const unfinished = new Map<number, Unfinished>()
  return { seen: 0, partial: undefined, accounted: pruned, pruned, lastNs: 0, openTaken: 0, unfinished }
}

/** Spans of one unfinished segment that are kept in mind; a writer opens no more. */
export const MOST_OPEN = 65_536
/** 100 threads with 10,000 open spans each. */
const MOST_TEXT = 16_777_216

/** Text of a position. */
export function formatPosition(node: NodeId, position: Position): string {
  const { seen, partial, accounted, pruned, lastNs, openTaken, unfinished } = position
  const threads = Array.from(unfinished, ([thread, { first, rows, events, open }]) => [
    thread,
    first,
    rows,
    events,
    Array.from(open),
  ])
  const { segment = 0, taken = 0, events = 0 } = partial ?? {}
  return JSON.stringify([node, seen, segment, taken, events, accounted, pruned, lastNs, openTaken, threads])
}

/** The position of a text. @throws CSC_ERR_QUERY */
export function parsePosition(node: NodeId, text: string): Position {
  const fields = text.length > MOST_TEXT ? undefined : parsed(text)
  if (!Array.isArray(fields) || fields.length !== 10) throw notACursor(text)
  const [from, ...rest] = fields as readonly unknown[]
  const threads = rest.pop()
  if (from !== node || !Array.isArray(threads)) throw notACursor(text)
  const [seen, segment, taken, events, accounted, pruned, lastNs, openTaken] = rest.map((field) => whole(field, text))
  return {
    // there are eight, as was checked
    seen: seen!,
    partial: segment === 0 ? undefined : { segment: segment!, taken: taken!, events: events! },
    accounted: accounted!,
    pruned: pruned!,
    lastNs: lastNs!,
    openTaken: openTaken!,
    unfinished: new Map(threads.map((thread: unknown) => parseUnfinished(thread, text))),
  }
}

function parseUnfinished(fields: unknown, text: string): readonly [number, Unfinished] {
  if (!Array.isArray(fields) || fields.length !== 5 || !Array.isArray(fields[4])) throw notACursor(text)
  const [thread, first, rows, events] = fields.slice(0, 4).map((field: unknown) => whole(field, text))
  const open = new Set(fields[4].slice(0, MOST_OPEN).map((seq: unknown) => whole(seq, text)))
  return [thread!, { first: first!, rows: rows!, events: events!, open }]
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function whole(field: unknown, text: string): number {
  if (!Number.isSafeInteger(field)) throw notACursor(text)
  // a safe integer is a number
  return field as number
}

function notACursor(text: string): CinescopeError {
  return new CinescopeError('CSC_ERR_QUERY', `'${text.slice(0, 60)}' is no cursor of a tail of this recording`)
}
