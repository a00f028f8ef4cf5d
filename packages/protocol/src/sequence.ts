/** Questions for events that follow one another, and their answers. */

import type { CinescopeEvent } from './event.ts'
import type { EventFilter, Page } from './query.ts'
import type { DurationNs } from './time.ts'

/** What the events of a match have in common. */
export type SequenceScope = 'film' | 'entity' | 'any'

/**
 * An event of the first step, after it the first that fits the second, and so on. Events are in order of their begin, by the
 * clock of their process; equal ones of a thread by their number. Each event of the first step begins one match at most.
 */
export interface SequenceQuery {
  /** 2 to 8. An empty filter fits every event. */
  readonly steps: readonly EventFilter[]
  /** At most so long from the first to the last, 0 to 1e12 ms; required with `absent`. */
  readonly withinMs?: number
  /** No such event after the first and before the last; with `absent`, none in the whole time. */
  readonly without?: EventFilter
  /** The last step did not follow within `withinMs` of the first. */
  readonly absent?: boolean
  /** All events are of one film (default), or have one entity as their subject; `any`: they need have nothing in common. */
  readonly by?: SequenceScope
  /** 1 to 10,000; default 100. */
  readonly limit?: number
  /** From the page before. */
  readonly cursor?: string
}

/** Events that followed one another. */
export interface SequenceMatch {
  /** One for each step; with `absent`, all but the last. */
  readonly events: readonly CinescopeEvent[]
  /** From the begin of the first to that of the last. */
  readonly tookNs: DurationNs
  /** With `absent`: what is recorded ends before the time was over. */
  readonly undecided: boolean
}

/** Matches in order of their first events. */
export type SequencePage = Page<SequenceMatch>
