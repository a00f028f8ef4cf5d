/** The columns of a timeline. */

import {
  type Anchor,
  MAX_SLICE_BITS,
  rangesAt,
  sliceAt,
  timeNs,
  type TilesQuery,
  wallAt,
  type WallMs,
} from '@cinescope/protocol'
import type { Reading } from '../reading.ts'
import type { SegmentEntry } from '../../store/event-store.ts'

/** No column is shorter than 1,024 ns: wall time is not told finer. */
const MIN_BITS = 10

/** Columns are slices of 2 ** `bits` ns: those from `first` on, so many. */
export interface Grid {
  readonly bits: number
  readonly first: number
  readonly columns: number
}

/** The grid for a query over these segments. */
export function gridOf(
  query: TilesQuery,
  width: number,
  anchors: readonly Anchor[],
  segments: readonly SegmentEntry[],
): Grid {
  const { from, to } = query.where ?? {}
  const low = from === undefined ? earliest(segments) : (rangesAt(anchors, from, undefined)[0]?.from ?? Infinity)
  const high = to === undefined ? latest(segments) + 1 : (rangesAt(anchors, undefined, to).at(-1)?.to ?? -Infinity)
  if (!(low < high && high - low < Infinity)) return { bits: 0, first: 0, columns: 0 }
  const length = from === undefined || to === undefined ? high - low : (to - from) * 1e6
  let bits = Math.min(MAX_SLICE_BITS, Math.max(MIN_BITS, Math.round(Math.log2(length / width))))
  // a step of the wall clock makes it longer than it says
  while (high - low > 2 * width * 2 ** bits) bits++
  const first = sliceAt(low, bits)
  return { bits, first, columns: sliceAt(high - 1, bits) - first + 1 }
}

/** From when to when a recording goes; undefined while it has no events. */
export function spanOf(reading: Reading): Promise<{ readonly from: WallMs; readonly to: WallMs } | undefined> {
  return reading.view(async ({ reader, anchors }) => {
    const segments = reader.segments()
    if (segments.length === 0) return undefined
    const [low, high] = [earliest(segments), latest(segments) + 1]
    // where the wall clock is set it shows most and least
    const set = anchors.map(({ atNs }) => atNs).filter((ns) => ns > low && ns < high)
    const shown = [low, high, ...set.flatMap((ns) => [ns - 1, ns])].map((ns) => wallAt(anchors, timeNs(ns)))
    return { from: least(shown), to: most(shown) }
  })
}

function least(shown: readonly WallMs[]): WallMs {
  return shown.reduce((low, each) => (each < low ? each : low))
}

function most(shown: readonly WallMs[]): WallMs {
  return shown.reduce((high, each) => (each > high ? each : high))
}

/** When the first column begins. */
export function gridBegin({ first, bits }: Grid, anchors: readonly Anchor[]): WallMs {
  return wallAt(anchors, timeNs(first * 2 ** bits))
}

/** Begin or end of the last event, ns. */
export function latest(segments: readonly SegmentEntry[]): number {
  return segments.reduce((high, { summary }) => Math.max(high, summary.timeHigh), -Infinity)
}

function earliest(segments: readonly SegmentEntry[]): number {
  return segments.reduce((low, { summary }) => Math.min(low, summary.timeLow), Infinity)
}
