/** A tile of longer slices from one of shorter ones. */

import type { Tile } from '@cinescope/protocol'

/** Slices become 4 times as long. */
const STEP_BITS = 2

/** See above. */
export function coarser(tile: Tile): Tile {
  const size = tile.slice.length
  const ends = new Float64Array(tile.ends.length)
  const slice = new Float64Array(size)
  const count = new Float64Array(size)
  const longest = new Float64Array(size)
  let length = 0
  let from = 0
  for (let lane = 0; lane < ends.length; lane++) {
    const first = length
    // cells stand within the ends of their lane
    for (; from < tile.ends[lane]!; from++) {
      const at = Math.floor(tile.slice[from]! / 2 ** STEP_BITS)
      if (length === first || slice[length - 1] !== at) {
        slice[length] = at
        longest[length++] = tile.longest[from]!
      } else longest[length - 1] = Math.max(longest[length - 1]!, tile.longest[from]!)
      count[length - 1] = count[length - 1]! + tile.count[from]!
    }
    ends[lane] = length
  }
  const { word, site } = tile
  return {
    bits: tile.bits + STEP_BITS,
    word,
    site,
    ends,
    slice: slice.subarray(0, length),
    count: count.subarray(0, length),
    longest: longest.subarray(0, length),
  }
}
