/** Durations by size: as bars, and over time as a heat map. */

import type { AggregateGroup, HistogramBin } from '@cinescope/protocol'
import { bar } from './bar.ts'
import { density } from './shade.ts'
import { type Line, styled } from './styled.ts'
import { count, counted, duration, timeOfDay } from './units.ts'

const LABEL = 9
const COUNT = 9
const WIDEST = 60
/** Where there is no terminal. */
const PLAIN = 100

/** A line for each bin. Bins that hold nothing between two others are left out, which a line says. */
export function histogramLines(bins: readonly HistogramBin[], width: number): Line[] {
  const most = bins.reduce((high, bin) => Math.max(high, bin.count), 0)
  const room = Math.min(WIDEST, Math.max(8, (width === Infinity ? PLAIN : width) - 2 * LABEL - COUNT - 9))
  return bins.flatMap((bin, i): Line[] => {
    const before = bins[i - 1]
    const gap = before === undefined || before.to === bin.from ? [] : [[styled('dim', `${'⋮'.padStart(LABEL)}`)]]
    return [...gap, [ends(bin), '  ', styled('cyan', bar(0, bin.count / most, room)), count(bin.count).padStart(COUNT)]]
  })
}

/** Buckets from left to right, durations from the longest down; only as many of the newest buckets as there is room for. */
export function heatMapLines(groups: readonly AggregateGroup[], perMs: number, width: number): Line[] {
  const room = (width === Infinity ? PLAIN : width) - LABEL - 4
  const last = groups.reduce((high, { at = 0 }) => Math.max(high, at), 0)
  const earliest = groups.reduce((low, { at = 0 }) => Math.min(low, at), last)
  const buckets = Math.round((last - earliest) / perMs) + 1
  const columns = Math.min(room, buckets)
  const first = last - (columns - 1) * perMs
  const rows = new Map<number, number[]>()
  let most = 0
  for (const { at = 0, histogram = [] } of groups) {
    const column = Math.round((at - first) / perMs)
    if (column < 0) continue
    for (const bin of histogram) {
      const row = rows.get(bin.to) ?? Array.from({ length: columns }, () => 0)
      row[column] = bin.count
      most = Math.max(most, bin.count)
      rows.set(bin.to, row)
    }
  }
  const body = Array.from(rows)
    .toSorted(([a], [b]) => b - a)
    .map(([to, row]): Line => [
      `≤ ${took(to).padStart(LABEL)}`,
      '  ',
      styled('cyan', row.map((each) => density(each, most)).join('')),
    ])
  const left = [styled('dim', `${counted(buckets - columns, 'earlier column')} left out: make --per longer`)]
  return [...body, axis(first, last + perMs, columns), ...(buckets === columns ? [] : [left])]
}

/** From when to when so many characters go, under which they stand. */
function axis(fromMs: number, toMs: number, columns: number): Line {
  const [from, to] = [timeOfDay(fromMs), timeOfDay(toMs)]
  const gap = columns - from.length - to.length
  return [' '.repeat(LABEL + 4), styled('dim', gap > 0 ? `${from}${' '.repeat(gap)}${to}` : `${from} to ${to}`)]
}

function ends({ from, to }: HistogramBin): string {
  return `${took(from).padStart(LABEL)} – ${took(to).padStart(LABEL)}`
}

function took(ms: number): string {
  return ms < 0 ? `-${duration(-ms * 1e6)}` : duration(ms * 1e6)
}
