/** The writer's side of one ring: records in order, definitions that came beside them, and the count of what never arrived. */

import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads'
import { type Definition, KIND_LIMIT, kindName, type LedgerRow } from '@cinescope/protocol'
import type { FindRing } from '../ring/chain.ts'
import { RingConsumer, type RecordSink } from '../ring/consumer.ts'
import type { DefinitionSource } from '../ring/definition-log.ts'
import type { RingMemory } from '../ring/memory.ts'

/** Reads one ring and its definitions. */
export class Intake {
  readonly consumer: RingConsumer
  readonly #source: DefinitionSource
  readonly #refusedNow = new Uint32Array(KIND_LIMIT)
  readonly #refusedLast = new Uint32Array(KIND_LIMIT)
  readonly #refused = new Float64Array(KIND_LIMIT)

  /** `find` gives the rings that the thread has added. */
  constructor(memory: RingMemory, source: DefinitionSource, find?: FindRing) {
    this.consumer = new RingConsumer(memory, find)
    this.#source = source
  }

  /** Hands at most `limit` records to `sink`. */
  drain(sink: RecordSink, limit: number): number {
    return this.consumer.drain(sink, limit)
  }

  /** Definitions that arrived. Called after `drain`: each was sent before the first record that refers to it. */
  definitions(): Definition[] {
    return this.#source.take()
  }

  /** Events lost so far, by reason and kind. */
  lost(): LedgerRow[] {
    this.#countRefused()
    const rows: LedgerRow[] = []
    this.#refused.forEach((count, kind) => {
      if (count > 0) rows.push({ reason: 'full', kind: kindName(kind) ?? 'unknown', count })
    })
    if (this.consumer.overwritten > 0)
      rows.push({ reason: 'overwritten', kind: 'unknown', count: this.consumer.overwritten })
    return rows
  }

  /** The shared counters hold 32 bits; differences are added up before they can wrap. */
  #countRefused(): void {
    this.consumer.readRefused(this.#refusedNow)
    for (let kind = 0; kind < KIND_LIMIT; kind++) {
      const now = this.#refusedNow[kind]!
      this.#refused[kind] = this.#refused[kind]! + ((now - this.#refusedLast[kind]!) >>> 0)
      this.#refusedLast[kind] = now
    }
  }
}

/** Definitions that arrive as messages. */
export function definitionsOf(port: MessagePort): DefinitionSource {
  return {
    take() {
      const definitions: Definition[] = []
      for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
        definitions.push(next.message as Definition)
      }
      return definitions
    },
  }
}
