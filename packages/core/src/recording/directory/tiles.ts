/** A timeline of all recordings of a directory. */

import type { Explain, Tiles, TilesQuery, WallMs } from '@cinescope/protocol'
import { wallMs } from '@cinescope/protocol'
import { mergeExplains } from '../../query/merge-explains.ts'
import { spanOf } from '../../query/tiles/grid.ts'
import { Lanes } from '../../query/tiles/lanes.ts'
import { lanesWanted, MAX_LANES, tiles } from '../../query/tiles/tiles.ts'
import type { Directory } from './directory.ts'

/** From when to when all lanes go. */
interface Stretch {
  readonly from: WallMs
  readonly to: WallMs
}

/**
 * Each is asked for the same stretch of time by its own wall clock; its columns are moved to those of the others, by half a
 * column at most. One after another, since all answers together may be large.
 */
export async function tilesOf(directory: Directory, query: TilesQuery = {}): Promise<Tiles> {
  const limit = lanesWanted(query)
  const stretch = await stretchOf(directory, query)
  const sum = new Sum(stretch)
  const parts = await directory.eachFilter(query.where, (reading, where) =>
    tiles(reading, { ...query, where: { ...where, ...stretch }, lanes: MAX_LANES }).then((part) => sum.add(part)),
  )
  return sum.told(
    limit,
    parts.map(({ answer }) => answer),
  )
}

/** Where the query does not say it, from the first event to the last. */
async function stretchOf(directory: Directory, { where }: TilesQuery): Promise<Stretch> {
  if (where?.from !== undefined && where.to !== undefined) return { from: where.from, to: where.to }
  const spans = (await directory.each(() => spanOf)).flatMap(({ answer }) => answer ?? [])
  const from = where?.from ?? wallMs(spans.reduce((least, span) => Math.min(least, span.from), Infinity))
  const to = where?.to ?? wallMs(spans.reduce((most, span) => Math.max(most, span.to), -Infinity))
  return from < to ? { from, to } : { from: wallMs(0), to: wallMs(0) }
}

/** The lanes of several timelines. */
class Sum {
  readonly #stretch: Stretch
  #from: WallMs
  #stepMs = 0
  #lanes = new Lanes(0)
  #isTruncated = false

  constructor(stretch: Stretch) {
    this.#stretch = stretch
    this.#from = stretch.from
  }

  /** The first one tells where columns begin; gives what it cost. */
  add(part: Tiles): Explain {
    if (part.columns === 0) return part.explain
    if (this.#stepMs === 0) this.#begin(part)
    this.#isTruncated ||= part.isTruncated
    const offset = (part.from - this.#from) / this.#stepMs
    const length = part.stepMs / this.#stepMs
    const columnOf = (column: number): number | undefined => {
      const at = Math.floor(offset + (column + 0.5) * length)
      return at < -1 || at >= this.#lanes.columns ? undefined : Math.max(0, at)
    }
    for (const told of part.lanes) {
      const lane = this.#lanes.of(told.key)
      lane?.addLane(told, columnOf)
      if (told.carried > 0) lane?.carry(Math.round(offset + told.carried * length))
    }
    return part.explain
  }

  told(limit: number, explains: readonly Explain[]): Tiles {
    const sorted = this.#lanes.sorted()
    return {
      from: this.#from,
      stepMs: this.#stepMs,
      columns: this.#lanes.columns,
      lanes: sorted.slice(0, limit).map((lane) => lane.told()),
      isTruncated: this.#isTruncated || this.#lanes.isFull || sorted.length > limit,
      explain: mergeExplains(explains, `${explains[0]?.plan ?? 'nothing'}, in each of ${explains.length} recordings`),
    }
  }

  #begin({ from, stepMs }: Tiles): void {
    // a process's own clock goes 104 days back at most
    const before = Math.max(0, Math.ceil((from - this.#stretch.from) / stepMs))
    this.#from = wallMs(from - before * stepMs)
    this.#stepMs = stepMs
    // the others begin a column earlier or later
    this.#lanes = new Lanes(Math.floor((this.#stretch.to - this.#from) / stepMs) + 2)
  }
}
