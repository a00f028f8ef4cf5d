/** HOT: the one way into the ring. A structural record allocates nothing; a value costs its walk. Bench rows `event`, `span-values`. */

import { F64, FLAG, KINDS, OMISSION, PHASE, RECORD_BYTES, U32, VALUE_ABSENT } from '@cinescope/protocol'
import type { Clock } from '../base/clock.ts'
import { encodePlainRecord, type PlainRecord } from '../base/plain-value.ts'
import { STATUS } from '../base/status.ts'
import type { RingProducer } from '../ring/producer.ts'
import type { CapturedText } from '../value/captured-text.ts'
import type { ValueEncoder } from '../value/encoder.ts'

const DOUBLES = RECORD_BYTES / 8
const WORDS = RECORD_BYTES / 4
const BEGIN = PHASE.begin << 8
const END = PHASE.end << 8
/** Room for the largest document of our own. */
const OWN_DOCUMENT_BYTES = 256
/** One record in 256 is timed. */
const SAMPLE_MASK = 255
const LOST = (VALUE_ABSENT | OMISSION.lost) >>> 0

/** Parts of a recorder, made by the scope. */
export interface RecorderParts {
  readonly ring: RingProducer
  readonly values: ValueEncoder
  readonly clock: Clock
  readonly maxValueBytes: number
  /** Shared figures; the sampled cost of probes goes there too. */
  readonly figures: Float64Array
}

/**
 * Writes events of one thread. Spans are named by the seq of their begin; 0 stands for none.
 * When `enabled` is false every method returns at once.
 */
export class Recorder {
  enabled = true
  /** Time of the last record written, in ns since the process's anchor; a begin's is its span's `since`. */
  lastNs = 0
  readonly #ring: RingProducer
  readonly #values: ValueEncoder
  readonly #clock: Clock
  readonly #maxValueBytes: number
  readonly #figures: Float64Array
  #samples = 0
  #sampledNs = 0

  constructor(parts: RecorderParts) {
    this.#ring = parts.ring
    this.#values = parts.values
    this.#clock = parts.clock
    this.#maxValueBytes = Math.max(parts.maxValueBytes, OWN_DOCUMENT_BYTES)
    this.#figures = parts.figures
  }

  /** Begins a span inside `parent` (0 = it is a root) and gives its seq. `flags` are FLAG bits. */
  begin(
    kind: number,
    site: number,
    parent: number,
    root: number,
    value?: unknown,
    cause = 0,
    subject = 0,
    flags = 0,
  ): number {
    return this.enabled ? this.#begin(kind, site, parent, root, value, cause, subject, flags) : 0
  }

