/** What an open recording keeps of its segments once it is decoded. */

import { bytesOfRows, type Rollup, type Rows, type SegmentMeta, type Tile } from '@cinescope/protocol'

/** Bytes of the decoded rows kept: those of a hundred segments, or of ten of the largest. */
const KEPT_ROW_BYTES = 50_331_648

/** What the arrays of a segment's rows cost beside their bytes. */
const ROWS_OVERHEAD = 2000

/** Bytes of the text filters kept: those of 1.5 million values. */
const KEPT_FILTER_BYTES = 33_554_432

/** What a view of some bytes costs beside them. */
const FILTER_OVERHEAD = 128

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

/** Cache of one open recording; segments never change, so entries never go stale. */
export class SegmentCache {
  readonly rows: Map<number, Rows> = new Map<number, Rows>()
  readonly metas: Map<number, SegmentMeta> = new Map<number, SegmentMeta>()
  readonly pages: Map<string, Uint8Array> = new Map<string, Uint8Array>()
  readonly filters: Map<number, readonly Uint8Array[]> = new Map<number, readonly Uint8Array[]>()
  readonly rollups: Map<number, Rollup | undefined> = new Map<number, Rollup | undefined>()
  readonly tileBits: Map<number, readonly number[]> = new Map<number, readonly number[]>()
  /** By segment and index: id * 16 + index. */
  readonly tiles: Map<number, Tile> = new Map<number, Tile>()
  #rowBytes = 0
  #metaEntries = 0
  #filterBytes = 0
  #rollupBytes = 0
  #tileBytes = 0

  /** Keeps a segment's rows; the oldest go when all are too many. */
  keepRows(id: number, rows: Rows): void {
    this.rows.set(id, rows)
    this.#rowBytes += ROWS_OVERHEAD + bytesOfRows(rows)
    for (const [oldest, known] of this.rows) {
      if (this.#rowBytes <= KEPT_ROW_BYTES || oldest === id) return
      this.rows.delete(oldest)
      this.#rowBytes -= ROWS_OVERHEAD + bytesOfRows(known)
    }
  }

  /** Keeps the text filters of a segment's pages; all are forgotten when they become too many, since a search goes through all. */
  keepFilters(id: number, filters: readonly Uint8Array[]): void {
    const bytes = filters.reduce((sum, filter) => sum + filter.length + FILTER_OVERHEAD, FILTER_OVERHEAD)
    if (this.#filterBytes + bytes > KEPT_FILTER_BYTES) {
      this.filters.clear()
      this.#filterBytes = 0
    }
    this.filters.set(id, filters)
    this.#filterBytes += bytes
  }

  /** Keeps a segment's roll-up; all are forgotten when they become too many, since figures go through all. */
  keepRollup(id: number, rollup: Rollup | undefined): void {
    const bytes = ROLLUP_OVERHEAD + (rollup === undefined ? 0 : bytesOf(rollup))
    if (this.#rollupBytes + bytes > KEPT_ROLLUP_BYTES) {
      this.rollups.clear()
      this.#rollupBytes = 0
    }
    this.rollups.set(id, rollup)
    this.#rollupBytes += bytes
  }

  /** Keeps one of a segment's tiles; all are forgotten when they become too many, since a timeline goes through all. */
  keepTile(key: number, tile: Tile): void {
    const bytes = TILE_OVERHEAD + 24 * (tile.slice.length + tile.ends.length)
    if (this.#tileBytes + bytes > KEPT_TILE_BYTES) {
      this.tiles.clear()
      this.#tileBytes = 0
    }
    this.tiles.set(key, tile)
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

function bytesOf({ cells, rest }: Rollup): number {
  const { duration, number } = cells
  return 8 * (22 * cells.length + 2 * (duration.bins.length + number.bins.length) + 10 * rest.length)
}

/** Adds to a map that forgets its oldest entries. */
export function keep<K, V>(map: Map<K, V>, key: K, value: V, limit: number): void {
  map.set(key, value)
  if (map.size <= limit) return
  const oldest = map.keys().next()
  if (oldest.done !== true) map.delete(oldest.value)
}
