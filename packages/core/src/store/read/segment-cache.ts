/** What an open recording keeps of its segments once it is decoded. */

import { bytesOfRows, type Rollup, type Rows, type SegmentMeta, type Tile } from '@cinescope/protocol'
import type { SegmentEntry } from '../event-store.ts'
import { PassingCache } from './passing-cache.ts'

/** Bytes of decoded rows: those of ten segments that are passed, or one of the largest, and of a hundred that are asked for. */
const PASSING_ROW_BYTES = 4_194_304
const ASKED_ROW_BYTES = 46_137_344

/** What the arrays of a segment's rows cost beside their bytes. */
const ROWS_OVERHEAD = 2000

/** Bytes of value pages: thirty of them that are passed, a few hundred that are asked for. */
const PASSING_PAGE_BYTES = 2_097_152
const ASKED_PAGE_BYTES = 14_680_064

/** Bytes of the text filters kept: those of 1.5 million values. */
const KEPT_FILTER_BYTES = 33_554_432

/** What a view of some bytes costs beside them. */
const VIEW_OVERHEAD = 128

/** Entries of all lists of the metas kept. */
const KEPT_META_ENTRIES = 1_000_000

/** Bytes of the roll-ups kept: those of some 10 million events. */
const KEPT_ROLLUP_BYTES = 100_663_296

/** What the arrays of one cost beside their bytes. */
const ROLLUP_OVERHEAD = 6000

/** Bytes of the tiles kept: the coarse ones of 50 million events, the finest of a hundred segments. */
const KEPT_TILE_BYTES = 50_331_648

/** What the arrays of one cost beside their bytes. */
const TILE_OVERHEAD = 1000

/** Segments that are gone are kept while they are no more than so many, and this part of those that are there. */
const KEPT_GONE = 64
const KEPT_GONE_SHARE = 0.25

/** Tiles and value pages of one segment at most, each with an index of its own. */
const TILES_A_SEGMENT = 16
const PAGES_A_SEGMENT = 65_536

/**
 * Cache of one open recording; segments never change, so entries never go stale. What is kept for long is bounded twice: by
 * the constants above, and by the recording itself, of which it is never much more than the part that is still there.
 */
