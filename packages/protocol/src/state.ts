/** Answers about states of entities. Everything here is plain data. */

import type { Entity, Site } from './dictionary.ts'
import type { CinescopeEvent } from './event.ts'
import type { Page } from './query.ts'
import type { WallMs } from './time.ts'

/** A path into a state: keys of members, indexes of items and of a map's entries; empty for the whole. */
export type StatePath = readonly (string | number)[]

/** A state, and how well it is known. */
export interface EntityState {
  readonly entity: Entity
  readonly state: unknown
  /** What recorded it last: the whole state, or a change of it. */
  readonly event: CinescopeEvent
  /** The entity had died by then; this is its last state. */
  readonly died: boolean
  /** Changes up to `event` that are not in the state because they were lost. */
  readonly lostChanges: number
  /** Events were lost between `event` and the instant, and a change of the state may be among them. */
  readonly mayHaveChanged: boolean
  /** A limit left something out of the state, which is not known: `Omitted` or a cut text stands for it. */
  readonly isCut: boolean
}

/** One change; its value as it was recorded, cut where it was cut. */
export type StateChange =
  | { readonly kind: 'set'; readonly path: StatePath; readonly value: unknown }
  | { readonly kind: 'delete'; readonly path: StatePath }
  | {
      /** In the list at `path`: from item `at` on `removed` items went and others came. */
      readonly kind: 'splice'
      readonly path: StatePath
      readonly at: number
      readonly removed: number
      readonly inserted: readonly unknown[]
    }

/** A record of an entity's state, and what it changed. */
export interface EntityChange {
  readonly event: CinescopeEvent
  /** `first`: the first state that is known, as one change at the empty path. `died`: the end of the entity, without changes. */
  readonly kind: 'first' | 'changed' | 'died'
  readonly changes: readonly StateChange[]
  /** Changes are missing between the record before and this one, so that some listed here may be theirs; or these are missing themselves. */
  readonly followsLoss: boolean
  /** A limit left something out of the state that it led to. What comes and goes with a limit is no change. */
  readonly isCut: boolean
}

/** Which changes are asked for. */
export interface HistoryQuery {
  /** Only changes of what is here, of what holds it and of what is in it. `items.0.price`, or its steps. */
  readonly path?: string | StatePath
  /** At or after. */
  readonly from?: WallMs
  /** Before. */
  readonly to?: WallMs
  /** Default `time`. */
  readonly order?: 'time' | '-time'
  /** 1 to 10,000; default 100. */
  readonly limit?: number
  readonly cursor?: string
}

/** A page of changes. */
export type HistoryPage = Page<EntityChange>

/** Who wrote a part of a state last. */
export interface LastWrite {
  readonly entity: Entity
  readonly path: StatePath
  readonly event: CinescopeEvent
  /** The span that was running: its `site` is the code that wrote. */
  readonly span: CinescopeEvent | undefined
  readonly site: Site | undefined
  /** At the path before and after; undefined where there was nothing. */
  readonly before: unknown
  readonly after: unknown
  /** The first state that is known: who wrote it before, if anyone did, is not recorded. */
  readonly isFirst: boolean
  /** False if events were lost around it, or a limit left out something at the path, so that another write may have been. */
  readonly isCertain: boolean
  /** A limit left out something at the path, when it was written or since. */
  readonly isCut: boolean
}

/** What differs between two states of an entity. */
export interface StateDiff {
  readonly from: EntityState | undefined
  readonly to: EntityState | undefined
  /** What made the one the other, as few changes as are needed; one at the empty path where there was no state before. */
  readonly changes: readonly StateChange[]
}
