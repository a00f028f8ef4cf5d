/** Counts what began in each slice, by lane: a dense table for slices near each other, a list for those far before. */

import type { Tile } from '@cinescope/protocol'
import type { CellTable } from '../rollup/cell-table.ts'
import { inOrder } from '../rollup/in-order.ts'

/** Lanes times slices of the table. */
const ROOM = 131_072

interface FarCell {
  readonly lane: number
  readonly slice: number
  readonly duration: number
}

/** See above. One for many segments. */
export class LaneCells {
  #count = new Uint32Array(0)
  #longest = new Float64Array(0)
  /** Cells before the table's first slice, one for each row. */
  #far: FarCell[] = []
  #from = 0
  #slices = 0
  #used = 0

  /** So many slices have room at most. */
  static mostSlices(lanes: number): number {
    return Math.max(1, Math.floor(ROOM / Math.max(1, lanes)))
  }

  /** For so many lanes, and the slices from one to the other. */
  reset(lanes: number, from: number, to: number): void {
    if (this.#count.length === 0) {
      this.#count = new Uint32Array(ROOM)
      this.#longest = new Float64Array(ROOM)
    }
    this.#from = from
    this.#slices = to - from + 1
    this.#count.fill(0, 0, lanes * this.#slices)
    this.#far = []
    this.#used = 0
  }

  /** Counts a row; the duration of a point is -1. */
  add(lane: number, slice: number, duration: number): void {
    if (slice < this.#from) {
      this.#far.push({ lane, slice, duration })
      this.#used++
      return
    }
    // within the table, for which the extent of all rows was taken
    const cell = lane * this.#slices + slice - this.#from
    const count = this.#count[cell]!
    if (count === 0) this.#used++
    this.#count[cell] = count + 1
    if (count === 0 || duration > this.#longest[cell]!) this.#longest[cell] = duration
  }

  /** All lanes by site and kind. */
  take(lanes: CellTable, bits: number): Tile {
    const order = laneOrder(lanes)
    const tile = {
      bits,
      word: inOrder(lanes.word, order),
      site: inOrder(lanes.site, order),
      ends: new Float64Array(order.length),
      slice: new Float64Array(this.#used),
      count: new Float64Array(this.#used),
      longest: new Float64Array(this.#used),
    }
    const far = this.#farByLane()
    let length = 0
    order.forEach((lane, place) => {
      for (const { slice, duration } of far.get(lane) ?? []) {
        tile.slice[length] = slice
        tile.count[length] = 1
        tile.longest[length++] = duration
      }
      length = this.#takeNear(lane, tile, length)
      tile.ends[place] = length
    })
    return tile
  }

  /** Each lane's by slice. */
  #farByLane(): ReadonlyMap<number, readonly FarCell[]> {
    return Map.groupBy(
      this.#far.sort((a, b) => a.slice - b.slice),
      ({ lane }) => lane,
    )
  }

  #takeNear(lane: number, { slice, count, longest }: Tile, length: number): number {
    const begin = lane * this.#slices
    for (let cell = begin; cell < begin + this.#slices; cell++) {
      const many = this.#count[cell]!
      if (many === 0) continue
      slice[length] = this.#from + cell - begin
      count[length] = many
      longest[length++] = this.#longest[cell]!
    }
    return length
  }
}

function laneOrder({ word, site, length }: CellTable): Uint32Array {
  const order = new Uint32Array(length)
  for (let lane = 0; lane < length; lane++) order[lane] = lane
  return order.sort((a, b) => site[a]! - site[b]! || word[a]! - word[b]!)
}