export class SegmentCache {
  readonly rows: PassingCache<Rows> = new PassingCache<Rows>({
    passing: PASSING_ROW_BYTES,
    asked: ASKED_ROW_BYTES,
    weigh: (rows) => ROWS_OVERHEAD + bytesOfRows(rows),
  })
  readonly metas: Map<number, SegmentMeta> = new Map<number, SegmentMeta>()
  readonly filters: Map<number, readonly Uint8Array[]> = new Map<number, readonly Uint8Array[]>()
  readonly rollups: Map<number, Rollup | undefined> = new Map<number, Rollup | undefined>()
  readonly tileBits: Map<number, readonly number[]> = new Map<number, readonly number[]>()
  readonly #pages = new PassingCache<Uint8Array>({
    passing: PASSING_PAGE_BYTES,
    asked: ASKED_PAGE_BYTES,
    weigh: (page) => VIEW_OVERHEAD + page.length,
  })
  readonly #tiles = new Map<number, Tile>()
  #metaEntries = 0
  #filterBytes = 0
  #rollupBytes = 0
  #tileBytes = 0

  /** Keeps the text filters of a segment's pages; all are forgotten when they become too many, since a search goes through all. */
  keepFilters(id: number, filters: readonly Uint8Array[]): void {
    const bytes = bytesOfFilters(filters)
    if (this.#filterBytes + bytes > KEPT_FILTER_BYTES) {
      this.filters.clear()
      this.#filterBytes = 0
    }
    this.filters.set(id, filters)
    this.#filterBytes += bytes
  }

  /** Keeps a segment's roll-up; all are forgotten when they become too many, since figures go through all. */
  keepRollup(id: number, rollup: Rollup | undefined): void {
    const bytes = bytesOfRollup(rollup)
    if (this.#rollupBytes + bytes > KEPT_ROLLUP_BYTES) {
      this.rollups.clear()
      this.#rollupBytes = 0
    }
    this.rollups.set(id, rollup)
    this.#rollupBytes += bytes
  }

  /** The value page of a segment at this index of its pages. */
  page(id: number, index: number): Uint8Array | undefined {
    return this.#pages.get(id * PAGES_A_SEGMENT + index)
  }

  keepPage(id: number, index: number, page: Uint8Array): void {
    this.#pages.keep(id * PAGES_A_SEGMENT + index, page)
  }

  /** The tile of a segment at this index of its tiles. */
  tile(id: number, index: number): Tile | undefined {
    return this.#tiles.get(id * TILES_A_SEGMENT + index)
  }

  /** Keeps one of a segment's tiles; all are forgotten when they become too many, since a timeline goes through all. */
  keepTile(id: number, index: number, tile: Tile): void {
    const bytes = bytesOfTile(tile)
    if (this.#tileBytes + bytes > KEPT_TILE_BYTES) {
      this.#tiles.clear()
      this.#tileBytes = 0
    }
    this.#tiles.set(id * TILES_A_SEGMENT + index, tile)
    this.#tileBytes += bytes
  }

  /** Keeps a segment's meta; the oldest go when the lists of all become too long. */
  keepMeta(id: number, known: SegmentMeta): void {
    this.metas.set(id, known)
    this.#metaEntries += entriesOf(known)
    for (const [oldest, meta] of this.metas) {
      if (this.#metaEntries <= KEPT_META_ENTRIES || oldest === id) return
      this.metas.delete(oldest)
      this.#metaEntries -= entriesOf(meta)
    }
  }

  /**
   * Forgets what is kept of segments that are not in this list, which retention has removed or sealed ones have replaced, once
   * they are many. Spread over the segments that have come since the last time it is O(1) for each.
   */
  forgetGone(segments: readonly SegmentEntry[]): void {
    const { metas, filters, rollups, tileBits } = this
    const kept = Math.max(metas.size, filters.size, rollups.size, tileBits.size)
    if (kept <= segments.length * (1 + KEPT_GONE_SHARE) + KEPT_GONE) return
    const there = new Set(segments.map(({ id }) => id))
    const isGone = (id: number): boolean => !there.has(id)
    this.rows.forget(isGone)
    this.#pages.forget((key) => isGone(Math.floor(key / PAGES_A_SEGMENT)))
    this.#metaEntries -= forget(metas, isGone, entriesOf)
    this.#filterBytes -= forget(filters, isGone, bytesOfFilters)
    this.#rollupBytes -= forget(rollups, isGone, bytesOfRollup)
    this.#tileBytes -= forget(this.#tiles, (key) => isGone(Math.floor(key / TILES_A_SEGMENT)), bytesOfTile)
    forget(tileBits, isGone, () => 0)
  }
}

/** Removes from a map, and gives what was removed weighed together. */
function forget<K, V>(map: Map<K, V>, isGone: (key: K) => boolean, weigh: (value: V) => number): number {
  let weight = 0
  for (const [key, value] of map) {
    if (!isGone(key)) continue
    weight += weigh(value)
    map.delete(key)
  }
  return weight
}

/** An empty one counts too. */
function entriesOf(meta: SegmentMeta): number {
  return (
    16 +
    ((meta.writes?.length ?? 0) >> 3) +
    meta.pages.length +
    meta.anchors.length +
    meta.closes.length +
    meta.open.length +
    meta.kinds.length
  )
}

function bytesOfFilters(filters: readonly Uint8Array[]): number {
  return filters.reduce((sum, filter) => sum + filter.length + VIEW_OVERHEAD, VIEW_OVERHEAD)
}

function bytesOfRollup(rollup: Rollup | undefined): number {
  if (rollup === undefined) return ROLLUP_OVERHEAD
  const { cells, rest } = rollup
  const { duration, number } = cells
  return ROLLUP_OVERHEAD + 8 * (22 * cells.length + 2 * (duration.bins.length + number.bins.length) + 10 * rest.length)
}

function bytesOfTile(tile: Tile): number {
  return TILE_OVERHEAD + 24 * (tile.slice.length + tile.ends.length)
}

/** Adds to a map that forgets its oldest entries. */
export function keep<K, V>(map: Map<K, V>, key: K, value: V, limit: number): void {
  map.set(key, value)
  if (map.size <= limit) return
  const oldest = map.keys().next()
  if (oldest.done !== true) map.delete(oldest.value)
}
