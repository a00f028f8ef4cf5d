/** Tracks on which spans nest: Trace Event viewers draw what overlaps on one track as if it were nested. */

import type { SpanId } from '@cinescope/protocol'
import { TimeHeap } from '../time-heap.ts'

/** A span as far as drawing goes; times in whole ns. */
export interface Bar {
  readonly id: SpanId
  readonly parent: SpanId | undefined
  readonly startNs: number
  /** Infinity of one that has not ended. */
  readonly endNs: number
}

/** Where a span is drawn. */
export interface Place {
  /** From 0. */
  readonly lane: number
  /** Nobody was drawn on that lane before. */
  readonly isNew: boolean
  /** The lane its parent is drawn on, if the parent is under way and on another. */
  readonly parentLane: number | undefined
}

interface Lane {
  readonly number: number
  /** Spans under way, the innermost last. */
  readonly open: Bar[]
}

/**
 * Of one thread. A span is drawn on its parent's lane if the parent is the innermost there and ends no earlier; on an empty lane
 * otherwise. So every two spans of a lane are apart or nested, and one that is directly inside another is its child. Lanes are as
 * many as spans overlap.
 */
export class Lanes {
  readonly #lanes: Lane[] = []
  readonly #laneOf = new Map<SpanId, Lane>()
  /** Lanes without a span under way, and the others by the end of their outermost. */
  readonly #free: Lane[] = []
  readonly #busy = new TimeHeap<Lane>()

  /** Places a span that begins no earlier than those before. */
  place(bar: Bar): Place {
    this.#release(bar.startNs)
    const parent = bar.parent === undefined ? undefined : this.#laneOf.get(bar.parent)
    if (parent !== undefined) {
      this.#close(parent, bar.startNs)
      const inner = parent.open.at(-1)
      if (inner?.id === bar.parent && inner !== undefined && inner.endNs >= bar.endNs) {
        this.#open(parent, bar)
        return { lane: parent.number, isNew: false, parentLane: undefined }
      }
    }
    const parentLane = parent?.open.some(({ id }) => id === bar.parent) === true ? parent.number : undefined
    const free = this.#free.pop()
    const lane = free ?? { number: this.#lanes.length, open: [] }
    if (free === undefined) this.#lanes.push(lane)
    this.#busy.push(bar.endNs, lane)
    this.#open(lane, bar)
    return { lane: lane.number, isNew: free === undefined, parentLane }
  }

  /** The lane of a span that is under way or was when last looked at. */
  laneOf(id: SpanId): number | undefined {
    return this.#laneOf.get(id)?.number
  }

  #open(lane: Lane, bar: Bar): void {
    lane.open.push(bar)
    this.#laneOf.set(bar.id, lane)
  }

  #release(nowNs: number): void {
    for (let lane = this.#busy.popUntil(nowNs); lane !== undefined; lane = this.#busy.popUntil(nowNs)) {
      this.#close(lane, Infinity)
      this.#free.push(lane)
    }
  }

  /** Forgets spans of the lane that have ended by then; all of them at Infinity, when the outermost has. */
  #close(lane: Lane, nowNs: number): void {
    for (let inner = lane.open.at(-1); inner !== undefined && inner.endNs <= nowNs; inner = lane.open.at(-1)) {
      lane.open.pop()
      this.#laneOf.delete(inner.id)
    }
  }
}
