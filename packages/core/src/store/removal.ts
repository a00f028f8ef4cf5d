/** What retention removes in one step: counted by thread and kind, and the states of it carried over. */

import { CinescopeError, KINDS, type Rows, type SegmentMeta, type ValuePage } from '@cinescope/protocol'
import type { SegmentSummary } from '../base/sealed-segment.ts'
import { beginValues } from './begin-values.ts'
import { type CarriedState, StateCarrier } from './carried-state.ts'

/** How much of a recording is too much, by what it is measured in. */
export interface ExcessParts {
  readonly bytes?: number
  readonly events?: number
  readonly segments?: number
  /** Segments whose newest event came before this. */
  readonly fromNs?: number
}

/** What is still too much, while the oldest segments go one by one. */
export class Excess {
  #bytes: number
  #events: number
  #segments: number
  readonly #fromNs: number

  constructor({ bytes = 0, events = 0, segments = 0, fromNs = -Infinity }: ExcessParts) {
    this.#bytes = bytes
    this.#events = events
    this.#segments = segments
    this.#fromNs = fromNs
  }

  /** True if the oldest segment that is left, whose newest event came at `timeHigh`, has to go. */
  includes(timeHigh: number): boolean {
    return this.#bytes > 0 || this.#events > 0 || this.#segments > 0 || timeHigh < this.#fromNs
  }

  /** A segment has gone. */
  less(bytes: number, events: number): void {
    this.#bytes -= bytes
    this.#events -= events
    this.#segments--
  }
}

/** Sum of the counts by kind. */
export function totalOf(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count, 0)
}

/** Rows of a segment that goes, and their values. */
export interface RemovedContent {
  readonly rows: Rows
  readonly pages: readonly ValuePage[]
  readonly pageOf: (index: number) => Uint8Array | undefined
}

/** What is known of a segment without reading it. */
export type RemovedSegment = Pick<SegmentSummary, 'thread' | 'events' | 'kindsHigh' | 'seqHigh'>

const GAP_BIT = 1 << (KINDS.gap - 32)

/** Name of the counter that says up to which seq of a thread events were lost in what retention has removed. */
export function prunedGapCounter(thread: number): string {
  return `cinescope.pruned.gap.${thread}`
}

/** See above. */
export class Removal {
  segments = 0
  /** By thread. */
  readonly events: Map<number, number> = new Map<number, number>()
  /** All that was ever removed, by kind. */
  readonly pruned: Float64Array
  readonly carrier: StateCarrier
  /** By thread, up to where events were lost in what is removed. */
  readonly gaps: Map<number, number> = new Map<number, number>()
  readonly known: (entity: number) => CarriedState | undefined

  /** `pruned` is what was removed before, `known` what is carried. */
  constructor(pruned: Float64Array, known: (entity: number) => CarriedState | undefined) {
    this.pruned = pruned.slice()
    this.known = known
    this.carrier = new StateCarrier(known)
  }

  /** Counts a segment; what was lost in it is remembered. */
  count({ thread, events, kindsHigh, seqHigh }: RemovedSegment, { kinds }: SegmentMeta): void {
    if ((kindsHigh & GAP_BIT) !== 0) this.gaps.set(thread, seqHigh)
    this.segments++
    this.events.set(thread, (this.events.get(thread) ?? 0) + events)
    for (const each of kinds) this.pruned[each.kind] = this.pruned[each.kind]! + each.events
  }

  /** Carries its states; what one that cannot be read tells of them is lost with it. */
  carry({ thread, seqHigh }: RemovedSegment, contentOf: () => RemovedContent): void {
    try {
      const { rows, pages, pageOf } = contentOf()
      this.carrier.take(thread, rows, beginValues(rows, pages, pageOf))
    } catch (thrown) {
      if (!(thrown instanceof CinescopeError)) throw thrown
      this.gaps.set(thread, seqHigh)
    }
  }
}
