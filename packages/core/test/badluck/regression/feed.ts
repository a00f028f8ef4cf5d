/** Feeds records straight into what takes them from a ring. */

import { randomFillSync } from 'node:crypto'
import { F64, KINDS, PHASE, RECORD_BYTES, U32 } from '@cinescope/protocol'
import type { RecordSink } from '../../../src/ring/consumer.ts'

/** Makes records of growing seq. */
export interface Feed {
  logs(count: number): void
  /** Root spans with values of `valueBytes` random bytes; each ends with `number`. */
  spans(count: number, valueBytes: number, number?: number): void
}

/** A feed of `sink`. */
export function feed(sink: RecordSink): Feed {
  const record = new ArrayBuffer(RECORD_BYTES)
  const f64 = new Float64Array(record)
  const u32 = new Uint32Array(record)
  let seq = 0
  const send = (fields: { word: number; root: number; span?: number; number?: number }, bytes: Uint8Array): void => {
    seq++
    u32.fill(0)
    f64[F64.time] = seq * 1000
    f64[F64.since] = (fields.span ?? 0) * 1000
    f64[F64.number] = fields.number ?? 0
    u32[U32.seq] = seq
    u32[U32.word] = fields.word
    u32[U32.root] = fields.root
    u32[U32.span] = fields.span ?? 0
    sink.record({ seq, f64, u32, f64Base: 0, u32Base: 0, bytes, valueAt: 0, valueLength: bytes.length })
  }
  const none = new Uint8Array(0)
  return {
    logs(count) {
      for (let i = 0; i < count; i++) send({ word: KINDS.log, root: 0 }, none)
    },
    spans(count, valueBytes, number = 0) {
      for (let i = 0; i < count; i++) {
        const begin = seq + 1
        send({ word: KINDS.span | (PHASE.begin << 8), root: begin }, none)
        const value = randomFillSync(new Uint8Array(valueBytes))
        send({ word: KINDS.span | (PHASE.end << 8), root: begin, span: begin, number }, value)
      }
    },
  }
}
