/** Stepping through a recording: requests and frames. Everything here is plain data. */

import type { Entity } from './dictionary.ts'
import type { CinescopeEvent } from './event.ts'
import type { Explain } from './explain.ts'
import type { EntityState } from './state.ts'
import type { WallMs } from './time.ts'

/** What is stepped over: all that was recorded, what belongs to a film, or what concerns an entity. */
export type SeekTarget =
  | { readonly kind: 'recording' }
  /** A film as `film` takes it. */
  | { readonly kind: 'film'; readonly id: string }
  | { readonly kind: 'entity'; readonly entity: Entity }

/** Where a step is taken from. */
export type SeekFrom = 'start' | 'end' | { readonly at: WallMs } | { readonly cursor: string }

/** A step: a span's begin, its end, or a point is one. */
export interface StepQuery {
  /** Default: the recording. */
  readonly over?: SeekTarget
  /** Default `start`, which is the first step; `end` is the last, and an instant the last step at or before it. */
  readonly from?: SeekFrom
  /** Steps forward, or back where it is less than 0; at most 10,000 either way. Default 0. */
  readonly steps?: number
  /** Most open spans, states and messages that the frame shows of each; default 20, at most 1,000. */
  readonly limit?: number
}

/** A message that had been sent and not been received. */
export interface MessageInFlight {
  readonly sent: CinescopeEvent
  /** Since it was sent, ns. */
  readonly underWayNs: number
}

/** What there was right after a step, as far as was known then: no end that was to come is in it. */
export interface Frame {
  /** To step on from here. */
  readonly cursor: string
  readonly at: WallMs
  readonly phase: 'begin' | 'end' | 'point'
  /** What happened: of a span that began, without its end. */
  readonly event: CinescopeEvent
  /** Spans under way: of the film, of the event's film when an entity is stepped over, or all. By their begin. */
  readonly open: readonly CinescopeEvent[]
  /** All of them, those not shown included. */
  readonly openCount: number
  /**
   * States of the entity, of those that changed last, the last first, or of those of the film: first what it had touched, then
   * what it was to touch, as it was then.
   */
  readonly states: readonly EntityState[]
  /** Messages of the film, or of all, that had been sent and not been received by this process, the last sent first. */
  readonly inFlight: readonly MessageInFlight[]
  readonly explain: Explain
}
