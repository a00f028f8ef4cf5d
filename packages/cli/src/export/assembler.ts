/** Waits for what belongs to a span: its points come after it, since events are ordered by their beginning. */

import type { CinescopeEvent } from '@cinescope/core'
import type { SpanId } from '@cinescope/protocol'
import { TimeHeap } from './time-heap.ts'

/** A span, or a point that belongs to none, and the points inside it. */
export interface Assembled {
  readonly event: CinescopeEvent
  readonly points: readonly CinescopeEvent[]
}

interface Pending extends Assembled {
  readonly points: CinescopeEvent[]
}

/** How long after its end a span is waited for points: a body is told of when it has been sent. */
const GRACE_NS = 50e6

/** Spans that wait at one time, and points that one holds; what comes too late is handed over alone. */
export const MAX_PENDING = 10_000
export const MAX_POINTS = 1000

/** Of one recording. Holds at most `MAX_PENDING` spans: those that end first are handed over before their time when there are more. */
export class Assembler {
  readonly #byId = new Map<SpanId, Pending>()
  readonly #byEnd = new TimeHeap<Pending>()

  /** Spans that wait. */
  get waiting(): number {
    return this.#byId.size
  }

  /** Takes an event, later than those before; gives what is complete by then. `isSpan` tells spans from points. */
  *add(event: CinescopeEvent, isSpan: boolean): Generator<Assembled> {
    yield* this.#take(event.atNs)
    if (isSpan) {
      const pending = { event, points: [] }
      this.#byId.set(event.id, pending)
      this.#byEnd.push(event.open ? Infinity : event.atNs + (event.durationNs ?? 0) + GRACE_NS, pending)
      if (this.#byEnd.size > MAX_PENDING) yield* this.#one(Infinity)
      return
    }
    const owner = event.parent === undefined ? undefined : this.#byId.get(event.parent)
    if (owner === undefined || owner.points.length >= MAX_POINTS) yield { event, points: [] }
    else owner.points.push(event)
  }

  /** Gives all that still waits. */
  *end(): Generator<Assembled> {
    while (this.#byEnd.size > 0) yield* this.#one(Infinity)
  }

  *#take(nowNs: number): Generator<Assembled> {
    for (let due = this.#byEnd.popUntil(nowNs); due !== undefined; due = this.#byEnd.popUntil(nowNs)) {
      this.#byId.delete(due.event.id)
      yield due
    }
  }

  *#one(untilNs: number): Generator<Assembled> {
    const due = this.#byEnd.popUntil(untilNs)
    if (due === undefined) return
    this.#byId.delete(due.event.id)
    yield due
  }
}
