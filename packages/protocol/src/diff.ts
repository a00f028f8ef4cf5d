/** How two films differ. Everything here is plain data. */

import type { FilmSummary } from './event.ts'
import type { Explain } from './explain.ts'
import type { SpanId } from './ids.ts'
import type { Kind } from './kind.ts'
import type { DurationNs } from './time.ts'

/** How films are compared. */
export interface DiffOptions {
  /** Compare values and results, not only what happened; default true. */
  readonly values?: boolean
  /** Divergences to list, 1 to 10,000; default 100. Counts are always of all. */
  readonly limit?: number
}

/** An event as far as a diff shows it. */
export interface DiffEvent {
  readonly id: SpanId
  readonly kind: Kind | 'unknown'
  readonly name: string
  /** Spans above it in its film. */
  readonly depth: number
  /** Since the begin of its film. */
  readonly sinceNs: DurationNs
  readonly durationNs: DurationNs | undefined
}

/** One thing that is not alike; undefined stands for what one side lacks. */
export interface DiffChange {
  /** `kind` or `name` of the root, `error`, `aborted`, `open`, `number`, `subject`, or a dotted path within `value` or `result`. */
  readonly path: string
  readonly a: unknown
  readonly b: unknown
}

/** One place where two films part: two events that stand for each other and differ, or an event that the other film has not. */
export type Divergence =
  | {
      readonly kind: 'changed'
      /** At the begin of the events, or when they ended, after all that happened inside. */
      readonly phase: 'begin' | 'end'
      readonly a: DiffEvent
      readonly b: DiffEvent
      readonly changes: readonly DiffChange[]
      /** There are more changes than listed. */
      readonly isCut: boolean
    }
  | {
      readonly kind: 'only'
      readonly film: 'a' | 'b'
      readonly event: DiffEvent
      /** It and all that happened inside it. */
      readonly events: number
    }

/** What two films have in common and where they part. Times are no difference. */
export interface FilmDiff {
  readonly a: FilmSummary
  readonly b: FilmSummary
  /** Pairs of events that are alike. */
  readonly same: number
  /** Pairs of events that are not. */
  readonly changed: number
  readonly onlyInA: number
  readonly onlyInB: number
  /** Pairs of which a value was too large for the answer or is not in the recording, and was not compared. */
  readonly uncompared: number
  /** In order of what happened: the first is the first divergence, the rest its downstream. */
  readonly divergences: readonly Divergence[]
  /** There are more divergences than listed, a film was too long to be read whole, or too different to be aligned closely. */
  readonly truncated: boolean
  readonly explain: Explain
}
