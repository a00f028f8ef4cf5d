/** A timeline of all recordings of a directory. */

import { type Tiles, type TilesQuery, wallMs, type WallMs } from '@cinescope/protocol'
import { mergeExplains } from '../../query/merge-explains.ts'
import { spanOf } from '../../query/tiles/grid.ts'
import { type Lane, Lanes } from '../../query/tiles/lanes.ts'
import { LANES, MAX_LANES } from '../../query/tiles/tiles.ts'
import type { Directory } from './directory.ts'

/** Each is asked for the same stretch of time by its own wall clock; its columns are moved to those of the others, by half a column at most. */
export async function tilesOf(directory: Directory, query: TilesQuery = {}): Promise<Tiles> {
  const where = { ...query.where, ...(await stretchOf(directory, query)) }
  const parts = await directory.ask('tiles', [{ ...query, where, lanes: MAX_LANES }])
  const shown = parts.filter(({ answer }) => answer.columns > 0)
  const begins = shown.map(({ answer }) => answer.from)
  const from = Math.min(...begins)
  const stepMs = Math.max(0, ...shown.map(({ answer }) => answer.stepMs))
  const columns = Math.max(
    0,
    ...shown.map(({ answer }, i) => Math.round((begins[i]! + answer.columns * answer.stepMs - from) / stepMs)),
  )
  const lanes = new Lanes(columns)
  shown.forEach(({ answer }, i) => addAll(lanes, answer, (begins[i]! - from) / stepMs, answer.stepMs / stepMs))
  const sorted = lanes.sorted()
  const limit = query.lanes ?? LANES
  return {
    from: wallMs(shown.length === 0 ? 0 : from),
    stepMs,
    columns,
    lanes: sorted.slice(0, limit).map((lane: Lane) => lane.told()),
    isTruncated: lanes.isFull || sorted.length > limit || parts.some(({ answer }) => answer.isTruncated),
    explain: mergeExplains(
      parts.map(({ answer }) => answer.explain),
      `${parts[0]?.answer.explain.plan ?? 'nothing'}, in each of ${parts.length} recordings`,
    ),
  }
}

/** From when to when all of them go, where the query does not say. */
async function stretchOf(
  directory: Directory,
  { where }: TilesQuery,
): Promise<{ readonly from?: WallMs; readonly to?: WallMs }> {
  if (where?.from !== undefined && where.to !== undefined) return {}
  const spans = (await directory.each(() => spanOf)).flatMap(({ answer }) => answer ?? [])
  if (spans.length === 0) return {}
  const from = where?.from ?? wallMs(Math.min(...spans.map((span) => span.from)))
  return { from, to: where?.to ?? wallMs(Math.max(...spans.map((span) => span.to))) }
}

/** Adds the lanes of a part, which begins so many columns after the first and whose columns are so long. */
function addAll(lanes: Lanes, part: Tiles, offset: number, length: number): void {
  const columnOf = (column: number): number | undefined => {
    const at = Math.floor(offset + (column + 0.5) * length)
    return at < lanes.columns ? at : undefined
  }
  for (const told of part.lanes) {
    const lane = lanes.of(told.key)
    lane?.addLane(told, columnOf)
    if (told.carried > 0) lane?.carry(Math.round(offset + told.carried * length))
  }
}