  #begin(
    kind: number,
    site: number,
    parent: number,
    root: number,
    value: unknown,
    cause: number,
    subject: number,
    flags: number,
  ): number {
    const ring = this.#ring
    const slot = ring.claim(kind, false)
    const now = this.#clock.now() * 1e6
    this.lastNs = now
    if (slot < 0) return ring.seq
    const seq = ring.seq
    const u = slot * WORDS
    const lane = ring.lane
    const u32 = lane.u32
    lane.f64[slot * DOUBLES + F64.time] = now
    lane.f64[slot * DOUBLES + F64.number] = 0
    u32[u + U32.seq] = seq
    u32[u + U32.site] = site
    u32[u + U32.parent] = parent
    u32[u + U32.root] = root === 0 ? seq : root
    u32[u + U32.cause] = cause
    u32[u + U32.subject] = subject
    const valueFlags = value === undefined ? this.#noValue(u32, u) : this.#writeValue(u32, u, value)
    u32[u + U32.word] = kind | BEGIN | flags | valueFlags
    ring.commit()
    if ((seq & SAMPLE_MASK) === 0) this.#sample(now)
    return seq
  }

  /** Ends the span `span`, repeating what its begin said, so that it survives the loss of its begin. */
  end(
    kind: number,
    site: number,
    span: number,
    parent: number,
    root: number,
    sinceNs: number,
    number = 0,
    flags = 0,
    value?: unknown,
  ): void {
    if (this.enabled) this.#end(kind, site, span, parent, root, sinceNs, number, flags, value)
  }

  #end(
    kind: number,
    site: number,
    span: number,
    parent: number,
    root: number,
    sinceNs: number,
    number: number,
    flags: number,
    value: unknown,
  ): void {
    const ring = this.#ring
    const slot = ring.claim(kind, true)
    const now = this.#clock.now() * 1e6
    this.lastNs = now
    if (slot < 0) return
    const u = slot * WORDS
    const lane = ring.lane
    const u32 = lane.u32
    const f = slot * DOUBLES
    lane.f64[f + F64.time] = now
    lane.f64[f + F64.since] = sinceNs
    lane.f64[f + F64.number] = number
    u32[u + U32.seq] = ring.seq
    u32[u + U32.site] = site
    u32[u + U32.parent] = parent
    u32[u + U32.root] = root
    u32[u + U32.cause] = 0
    u32[u + U32.subject] = 0
    u32[u + U32.span] = span
    const valueFlags = value === undefined ? this.#noValue(u32, u) : this.#writeValue(u32, u, value)
    u32[u + U32.word] = kind | END | flags | valueFlags
    ring.commit()
    if ((ring.seq & SAMPLE_MASK) === 0) this.#sample(now)
  }

  /** Records a point inside `parent` and gives its seq. Errors and state have first call on the ring's reserve. */
  point(
    kind: number,
    site: number,
    parent: number,
    root: number,
    value?: unknown,
    number = 0,
    cause = 0,
    subject = 0,
    flags = 0,
  ): number {
    return this.enabled ? this.#point(kind, site, parent, root, value, number, cause, subject, flags) : 0
  }

  #point(
    kind: number,
    site: number,
    parent: number,
    root: number,
    value: unknown,
    number: number,
    cause: number,
    subject: number,
    flags: number,
  ): number {
    const ring = this.#ring
    const slot = ring.claim(kind, kind >= KINDS['state.snapshot'] && kind <= KINDS.error)
    const now = this.#clock.now() * 1e6
    this.lastNs = now
    if (slot < 0) return ring.seq
    const u = slot * WORDS
    const lane = ring.lane
    const u32 = lane.u32
    lane.f64[slot * DOUBLES + F64.time] = now
    lane.f64[slot * DOUBLES + F64.number] = number
    u32[u + U32.seq] = ring.seq
    u32[u + U32.site] = site
    u32[u + U32.parent] = parent
    u32[u + U32.root] = root
    u32[u + U32.cause] = cause
    u32[u + U32.subject] = subject
    const valueFlags = value === undefined ? this.#noValue(u32, u) : this.#writeValue(u32, u, value)
    u32[u + U32.word] = kind | flags | valueFlags | (kind === KINDS.error ? FLAG.error : 0)
    ring.commit()
    if ((ring.seq & SAMPLE_MASK) === 0) this.#sample(now)
    return ring.seq
  }

  /** Estimated CPU of all records so far: mean of the sampled ones, each with the clock it read, times their number. */
  get probeCpuMs(): number {
    return this.#samples === 0 ? 0 : ((this.#sampledNs / this.#samples) * this.#ring.seq) / 1e6
  }

  /** From the clock read at the record's begin to one read now, so one read of the clock is in it. */
  #sample(since: number): void {
    this.#samples++
    this.#sampledNs += this.#clock.now() * 1e6 - since
    this.#figures[STATUS.probeCpuMs] = this.probeCpuMs
  }

  #noValue(u32: Uint32Array, u: number): number {
    u32[u + U32.valueLength] = 0
    return 0
  }

  /** Writes the value's place and length, or why there is none; gives the flags it adds to the word. */
  #writeValue(u32: Uint32Array, u: number, value: unknown): number {
    const ring = this.#ring
    const at = ring.claimValue(this.#maxValueBytes)
    if (at < 0) {
      u32[u + U32.valueLength] = LOST
      return 0
    }
    const values = this.#values
    if (OwnDocument.is(value)) {
      ring.arena.set(value.bytes, at)
      u32[u + U32.valuePosition] = ring.keepValue(value.bytes.length)
      u32[u + U32.valueLength] = value.bytes.length
      return 0
    }
    const end = Text.is(value) ? values.encodeText(value.text, ring.arena, at) : values.encode(value, ring.arena, at)
    u32[u + U32.valuePosition] = ring.keepValue(end - at)
    u32[u + U32.valueLength] = end - at
    return values.truncated ? FLAG.truncated : 0
  }
}

/** A value that arrives as text, to be tokenized and redacted as such. */
export class Text {
  readonly #text: CapturedText

  constructor(text: CapturedText) {
    this.#text = text
  }

  get text(): CapturedText {
    return this.#text
  }

  /** True for texts. A private name is looked for without running a proxy's traps, which `instanceof` would run. */
  static is(value: unknown): value is Text {
    return typeof value === 'object' && value !== null && #text in value
  }
}

/** A value of our own making: checked ids and numbers, at most 256 bytes encoded, never host data, so nothing redacts it. */
export class OwnDocument {
  readonly #bytes: Uint8Array

  constructor(record: PlainRecord) {
    this.#bytes = encodePlainRecord(record)
  }

  /** True for one of ours; looks at nothing that a proxy could answer. */
  static is(value: unknown): value is OwnDocument {
    return typeof value === 'object' && value !== null && #bytes in value
  }

  get bytes(): Uint8Array {
    return this.#bytes
  }
}
