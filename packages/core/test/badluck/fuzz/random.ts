/** Choices from reproducible chance. */

/** Numbers in [0, 1). */
export type Random = () => number

/** A whole number from 0 to `limit` - 1. */
export function intBelow(random: Random, limit: number): number {
  return Math.floor(random() * limit)
}

/** One of a list that is not empty. */
export function pick<T>(random: Random, list: readonly T[]): T {
  // the index is below the length
  return list[intBelow(random, list.length)]!
}
