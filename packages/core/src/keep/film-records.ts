/** HOT: what a record tells of its film. Bench row `keep`. */

import { F64, FLAG, isSpanKind, kindOf, KINDS, PHASE, phaseOf, U32 } from '@cinescope/protocol'
import type { RecordView } from '../ring/consumer.ts'

/** Something inside of the film failed: what a film's row counts as an error. */
export function isFailure(word: number): boolean {
  return (word & FLAG.error) !== 0 && !isSpanKind(kindOf(word))
}

/** The film's root ends. */
export function isEndOfRoot({ u32, u32Base: u }: RecordView, word: number): boolean {
  return phaseOf(word) === PHASE.end && u32[u + U32.span] === u32[u + U32.root]
}

/** The film's root begins. */
export function isBeginOfRoot({ u32, u32Base: u }: RecordView, word: number): boolean {
  return phaseOf(word) === PHASE.begin && u32[u + U32.seq] === u32[u + U32.root]
}

/** How long the span took that a record ends, in ns as rows have it. */
export function durationOf({ f64, f64Base: f }: RecordView): number {
  return Math.max(0, Math.round(f64[f + F64.time]!) - Math.round(f64[f + F64.since]!))
}

/** What a control event asks for: one of `CONTROL_CODE`; 0 for other events. */
export function controlCode({ f64, f64Base: f }: RecordView, word: number): number {
  return kindOf(word) === KINDS.control ? f64[f + F64.number]! : 0
}
