/** All groups of an answer while they are counted. */

import type { WallMs } from '@cinescope/protocol'
import { Group } from './group.ts'

/** Groups that are told apart at once. */
const MAX_GROUPS = 20_000

/** See above. */
export class Groups {
  /** There are more, which are not counted. */
  isFull = false
  readonly #groups = new Map<WallMs | undefined, Map<string | undefined, Group>>()
  /** What is measured is divided by it. */
  readonly #unit: number
  #size = 0

  constructor(unit: number) {
    this.#unit = unit
  }

  /** The group of a key and bucket; undefined when there is no room for one more. */
  of(key: string | undefined, at: WallMs | undefined): Group | undefined {
    return this.#groups.get(at)?.get(key) ?? this.#begin(key, at)
  }

  /** Adds what was counted elsewhere. */
  merge(others: Groups): void {
    this.isFull ||= others.isFull
    for (const bucket of others.#groups.values())
      for (const group of bucket.values()) this.of(group.key, group.at)?.merge(group)
  }

  #begin(key: string | undefined, at: WallMs | undefined): Group | undefined {
    if (this.#size >= MAX_GROUPS) {
      this.isFull = true
      return undefined
    }
    const bucket = this.#groups.get(at) ?? new Map<string | undefined, Group>()
    if (bucket.size === 0) this.#groups.set(at, bucket)
    const group = new Group(key, at, this.#unit)
    bucket.set(key, group)
    this.#size++
    return group
  }

  /** By time, then the largest first. */
  sorted(): Group[] {
    return Array.from(this.#groups.values())
      .flatMap((bucket) => Array.from(bucket.values()))
      .sort((a, b) => (a.at ?? 0) - (b.at ?? 0) || b.count - a.count || ((a.key ?? '') < (b.key ?? '') ? -1 : 1))
  }
}
