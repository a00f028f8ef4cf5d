/** From events to all that they led to, across threads and processes. */

import {
  derivedTraceId,
  seq as seqOf,
  type SpanId,
  spanIdOf,
  timeNs,
  type TraceId,
  wallAt,
  type WallMs,
} from '@cinescope/protocol'
import type { QueryParts } from '../reading.ts'
import { Journey, type Reached } from './journey.ts'
import { senderOf } from './sender.ts'
import { spread, type Wave } from './spread.ts'
import type { Walk } from './walk.ts'

/** Events that one question may come to. */
const MAX_REACHED = 100_000
/** Traces that are looked up. */
const MAX_TRACES = 2_000
/** Times that a message or a call to elsewhere is followed. */
const MAX_ROUNDS = 256
/** What a view gives of one trace at most. */
const MAX_FILMS_OF_TRACE = 1_000

/** How far to go. */
export interface DescentOptions {
  readonly depth: number
  /** With an event goes its whole film, also what names no parent. */
  readonly byRoot: boolean
}

/**
 * Follows causes to effects: within a thread by the parents and causes that rows name, elsewhere by trace: whoever adopted the
 * trace of a film says which span it came from. Each thread is passed once for each time that a trace leads back to it.
 */
export class Descent {
  readonly journey: Journey
  readonly #walk: Walk
  readonly #options: DescentOptions
  readonly #traces = new Set<TraceId>()

  constructor(walk: Walk, options: DescentOptions) {
    this.#walk = walk
    this.#options = options
    this.journey = new Journey(options.depth)
  }

  /** Goes on from where `journey` was begun until nothing new is come to, or too much was. */
  async run(): Promise<void> {
    await this.#go()
    if (this.journey.isCut) this.#walk.meet('depth')
  }

  async #go(): Promise<void> {
    for (let round = 0; ; round++) {
      const next = this.journey.takeFresh()
      if (next === undefined) return
      if (round === MAX_ROUNDS || this.#isFull()) return this.#walk.meet('work')
      const [home, seeds] = next
      const traces = await this.#walk.first(async (parts) => {
        if (parts.node !== home) return undefined
        await spread(parts, seeds, this.#wave(parts))
        return this.#tracesOf(parts)
      }, home)
      await this.#follow(traces ?? [])
    }
  }

  #isFull(): boolean {
    return this.journey.reached.size >= MAX_REACHED
  }

  #wave({ node, anchors }: QueryParts): Wave {
    const { journey } = this
    return {
      byRoot: this.#options.byRoot,
      strand: (thread) => journey.strand(node, thread),
      arrive: (arrival, isBehind) =>
        journey.arrive({ ...arrival, home: node, at: wallAt(anchors, timeNs(arrival.time)) }, isBehind),
      isFull: () => this.#isFull(),
    }
  }

  /** Traces of the films that were come to and have not been looked up. */
  #tracesOf({ node, view }: QueryParts): TraceId[] {
    const fresh: TraceId[] = []
    for (const { thread, seq } of this.journey.takeFilms(node)) {
      const trace = view.film(thread, seq)?.trace ?? derivedTraceId(node, { thread, seq: seqOf(seq) })
      if (this.#traces.has(trace)) continue
      if (this.#traces.size >= MAX_TRACES) this.#walk.meet('work')
      else {
        this.#traces.add(trace)
        fresh.push(trace)
      }
    }
    return fresh
  }

  /** Comes to the roots that adopted one of the traces from an event that was come to. */
  async #follow(traces: readonly TraceId[]): Promise<void> {
    if (traces.length === 0) return
    await this.#walk.each(async (parts) => {
      for (const trace of traces) {
        await parts.cost.breathe()
        const films = parts.view.filmsOfTrace(trace)
        if (films.length >= MAX_FILMS_OF_TRACE) this.#walk.meet('work')
        for (const { thread, seq, time } of films) {
          const id = spanIdOf(parts.node, { thread, seq: seqOf(seq) })
          const sender = await senderOf(parts, { id, film: id })
          const at: WallMs = wallAt(parts.anchors, timeNs(time))
          if (sender !== undefined) this.journey.await(sender, { home: parts.node, thread, seq, root: seq, at })
        }
      }
    })
  }
}

/** Ids of what was reached, the nearest first, equal ones by time. */
export function nearestFirst(reached: ReadonlyMap<SpanId, Reached>): Reached[] {
  return Array.from(reached.values()).sort((a, b) => a.depth - b.depth || a.at - b.at || (a.id < b.id ? -1 : 1))
}
