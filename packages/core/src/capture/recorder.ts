/**
 * HOT: the one way into the ring. A structural record allocates nothing; a value costs its walk. Bench rows `event`,
 * `span-vs-otel`, `span-values`.
 */

import { FLAG, KINDS, OMISSION, PHASE, type StatePath, VALUE_ABSENT } from '@cinescope/protocol'
import type { Clock } from '../base/clock.ts'
import type { RingProducer } from '../ring/producer.ts'
import { putNumbers, putTimes, VALUE_LENGTH, VALUE_POSITION, WORD } from '../ring/record-words.ts'
import type { ValueEncoder, ValueLimits } from '../value/encoder.ts'
import { isStackEnd } from '../value/stack-end.ts'
import { EncodedDocument, OwnDocument, Text, THINNED } from './own-value.ts'
import { ProbeCost } from './probe-cost.ts'

const KIND_BITS = 0x3f
const BEGIN = PHASE.begin << 8
const END = PHASE.end << 8
/** Kinds with first call on the ring's reserve, and the flag that goes with an error. */
const FIRST_OF_STATE = KINDS['state.snapshot']
const ERROR = KINDS.error
const FAILED = FLAG.error
const TRUNCATED = FLAG.truncated
/** Room for the largest document of our own. */
const OWN_DOCUMENT_BYTES = 256
const LOST = (VALUE_ABSENT | OMISSION.lost) >>> 0
const LEFT_OUT = (VALUE_ABSENT | OMISSION.thinned) >>> 0

/** Parts of a recorder, made by the scope. */
export interface RecorderParts {
  readonly ring: RingProducer
  readonly values: ValueEncoder
  readonly clock: Clock
  /** They may change between two records. */
  readonly limits: Pick<ValueLimits, 'maxBytes'>
  /** Shared figures; the sampled cost of probes goes there too. */
  readonly figures: Float64Array
}

/**
 * Writes events of one thread. Spans are named by the seq of their begin; 0 stands for none.
 * When `enabled` is false every method returns at once. Nothing is thrown into the host, not even where the stack ends: an
 * event that cannot be written then is refused and counted, as is one that is offered from inside the walk of another's value.
 */
export class Recorder {
  enabled = true
  /** What it costs. */
  readonly cost: ProbeCost
  /** Time of the last record written, in ns since the process's anchor; a begin's is its span's `since`. */
  lastNs = 0
  readonly #ring: RingProducer
  readonly #values: ValueEncoder
  readonly #clock: Clock
  readonly #limits: Pick<ValueLimits, 'maxBytes'>
  /** Number of the record that is timed next. */
  #sampleAt: number
  /** A record is not as usual: one of the two below. */
  #mustLook = false
  /** A value is being walked; should host code run in it and record, it finds the slot of another record open. */
  #isWalking = false
  /** Kind of a record whose writing was broken off; 0 when there is none. */
  #brokenKind = 0
  /** By what. */
  #brokenBy: unknown = undefined
  #fault: unknown = undefined

  constructor(parts: RecorderParts) {
    this.#ring = parts.ring
    this.#values = parts.values
    this.#clock = parts.clock
    this.#limits = parts.limits
    this.cost = new ProbeCost(parts.clock, parts.figures, parts.ring)
    this.#sampleAt = this.cost.after(0)
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
    if (!this.enabled) return 0
    const own = root === 0 ? this.#ring.seq + 1 : root
    const word = kind | BEGIN | flags
    try {
      const seq = value === undefined ? this.#put(word, site, parent, own, cause, subject, 0, 0, 0) : 0
      return seq === 0 ? this.#claim(word, site, parent, own, cause, subject, 0, 0, 0, value) : seq
    } catch (thrown) {
      // the stack ends here: nothing may be called
      this.#brokenBy = thrown
      this.#brokenKind = kind
      this.#mustLook = true
      return 0
    }
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
    if (!this.enabled) return
    const word = kind | END | flags
    try {
      const seq = value === undefined ? this.#put(word, site, parent, root, 0, 0, span, sinceNs, number) : 0
      if (seq === 0) this.#claim(word, site, parent, root, 0, 0, span, sinceNs, number, value)
    } catch (thrown) {
      // the stack ends here: nothing may be called
      this.#brokenBy = thrown
      this.#brokenKind = kind
      this.#mustLook = true
    }
  }

