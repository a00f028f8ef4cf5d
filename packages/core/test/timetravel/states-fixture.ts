/** States recorded as a scope records them, over a clock, a ring and commits that a test drives, into a store that it asks. */

import { decodeValue, type Definition, type Entity, KINDS, type WallMs, wallMs } from '@cinescope/protocol'
import { createManualClock } from '@cinescope/testkit'
import { allocateStatus } from '../../src/base/status.ts'
import { createEntityTable } from '../../src/capture/interner.ts'
import { Recorder } from '../../src/capture/recorder.ts'
import { StateRecorder } from '../../src/capture/states.ts'
import { Correlator } from '../../src/correlate/correlator.ts'
import { Intake } from '../../src/ingest/intake.ts'
import { Pipeline } from '../../src/ingest/pipeline.ts'
import { allocateRing, type RingOptions } from '../../src/ring/memory.ts'
import { RingProducer } from '../../src/ring/producer.ts'
import { recordingOf } from '../../src/recording/open-recording.ts'
import type { EventStore } from '../../src/store/event-store.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { ValueEncoder, type ValueLimits } from '../../src/value/encoder.ts'
import { createKeyTable } from '../../src/value/keys.ts'
import { createRedaction, type RedactionOptions } from '../../src/value/redaction.ts'
import { PROCESS } from '../recording/recording-fixture.ts'

/** Sizes; by default nothing is lost or cut. */
export interface StatesOptions {
  readonly ring?: Partial<RingOptions>
  readonly maxBytes?: number
  readonly maxWidth?: number
  readonly maxRows?: number
  readonly maxDepth?: number
  readonly redaction?: RedactionOptions
  readonly store?: EventStore
}

export const entityOf = (id: number): Entity => ({ kind: 'cart', scope: PROCESS.node, id: `${id}` })

/** See the file's first line. */
export class States {
  readonly clock = createManualClock()
  readonly store: EventStore
  readonly ring: RingProducer
  readonly recorder: Recorder
  readonly states: StateRecorder
  readonly encoder: ValueEncoder
  readonly pipeline: Pipeline
  readonly recording
  readonly #keys: string[] = []
  readonly #definitions: Definition[] = []
  readonly #entities
  readonly #limits
  readonly #settings = { limitChanges: 0 }
  #numbers = 0

  constructor(options: StatesOptions = {}) {
    const { ring, maxBytes = 8192, maxWidth = 50, maxRows = 8192, maxDepth = 6, store } = options
    const memory = allocateRing({ strategy: 'drop', records: 32_768, arenaBytes: 4_194_304, ...ring })
    const redaction = createRedaction(options.redaction)
    const define = (definition: Definition): boolean => this.#definitions.push(definition) > 0
    const keys = createKeyTable({
      maxKeys: 1000,
      redaction,
      onDefine: (number, text) => {
        this.#keys[number] = text
        return define({ kind: 'key', number, text })
      },
    })
    const limits = { maxDepth, maxWidth, maxStringLength: 1024, maxBytes }
    this.#limits = limits
    this.store = store ?? createMemoryStore(PROCESS)
    this.ring = new RingProducer(memory)
    this.encoder = new ValueEncoder(keys, redaction, limits)
    this.recorder = new Recorder({
      ring: this.ring,
      values: this.encoder,
      clock: this.clock,
      limits,
      figures: new Float64Array(allocateStatus().figures),
    })
    this.states = new StateRecorder(this.recorder, this.ring, limits, this.#settings)
    this.#entities = createEntityTable(define, () => ++this.#numbers)
    this.pipeline = new Pipeline({
      intake: new Intake(memory, { take: () => this.#definitions.splice(0) }),
      fold: new Correlator({ thread: 0, maxRows, maxValueBytes: 1_000_000 }),
      store: this.store,
      clock: this.clock,
      counters: () => ({}),
      sealRows: maxRows,
      report: (error) => {
        throw error
      },
    })
    this.recording = recordingOf(this.store)
    // the clock's first reading is the recording's
    this.pipeline.drain()
  }

  /** Number of an entity. */
  number(id: number): number {
    return this.#subject(id).entity
  }

  /** Keys that have a number. */
  keys(): number {
    return this.#keys.length
  }

  /** The instant so many ms after the first. */
  at(ms: number): WallMs {
    return wallMs(PROCESS.anchor.wallMs + ms)
  }

  /** Records the state of an entity. */
  state(id: number, state: unknown): void {
    this.states.state(this.#subject(id), state)
  }

  /** Changes limits, as at run time. */
  limit(limits: Partial<ValueLimits>): void {
    Object.assign(this.#limits, limits)
    this.#settings.limitChanges++
  }

  changed(id: number, state: unknown, ...paths: readonly (readonly (string | number)[])[]): void {
    this.states.changed(this.#subject(id), state, paths)
  }

  died(id: number): void {
    const { entity } = this.#subject(id)
    this.recorder.point(KINDS['entity.died'], 0, 0, 0, undefined, 0, 0, entity)
    this.states.forget(this.#entities.free(entityOf(id)))
  }

  /** Records other things. */
  others(count: number): void {
    for (let i = 0; i < count; i++) this.recorder.point(KINDS.log, 0, 0, 0)
  }

  /** The state as its decoded encoding. */
  shown(state: unknown): unknown {
    const into = new Uint8Array(65_536)
    const bytes = into.slice(0, this.encoder.encode(state, into, 0))
    return decodeValue(bytes, (key) => this.#keys[key])
  }

  drain(): void {
    while (this.pipeline.drain() > 0);
  }

  commit(seal = false): void {
    this.drain()
    this.pipeline.commit(seal)
  }

  /** Begin of the oldest segment that is left. */
  oldestMs(): Promise<number> {
    return this.store.read((view) => Math.min(...view.segments().map(({ summary }) => summary.timeLow)) / 1e6)
  }

  /** Leaves this part of what is there; states are carried whatever that is. */
  prune(share: number): void {
    const { store } = this
    const kept = store.bytes() * share
    // a quarter of the budget is for them
    while (store.prune({ maxBytes: kept }).segments > 0);
  }

  #subject(id: number) {
    return { entity: this.#entities.intern(entityOf(id)), parent: 0, root: 0, flags: 0 }
  }
}
