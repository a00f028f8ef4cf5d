/** What a query is answered from. */

import type { Anchor, NodeId } from '@cinescope/protocol'
import type { EventSource } from '../store/event-store.ts'
import { Cost } from '../store/read/cost.ts'
import { SegmentCache } from '../store/read/segment-cache.ts'
import { SegmentReader } from '../store/read/segment-reader.ts'
import type { ViewParts } from '../store/read/view-parts.ts'
import { WallClock } from '../store/read/wall-clock.ts'

/** Caller's hold on a query under way. */
export interface QueryControl {
  readonly signal?: AbortSignal
  /** Told some fifty times a second while the answer takes; not of a recording that another thread serves. */
  readonly onProgress?: ((done: QueryProgress) => void) | undefined
}

/** How far an answer is. */
export interface QueryProgress {
  readonly segmentsRead: number
  /** Those that may have to be read. */
  readonly segments: number
}

/** A consistent view and whose events it holds. */
export interface QueryParts extends ViewParts {
  readonly node: NodeId
}

/** What a query is computed from: a function of one of these and of its arguments is a query. */
export interface Reading {
  readonly source: EventSource
  /** Runs a computation on one view, which rests where `cost.breathe` is called. A query may use several, one after another. */
  view<T>(compute: (parts: QueryParts) => T | Promise<T>): Promise<T>
}

/** Reads one source for queries; keeps what they have decoded. */
export class SourceReader {
  readonly #source: EventSource
  readonly #cache = new SegmentCache()
  readonly #clock: WallClock

  constructor(source: EventSource) {
    this.#source = source
    this.#clock = new WallClock(source.process.anchor)
  }

  /** For one query. */
  reading(control: QueryControl): Reading {
    return { source: this.#source, view: (compute) => this.#read(compute, control) }
  }

  #read<T>(compute: (parts: QueryParts) => T | Promise<T>, control: QueryControl): Promise<T> {
    const { node } = this.#source.process
    return this.#source.read((view) => {
      const cost = new Cost(() => view.rest(), control)
      const reader = new SegmentReader(view, this.#cache, cost)
      const run = (anchors: readonly Anchor[]): T | Promise<T> => compute({ view, reader, cost, anchors, node })
      const anchors = this.#clock.anchors(reader, cost)
      return anchors instanceof Promise ? anchors.then(run) : run(anchors)
    })
  }
}
