/** What a recording must be able to do, whatever holds it. Conformance suite: testkit `storeConformance`. */

import type {
  Entity,
  Hook,
  LedgerRow,
  Rollup,
  Rows,
  SegmentMeta,
  Site,
  Tile,
  TimeRange,
  TraceId,
} from '@cinescope/protocol'
import type { Commit } from '../base/commit.ts'
import type { ProcessInfo } from '../base/process.ts'
import type { PruneLimits } from '../options/retention-limits.ts'
import type { RouteRow } from '../base/route-row.ts'
import type { SegmentSummary } from '../base/sealed-segment.ts'
import type { CarriedState } from './carried-state.ts'

/** A stored segment without its content. */
export interface SegmentEntry {
  readonly id: number
  readonly summary: SegmentSummary
  readonly bloom: Uint8Array
  readonly isTail: boolean
}

/** A stored film. */
export interface FilmRow {
  /** Root: thread and seq. */
  readonly thread: number
  readonly seq: number
  readonly time: number
  readonly duration: number | undefined
  readonly kind: number
  readonly site: number
  readonly status: number
  readonly flags: number
  readonly events: number
  readonly errors: number
  readonly lastSeq: number
  readonly trace: TraceId | undefined
}

/** How films are to be read; all conditions hold. Times and durations in ns. */
export interface FilmScan {
  readonly fromTime?: number
  readonly toTime?: number
  /** In one of these. */
  readonly during?: readonly TimeRange[]
  readonly minDuration?: number
  readonly maxDuration?: number
  readonly status?: number
  /** All these FLAG bits are set. */
  readonly flags?: number
  /** None of these FLAG bits is set. */
  readonly withoutFlags?: number
  /** Only these sites. */
  readonly sites?: ReadonlySet<number>
  readonly order: 'time' | '-time' | 'duration' | '-duration'
  readonly after?: FilmPosition
  readonly limit: number
}

/** Place in an order of films: the key's value and the film's identity. */
interface FilmPosition {
  readonly key: number
  readonly id: number
}

/** Whether whoever writes the recording has closed it, still writes, or is gone. */
export type RecordingState = 'closed' | 'live' | 'interrupted'

/**
 * A view of a recording, valid until the `read` it was given to settles, and consistent until that rests. Lists and maps must
 * not be changed. What reads a segment throws CSC_ERR_PRUNED when retention has removed it during a rest.
 */
export interface StoreView {
  /** Ascending by id: sealed segments and tails in the order they were written. */
  segments(): readonly SegmentEntry[]
  /** Segments that are left out of `segments()` because their zone maps or blooms fail their checks. */
  corruptSegments(): number
  /** @throws CSC_ERR_CORRUPT, CSC_ERR_LIMIT */
  meta(entry: SegmentEntry): SegmentMeta
  /** All columns of a segment. @throws CSC_ERR_CORRUPT, CSC_ERR_LIMIT */
  rows(entry: SegmentEntry): Rows
  /** Index of the texts in the value pages; undefined when the segment has none. @throws CSC_ERR_CORRUPT, CSC_ERR_LIMIT */
  grams(entry: SegmentEntry): Uint8Array | undefined
  /** The roll-up of a segment's rows; undefined when it has none. @throws CSC_ERR_CORRUPT, CSC_ERR_LIMIT */
  rollup(entry: SegmentEntry): Rollup | undefined
  /** What the slices of a segment's tiles are, the longest first; none when it has no tiles. @throws CSC_ERR_CORRUPT, CSC_ERR_LIMIT */
  tileBits(entry: SegmentEntry): readonly number[]
  /** One of these tiles. @throws CSC_ERR_CORRUPT, CSC_ERR_LIMIT */
  tile(entry: SegmentEntry, index: number): Tile
  /** One value page. @throws CSC_ERR_CORRUPT, CSC_ERR_LIMIT */
  page(entry: SegmentEntry, index: number): Uint8Array
  film(thread: number, seq: number): FilmRow | undefined
  films(scan: FilmScan): readonly FilmRow[]
  filmsOfTrace(trace: TraceId): readonly FilmRow[]
  site(number: number): Site | undefined
  sites(): ReadonlyMap<number, Site>
  key(number: number): string | undefined
  /** The numbers of a key's text, of each thread its own. O(keys). */
  keyNumbers(text: string): readonly number[]
  entity(number: number): Entity | undefined
  /** The numbers of an entity's lives, the newest first: one that died and came back has several. The newest `MAX_LIVES` at most. */
  entityNumbers(entity: Entity): readonly number[]
  /** The state that a life of an entity had when retention removed what told it; undefined for one that had died, or where nothing was removed. @throws CSC_ERR_CORRUPT */
  carried(entity: number): CarriedState | undefined
  /** Ledger rows; `stored` and `pruned` included. */
  ledger(): readonly LedgerRow[]
  /**
   * Gives others a turn and, meanwhile, holds nothing back from whoever writes. What `segments()` gave before can be read
   * afterwards, tails too, except what retention has removed; `segments()` itself and look-ups may give newer things.
   */
  rest(): Promise<void>
  /** Figures of routes. @throws CSC_ERR_CORRUPT */
  routes(): readonly RouteRow[]
  counters(): Readonly<Record<string, number>>
  /** What the process can record, as it told last, by name. */
  hooks(): readonly Hook[]
}

/** Reading end of a recording. */
export interface EventSource {
  readonly process: ProcessInfo
  /** Inside a `read`: before anything else, since its view does not change any more after that. */
  state(): RecordingState
  /** Runs `read` on one consistent view; reads of one source run one after another, and no transaction outlives one, or a rest of one. */
  read<T>(read: (view: StoreView) => T | Promise<T>): Promise<T>
  /** Bytes the recording takes up now. */
  bytes(): number
  close(): void
}

/** What retention removed. */
export interface PruneReport {
  readonly segments: number
  /** False where there may be more: one call takes a slice. */
  readonly isDone: boolean
  /** By thread. */
  readonly events: ReadonlyMap<number, number>
}

/** A recording that can be written: the writer's end. */
export interface EventStore extends EventSource {
  /** Appends atomically. @throws CSC_ERR_STORE; then nothing of the commit is stored */
  commit(commit: Commit): void
  /**
   * Removes finished segments, the oldest first, until what is left is within the limits; a bounded number a call. States that
   * later changes go on from are carried over, as far as `carriedBudget` goes; beyond it those told longest ago are forgotten.
   */
  prune(limits: PruneLimits): PruneReport
  /** Marks the recording complete and closes it. */
  finish(): void
}

/** Bytes that carried states may take of a budget; without one, as of 512 MiB. */
export function carriedBudget(maxBytes: number): number {
  return Math.max(65_536, Math.min(maxBytes, 536_870_912) / 4)
}

/** Most lives of one entity that are told apart. */
export const MAX_LIVES = 65_536

/** One number for a film: thread and seq. Threads below 8192, seqs below 2^40. */
export function filmNumber(thread: number, seq: number): number {
  return thread * 2 ** 40 + seq
}
