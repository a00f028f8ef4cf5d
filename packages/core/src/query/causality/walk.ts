/** One question on its way through recordings: what it cost so far, and what kept it from being whole. */

import {
  CinescopeError,
  type CausalBound,
  type CinescopeEvent,
  type Explain,
  type NodeId,
  type SpanId,
} from '@cinescope/protocol'
import { findEvents } from '../find-events.ts'
import { mergeExplains } from '../merge-explains.ts'
import type { QueryParts, Reading } from '../reading.ts'
import type { Ground } from './ground.ts'
import { senderOf } from './sender.ts'

/** An event, the process it happened in, and what sent it from elsewhere, if it is a root and its edge says so. */
export interface Found {
  readonly home: NodeId
  readonly event: CinescopeEvent
  readonly sender: SpanId | undefined
}

/** See above; one per question. */
export class Walk {
  readonly #ground: Ground
  readonly #values: boolean
  readonly #bounds = new Set<CausalBound>()
  #spent: Explain | undefined
  /** What the values of the answer weigh, over all views. */
  #weight = 0

  constructor(ground: Ground, values: boolean = true) {
    this.#ground = ground
    this.#values = values
  }

  /** Which bounds were met, in one order. */
  get truncatedBy(): readonly CausalBound[] {
    return Array.from(this.#bounds).toSorted()
  }

  /** Notes that the answer is not whole. */
  meet(bound: CausalBound): void {
    this.#bounds.add(bound)
  }

  /** Computes on one recording after the other, `home` first, until one has an answer. */
  first<T>(compute: (parts: QueryParts) => Promise<T | undefined>, home?: NodeId): Promise<T | undefined> {
    return this.#ground.first((reading) => this.#on(reading, compute), home)
  }

  /** Computes on all recordings. */
  async each(compute: (parts: QueryParts) => Promise<void>): Promise<void> {
    await this.first(async (parts) => {
      await compute(parts)
      return undefined
    })
  }

  /** Those of the events that some recording has, `home` asked first. */
  async find(ids: readonly SpanId[], home?: NodeId): Promise<Map<SpanId, Found>> {
    const all = new Map<SpanId, Found>()
    await this.first(async (parts) => {
      const wanted = ids.filter((id) => !all.has(id))
      for (const [id, event] of await findEvents(parts, wanted, this.#values))
        all.set(id, { home: parts.node, event, sender: await senderOf(parts, event) })
      return all.size === ids.length ? true : undefined
    }, home)
    return all
  }

  /** One event. @throws CSC_ERR_NOT_FOUND */
  async must(id: SpanId): Promise<Found> {
    const found = (await this.find([id])).get(id)
    if (found === undefined) throw new CinescopeError('CSC_ERR_NOT_FOUND', `no event ${id} in any recording asked`)
    return found
  }

  explain(plan: string): Explain {
    return mergeExplains(this.#spent === undefined ? [] : [this.#spent], plan)
  }

  #on<T>(reading: Reading, compute: (parts: QueryParts) => Promise<T>): Promise<T> {
    return reading.view(async (parts) => {
      parts.cost.weight = this.#weight
      const answer = await compute(parts)
      this.#weight = parts.cost.weight
      const spent = parts.cost.explain('')
      this.#spent = mergeExplains(this.#spent === undefined ? [spent] : [this.#spent, spent], '')
      return answer
    })
  }
}
