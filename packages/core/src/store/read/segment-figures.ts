/** What was made of segments when they were sealed, decoded once. */

import { CinescopeError, type Rollup, type Tile } from '@cinescope/protocol'
import type { SegmentEntry, StoreView } from '../event-store.ts'
import { failureOf } from './failure.ts'
import { keep, type SegmentCache } from './segment-cache.ts'

/** Segments of which it is known what tiles they have: all that a recording can hold. */
const KEPT_TILE_BITS = 32_768

/** Reads them from one view. */
export class SegmentFigures {
  readonly #view: StoreView
  readonly #cache: SegmentCache

  constructor(view: StoreView, cache: SegmentCache) {
    this.#view = view
    this.#cache = cache
  }

  /** The roll-up of a segment's rows, or why there is none to be had. */
  rollup(entry: SegmentEntry): Rollup | 'no roll-up' | 'a damaged roll-up' {
    const known = this.#cache.rollups.get(entry.id)
    if (known !== undefined || this.#cache.rollups.has(entry.id)) return known ?? 'no roll-up'
    try {
      const rollup = this.#view.rollup(entry)
      this.#cache.keepRollup(entry.id, rollup)
      return rollup ?? 'no roll-up'
    } catch (thrown) {
      // the rows are read in its place, and tell what is wrong with the segment itself
      if (thrown instanceof CinescopeError && failureOf(thrown) !== undefined) return 'a damaged roll-up'
      throw thrown
    }
  }

  /** The tile with the longest slices that are 2 ** `bits` ns at most, or why there is none to be had. */
  tile(entry: SegmentEntry, bits: number): Tile | 'no tiles' | 'damaged tiles' | 'columns shorter than slices' {
    try {
      const known = this.#tileBits(entry)
      if (known.length === 0) return 'no tiles'
      const index = known.findIndex((each) => each <= bits)
      return index < 0 ? 'columns shorter than slices' : this.#tile(entry, index)
    } catch (thrown) {
      // as for a roll-up
      if (thrown instanceof CinescopeError && failureOf(thrown) !== undefined) return 'damaged tiles'
      throw thrown
    }
  }

  #tileBits(entry: SegmentEntry): readonly number[] {
    let bits = this.#cache.tileBits.get(entry.id)
    if (bits === undefined) {
      bits = this.#view.tileBits(entry)
      keep(this.#cache.tileBits, entry.id, bits, KEPT_TILE_BITS)
    }
    return bits
  }

  #tile(entry: SegmentEntry, index: number): Tile {
    let tile = this.#cache.tile(entry.id, index)
    if (tile === undefined) {
      tile = this.#view.tile(entry, index)
      this.#cache.keepTile(entry.id, index, tile)
    }
    return tile
  }
}
