/** Timelines: what began in each column of each lane. */

import { CinescopeError, type Tiles, type TilesQuery } from '@cinescope/protocol'
import type { SegmentEntry } from '../../store/event-store.ts'
import { groupingOf } from '../aggregate/key-of.ts'
import { compileFilter } from '../predicate.ts'
import type { QueryParts, Reading } from '../reading.ts'
import { candidatesOf, passesValues, visitMatches } from '../scan.ts'
import { gridBegin, gridOf, latest } from './grid.ts'
import { Lanes } from './lanes.ts'
import { stillOpen } from './still-open.ts'
import { countTiled } from './tiled.ts'
import { Timeline } from './timeline.ts'

const WIDTH = 1500
const MAX_WIDTH = 10_000
const LANES = 50
export const MAX_LANES = 1000

/** See `Recording.tiles`. */
export async function tiles(reading: Reading, query: TilesQuery = {}): Promise<Tiles> {
  const by = query.by ?? 'site'
  const width = checked(query.width ?? WIDTH, MAX_WIDTH, 'width in pixels')
  const limit = lanesWanted(query)
  return reading.view(async (parts) => {
    const timeline = timelineOf(query, by, width, parts)
    await countAll(timeline, parts)
    const { grid, lanes, predicate } = timeline
    const sorted = lanes.sorted()
    return {
      from: gridBegin(grid, parts.anchors),
      stepMs: 2 ** grid.bits / 1e6,
      columns: grid.columns,
      lanes: sorted.slice(0, limit).map((lane) => lane.told()),
      isTruncated: lanes.isFull || sorted.length > limit,
      explain: parts.cost.explain(`${grid.columns} columns of ${predicate.text}, in lanes by ${JSON.stringify(by)}`),
    }
  })
}

function timelineOf(query: TilesQuery, by: TilesQuery['by'], width: number, parts: QueryParts): Timeline {
  const { reader, anchors, view, node } = parts
  const segments = reader.segments()
  const grid = gridOf(query, width, anchors, segments)
  const { from: _from, to: _to, ...where } = query.where ?? {}
  const predicate = compileFilter(where, { view, node, anchors })
  return new Timeline(grid, new Lanes(grid.columns), predicate, groupingOf(by, parts), latest(segments))
}

async function countAll(timeline: Timeline, parts: QueryParts): Promise<void> {
  const { reader, cost } = parts
  const { predicate } = timeline
  const target = { segments: reader.segments(), predicate }
  const read = new Set<SegmentEntry>()
  for (const entry of candidatesOf(target, cost)) {
    if (isOutside(entry, timeline)) {
      cost.skip('time')
      continue
    }
    await cost.breathe()
    const why = countTiled(entry, timeline, parts)
    if (why === undefined) {
      cost.segmentsRolledUp++
      continue
    }
    read.add(entry)
    cost.readBecause(why)
    visitMatches(entry, target, { reader, cost, isWanted: timeline.shows }, (rows, row) =>
      timeline.count(entry, rows, row),
    )
    // what was decoded to find them is gone
    cost.weight = 0
  }
  for await (const { entry, rows, row } of stillOpen(parts)) {
    if (read.has(entry) || !predicate.keeps(rows, row) || !timeline.shows(rows, row)) continue
    if (!passesValues(entry, rows, row, predicate, reader)) continue
    cost.rowsMatched++
    timeline.count(entry, rows, row)
  }
}

/** Nothing that ended in it happened within the columns; what a tail has open is told by its rows. */
function isOutside({ summary, isTail }: SegmentEntry, { grid: { bits, first, columns } }: Timeline): boolean {
  const isBefore = !isTail && summary.timeHigh < first * 2 ** bits
  return isBefore || summary.timeLow >= (first + columns) * 2 ** bits
}

/** How many lanes are told. @throws CSC_ERR_QUERY */
export function lanesWanted({ lanes = LANES }: TilesQuery): number {
  return checked(lanes, MAX_LANES, 'number of lanes')
}

/** What comes from a caller in another thread may be anything. */
function checked(value: number, most: number, what: string): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value
  throw new CinescopeError('CSC_ERR_QUERY', `the ${what} must be 1 to ${most}, got ${String(value).slice(0, 40)}`)
}
