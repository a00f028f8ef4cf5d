/** A recorder whose records take as long as a test says: each reading of its clock takes `readingMs`. */

import { KINDS } from '@cinescope/protocol'
import { allocateStatus, STATUS } from '../../src/base/status.ts'
import { Recorder } from '../../src/capture/recorder.ts'
import { RingConsumer } from '../../src/ring/consumer.ts'
import { allocateRing } from '../../src/ring/memory.ts'
import { RingProducer } from '../../src/ring/producer.ts'
import { ValueEncoder } from '../../src/value/encoder.ts'
import { createKeyTable } from '../../src/value/keys.ts'
import { createRedaction } from '../../src/value/redaction.ts'

const RECORDS = 8192
const SINK = { record: () => undefined, gap: () => undefined }

/** See the file's first line. Nothing is lost in it. */
export class RecorderRig {
  /** How long a reading of the clock takes, in ms. A record is timed from one to the next, so this is what it costs. */
  readingMs = 0
  readonly recorder: Recorder
  readonly #figures = new Float64Array(allocateStatus().figures)
  readonly #consumer: RingConsumer
  #nowMs = 0

  constructor() {
    const memory = allocateRing({ strategy: 'drop', records: RECORDS, arenaBytes: 1_048_576 })
    const redaction = createRedaction()
    const keys = createKeyTable({ maxKeys: 10, redaction, onDefine: () => true })
    const limits = { maxDepth: 2, maxWidth: 2, maxStringLength: 10, maxBytes: 100 }
    this.recorder = new Recorder({
      ring: new RingProducer(memory),
      values: new ValueEncoder(keys, redaction, limits),
      clock: { now: () => (this.#nowMs += this.readingMs), wall: () => 0 },
      limits,
      figures: this.#figures,
    })
    this.#consumer = new RingConsumer(memory)
  }

  /** What the writer reads. */
  get toldMs(): number {
    return this.#figures[STATUS.probeCpuMs]!
  }

  /** Lets time pass. */
  work(ms: number): void {
    this.#nowMs += ms
  }

  /** Records a point that takes `ms`; its value is one that a budget may leave out. */
  point(site: number, ms: number, value?: unknown, kind: number = KINDS.attribute): void {
    this.readingMs = ms
    this.recorder.point(kind, site, 0, 0, value)
    this.readingMs = 0
    if ((this.recorder.seq & 1023) === 0) this.#consumer.drain(SINK, RECORDS)
  }
}