  /**
   * Records a point inside `parent` and gives its seq; `value` may be a `Text` or an `OwnDocument`. Errors and state have
   * first call on the ring's reserve.
   */
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
    if (!this.enabled) return 0
    const word = kind | flags | (kind === ERROR ? FAILED : 0)
    try {
      const seq = value === undefined ? this.#put(word, site, parent, root, cause, subject, 0, 0, number) : 0
      return seq === 0 ? this.#claim(word, site, parent, root, cause, subject, 0, 0, number, value) : seq
    } catch (thrown) {
      // the stack ends here: nothing may be called
      this.#brokenBy = thrown
      this.#brokenKind = kind
      this.#mustLook = true
      return 0
    }
  }

  /** Writes a record without a value where that needs no second look; gives its seq, or 0 when it has to be claimed. */
  #put(
    word: number,
    site: number,
    parent: number,
    root: number,
    cause: number,
    subject: number,
    span: number,
    since: number,
    number: number,
  ): number {
    const ring = this.#ring
    const lane = ring.main
    const { head, i32, f64 } = lane
    if (head >= lane.freeUntil || this.#mustLook) return 0
    const seq = ring.seq + 1
    ring.seq = seq
    const slot = head & lane.mask
    putNumbers(i32, slot, seq, site, parent, root, cause, subject, span)
    const now = this.#clock.now() * 1e6
    this.lastNs = now
    putTimes(f64, slot, now, since, number)
    const u = slot << 4
    i32[u | VALUE_LENGTH] = 0
    i32[u | WORD] = word
    lane.commit()
    if (seq >= this.#sampleAt) this.#sampleAt = this.cost.sample(now, seq, site, false, false)
    return seq
  }

  /** Writes any record, or counts it as refused. */
  #claim(
    word: number,
    site: number,
    parent: number,
    root: number,
    cause: number,
    subject: number,
    span: number,
    since: number,
    number: number,
    value: unknown,
  ): number {
    const ring = this.#ring
    const kind = word & KIND_BITS
    const hasReserve = (word & END) !== 0 || (kind >= FIRST_OF_STATE && kind <= ERROR)
    const hasValue = value !== undefined && value !== THINNED
    const room = hasValue ? this.#maxValueBytes : 0
    const slot = this.#mustLook ? this.#look(kind, hasReserve, room) : ring.claim(kind, hasReserve, room)
    const { seq, lane } = ring
    if (slot < 0) return this.#refused(seq)
    putNumbers(lane.i32, slot, seq, site, parent, root, cause, subject, span)
    const now = this.#clock.now() * 1e6
    this.lastNs = now
    putTimes(lane.f64, slot, now, since, number)
    const u = slot << 4
    lane.i32[u | VALUE_LENGTH] = value === THINNED ? LEFT_OUT : 0
    lane.i32[u | WORD] = hasValue ? word | this.#writeValue(lane.i32, u, word, value) : word
    ring.commit()
    if (seq >= this.#sampleAt) this.#sampleAt = this.cost.sample(now, seq, site, hasValue, hasValue && isSpared(word))
    return seq
  }

  /**
   * Encodes a value that is compared before it is recorded, as if it were recorded; gives its length, or -1 inside the walk of
   * another's value. `truncated` tells of it then.
   */
  encode(value: unknown, into: Uint8Array): number {
    if (!this.#beginWalk()) return -1
    try {
      return this.#values.encode(value, into, 0)
    } finally {
      this.#isWalking = this.#mustLook = false
    }
  }

  /** Encodes changes of a state; gives their end, or -1 when they cannot be told by themselves. */
  encodeChanges(state: unknown, paths: readonly StatePath[], into: Uint8Array, at: number): number {
    if (!this.#beginWalk()) return -1
    try {
      return this.#values.encodeChanges(state, paths, into, at)
    } finally {
      this.#isWalking = this.#mustLook = false
    }
  }

  /** Something was left out of the value encoded last because of a limit. */
  get truncated(): boolean {
    return this.#values.truncated
  }

  /** A key of it has no number and may get one: the same path would lead elsewhere then. */
  get hasUnnumbered(): boolean {
    return this.#values.hasUnnumbered
  }

  #beginWalk(): boolean {
    if (this.#isWalking) return false
    this.settle()
    this.#isWalking = this.#mustLook = true
    return true
  }

  /** That of the last event offered. */
  get seq(): number {
    return this.#ring.seq
  }

  /** Estimated CPU of all records so far, and of what is done around them. */
  get probeCpuMs(): number {
    return this.cost.cpuMs
  }

  /** The slot of a record that is not as usual. */
  #look(kind: number, priority: boolean, room: number): number {
    if (this.#isWalking) return this.#ring.refuse(kind)
    this.settle()
    return this.#ring.claim(kind, priority, room)
  }

  /** Counts what was broken off, so that the ledger is whole. */
  settle(): void {
    if (this.#brokenKind === 0 || this.#isWalking) return
    this.#ring.countAbandoned(this.#brokenKind)
    if (!isStackEnd(this.#brokenBy)) this.#fault ??= this.#brokenBy
    this.#brokenBy = undefined
    this.#brokenKind = 0
    this.#mustLook = false
  }

  /** What broke off a record or a value, if it was a fault of ours and not the end of the stack; once. */
  takeFault(): unknown {
    const fault = this.#fault
    this.#fault = undefined
    return fault ?? this.#values.takeFault()
  }

  /** A refused record still tells its time, for the end of its span. */
  #refused(seq: number): number {
    this.lastNs = this.#clock.now() * 1e6
    return seq
  }

  get #maxValueBytes(): number {
    const { maxBytes } = this.#limits
    return maxBytes > OWN_DOCUMENT_BYTES ? maxBytes : OWN_DOCUMENT_BYTES
  }

  /** Writes the value's place and length, or why there is none; gives the flags it adds to the word. */
  #writeValue(i32: Int32Array, u: number, word: number, value: unknown): number {
    const ring = this.#ring
    const at = ring.claimValue(this.#maxValueBytes)
    if (at < 0) {
      i32[u | VALUE_LENGTH] = LOST
      return 0
    }
    const { arena } = ring
    this.#isWalking = this.#mustLook = true
    try {
      // only points carry texts and documents of ours
      const length =
        (word & (BEGIN | END)) === 0 ? this.#encodePoint(value, arena, at) : this.#values.encode(value, arena, at) - at
      i32[u | VALUE_POSITION] = ring.keepValue(length)
      i32[u | VALUE_LENGTH] = length
      return this.#values.truncated ? TRUNCATED : 0
    } finally {
      this.#isWalking = this.#mustLook = false
    }
  }

  /** Gives the number of bytes. */
  #encodePoint(value: unknown, arena: Uint8Array, at: number): number {
    const values = this.#values
    if (Text.is(value)) return values.encodeText(value.text, arena, at) - at
    if (OwnDocument.is(value)) {
      values.truncated = false
      arena.set(value.bytes, at)
      return value.bytes.length
    }
    if (!EncodedDocument.is(value)) return values.encode(value, arena, at) - at
    values.truncated = false
    return value.copyTo(arena, at)
  }
}

/** True for records whose values no budget leaves out: see `Span.point`. */
function isSpared(word: number): boolean {
  if ((word & (BEGIN | END)) !== 0) return false
  return (word & KIND_BITS) !== KINDS.attribute || (word & FLAG.marked) !== 0
}
