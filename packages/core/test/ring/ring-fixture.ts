/** Offers records to a ring as the recorder does, and takes them out again; every record and value byte says which seq it belongs to. */

import { F64, KINDS, OMISSION, RECORD_BYTES, U32, VALUE_ABSENT } from '@cinescope/protocol'
import type { GapReason, RecordSink, RecordView } from '../../src/ring/consumer.ts'
import { CONTROL, type RingMemory } from '../../src/ring/memory.ts'
import type { RingProducer } from '../../src/ring/producer.ts'

/** Room that a value claims before its length is known. */
export const ROOM = 64

const LOST = (VALUE_ABSENT | OMISSION.lost) >>> 0

/** Byte `i` of the value of record `seq`. */
function valueByte(seq: number, i: number): number {
  return (Math.imul((seq >>> 0) ^ (i * 0x9e37), 0x85ebca6b) >>> 24) ^ (i & 0xff)
}

/** Offers one record, with a value of `valueLength` bytes unless that is undefined. False when it was refused. */
export function offer(ring: RingProducer, kind: number, priority: boolean, valueLength: number | undefined): boolean {
  const slot = ring.claim(kind, priority, valueLength === undefined ? 0 : ROOM)
  if (slot < 0) return false
  const { i32, f64 } = ring.lane
  const u = slot * (RECORD_BYTES / 4)
  f64[slot * (RECORD_BYTES / 8) + F64.time] = ring.seq
  f64[slot * (RECORD_BYTES / 8) + F64.number] = -ring.seq
  i32[u + U32.seq] = ring.seq
  i32[u + U32.word] = kind
  i32[u + U32.site] = ring.seq ^ 0x5a5a5a5a
  i32[u + U32.span] = ~ring.seq
  i32[u + U32.valueLength] = valueLength === undefined ? 0 : writeValue(ring, i32, u, valueLength)
  ring.commit()
  return true
}

function writeValue(ring: RingProducer, i32: Int32Array, u: number, length: number): number {
  const at = ring.claimValue(ROOM)
  if (at < 0) return LOST
  for (let i = 0; i < length; i++) ring.arena[at + i] = valueByte(ring.seq, i)
  i32[u + U32.valuePosition] = ring.keepValue(length)
  return length
}

/** What came out of a ring, in order. */
export type Delivery =
  | {
      readonly kind: 'record'
      readonly seq: number
      readonly word: number
      readonly value: number | 'lost' | undefined
    }
  | { readonly kind: 'gap'; readonly from: number; readonly to: number; readonly reason: GapReason }

/** Checks every record against its own seq and keeps a note of it. */
export class CheckingSink implements RecordSink {
  deliveries: Delivery[] = []
  records = 0
  missing = 0
  lostValues = 0
  values = 0
  /** Seq that must come next. */
  next: number
  readonly #keeps: boolean

  constructor(options: { readonly after?: number; readonly keeps?: boolean } = {}) {
    this.next = (options.after ?? 0) + 1
    this.#keeps = options.keeps ?? true
  }

  record(view: RecordView): void {
    const { seq, u32, f64, u32Base: u, f64Base: f } = view
    if (seq !== this.next) throw new Error(`record ${seq} came where ${this.next} was due`)
    this.next++
    this.records++
    const isItself =
      u32[u + U32.seq] === seq >>> 0 &&
      u32[u + U32.site] === (seq ^ 0x5a5a5a5a) >>> 0 &&
      u32[u + U32.span] === ~seq >>> 0 &&
      f64[f + F64.time] === seq &&
      f64[f + F64.number] === -seq
    if (!isItself) throw new Error(`record ${seq} holds another record's numbers`)
    const value = this.#value(view)
    if (this.#keeps) this.deliveries.push({ kind: 'record', seq, word: u32[u + U32.word]!, value })
  }

  gap(from: number, to: number, reason: GapReason): void {
    if (from !== this.next || to < from) throw new Error(`a gap of ${from} to ${to} came where ${this.next} was due`)
    this.next = to + 1
    this.missing += to - from + 1
    if (this.#keeps) this.deliveries.push({ kind: 'gap', from, to, reason })
  }

  #value({ seq, valueLength, valueAt, bytes }: RecordView): number | 'lost' | undefined {
    if (valueLength === 0) return undefined
    if (valueLength >= VALUE_ABSENT) {
      if (valueLength !== LOST) throw new Error(`record ${seq} has a value of length ${valueLength}`)
      this.lostValues++
      return 'lost'
    }
    this.values++
    for (let i = 0; i < valueLength; i++) {
      if (bytes[valueAt + i] !== valueByte(seq, i))
        throw new Error(`byte ${i} of the value of record ${seq} is another's`)
    }
    return valueLength
  }
}

/** Kinds by the part of the ring that takes them. */
export const ORDINARY = KINDS.span
export const PRIORITY = KINDS.error

/** Sets every count of an unused ring, as if so much had passed through it; give `records` to a producer as its seq too. */
export function preset(memory: RingMemory, records: number, arenaBytes: number): void {
  const control = new Int32Array(memory.control)
  control[CONTROL.committedSeq] = records | 0
  control[CONTROL.arenaTail] = control[CONTROL.arenaClaim] = arenaBytes | 0
  memory.lanes.forEach((_, lane) => {
    for (const word of [CONTROL.head, CONTROL.tail, CONTROL.claim]) control[word + lane * CONTROL.lane] = records | 0
  })
}
