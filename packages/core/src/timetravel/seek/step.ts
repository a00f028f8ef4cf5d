/** Steps: the begins and ends of spans, and points, in one order. */

import { CinescopeError, type Rows } from '@cinescope/protocol'
import type { SegmentEntry } from '../../store/event-store.ts'

/** Phases of a step: ends come after whatever else has their instant. */
export const STEP = { begin: 0, end: 1 } as const

/** Where a step stands. `seq` is that of its row. */
export interface StepPlace {
  readonly time: number
  readonly thread: number
  readonly phase: number
  readonly seq: number
}

/** A step and the row that tells it. */
export interface Step extends StepPlace {
  readonly entry: SegmentEntry
  readonly rows: Rows
  readonly row: number
}

/** Before and behind all steps. */
export const FIRST: StepPlace = { time: -Infinity, thread: 0, phase: 0, seq: 0 }
/** See above. */
export const LAST: StepPlace = { time: Infinity, thread: 0, phase: 0, seq: 0 }

/**
 * Negative if `a` comes first. At one instant of one thread begins and points come by seq, then ends, of what began last first:
 * so a span ends after all that is inside of it.
 */
export function compareSteps(a: StepPlace, b: StepPlace): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1
  return a.thread - b.thread || a.phase - b.phase || (a.phase === STEP.begin ? a.seq - b.seq : b.seq - a.seq)
}

/** When the row's span ended; -1 for points and for what has not. */
export function endOf(rows: Rows, row: number): number {
  const duration = rows.duration[row]!
  return duration < 0 ? -1 : rows.time[row]! + duration
}

/** A step as a cursor. */
export function formatStep({ time, thread, phase, seq }: StepPlace): string {
  return `step:${time}:${thread}:${phase}:${seq}`
}

/** See above. @throws CSC_ERR_QUERY */
export function parseStep(cursor: string): StepPlace {
  const found = /^step:(-?\d{1,16}):(\d{1,5}):([01]):(\d{1,15})$/.exec(cursor)
  if (found === null) throw new CinescopeError('CSC_ERR_QUERY', `'${cursor.slice(0, 60)}' is no cursor of a step`)
  const [time, thread, phase, seq] = found.slice(1).map(Number) as [number, number, number, number]
  return { time, thread, phase, seq }
}
