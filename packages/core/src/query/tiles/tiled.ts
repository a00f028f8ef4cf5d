/** Counts the events of segments in lanes, from their tiles. */

import { FLAG, type Tile } from '@cinescope/protocol'
import type { SegmentEntry } from '../../store/event-store.ts'
import type { QueryParts } from '../reading.ts'
import type { Timeline } from './timeline.ts'

/** Counts what a segment's tile holds; says why when that cannot be. Open spans are in none. */
export function countTiled(entry: SegmentEntry, timeline: Timeline, { reader, cost }: QueryParts): string | undefined {
  const { predicate, grouping, grid } = timeline
  if (predicate.keepsCell === undefined) return 'the filter'
  if (grouping.keyOfWord === undefined) return 'the grouping'
  if (entry.isTail) return 'tails'
  const tile = reader.figures.tile(entry, grid.bits)
  if (typeof tile === 'string') return tile
  let from = 0
  for (let lane = 0; lane < tile.ends.length; lane++) {
    // a lane is below the length of each column
    const end = tile.ends[lane]!
    const word = tile.word[lane]!
    if (predicate.keepsCell(word, tile.site[lane]!)) cost.rowsMatched += countLane(tile, lane, from, end, timeline)
    from = end
  }
  return undefined
}

/** Gives how many it counted. */
function countLane(tile: Tile, index: number, from: number, end: number, timeline: Timeline): number {
  const { grid, laneOf } = timeline
  const lane = laneOf(tile.word[index]!, tile.site[index]!)
  if (lane === undefined) return 0
  const isError = (tile.word[index]! & FLAG.error) !== 0
  const part = 2 ** (tile.bits - grid.bits)
  let counted = 0
  for (let cell = from; cell < end; cell++) {
    // a cell is below the length of each column
    const column = Math.floor(tile.slice[cell]! * part) - grid.first
    const longest = tile.longest[cell]!
    if (column >= 0 && column < grid.columns) {
      const count = tile.count[cell]!
      lane.add(column, count, isError, longest)
      counted += count
    } else if (column < 0 && longest > 0)
      lane.carry(Math.floor(tile.slice[cell]! * part + longest / 2 ** grid.bits) - grid.first + 1)
  }
  return counted
}
