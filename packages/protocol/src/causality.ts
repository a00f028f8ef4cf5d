/** Questions of causality and what they are answered with. */

import type { CinescopeEvent, FilmSummary } from './event.ts'
import type { Explain } from './explain.ts'
import type { FilmId, SpanId } from './ids.ts'

/**
 * How one event led to another: it happened inside; it was named as the cause within its thread; a message was sent and arrived;
 * another thread or process sent its trace context.
 */
export type CausalHow = 'parent' | 'cause' | 'message' | 'remote'

/** What kept an answer from being whole: its depth, its limit, or the work that one question may take. */
export type CausalBound = 'depth' | 'limit' | 'work'

/** How far causality is followed. */
export interface CausalOptions {
  /** Edges from the event that was asked for, 1 to 10,000; default: to the end. */
  readonly depth?: number
  /** Events of the answer, itself included, 1 to 10,000; default 1,000. The nearest come first. */
  readonly limit?: number
  /** Decode values; default true. */
  readonly values?: boolean
}

/** An event and how far it is from the one that was asked for. */
export interface CausalNode {
  readonly event: CinescopeEvent
  /** Edges of the shortest way; 0 for the event that was asked for. */
  readonly depth: number
}

/** `from` led to `to`. */
export interface CausalEdge {
  readonly from: SpanId
  readonly to: SpanId
  readonly how: CausalHow
  /** The parent was inferred from order, not read from the context. */
  readonly inferred: boolean
}

/** What led to an event, or what it led to. */
export interface CausalGraph {
  readonly origin: SpanId
  /** The nearest first, equal ones by time. */
  readonly nodes: readonly CausalNode[]
  /** All edges between the nodes. */
  readonly edges: readonly CausalEdge[]
  /** Edges from causes that are named and are in no recording that was asked: pruned, lost, or of a process not recorded here. */
  readonly missing: readonly CausalEdge[]
  /** Empty when this is all there is. */
  readonly truncatedBy: readonly CausalBound[]
  readonly explain: Explain
}

/** How one of two events led to the other, if it did. */
export interface CausalPath {
  /** `forward`: a led to b; `backward`: b led to a; undefined: neither did, as far as was searched. */
  readonly direction: 'forward' | 'backward' | undefined
  /** A shortest chain, from cause to effect, both ends included; empty where there is none. */
  readonly events: readonly CinescopeEvent[]
  /** One less than events, in the same order. */
  readonly edges: readonly CausalEdge[]
  /** Where neither led to the other: the nearest event that led to both. */
  readonly common: SpanId | undefined
  /** Events that were looked at. */
  readonly searched: number
  readonly truncatedBy: readonly CausalBound[]
  readonly explain: Explain
}

/** Which spans at the same time are asked for. */
export interface ConcurrentOptions {
  /** Of the same thread only, or of all threads of the process; default `process`. */
  readonly within?: 'thread' | 'process'
  /** 1 to 10,000; default 100. */
  readonly limit?: number
  /** From the page before. */
  readonly cursor?: string
  /** Decode values; default true. */
  readonly values?: boolean
}

/** A film of a story. */
export interface StoryFilm {
  readonly film: FilmSummary
  /** The process that recorded it: its node id. */
  readonly node: string
}

/** An event of one film led to an event of another. */
export interface StoryEdge {
  readonly from: FilmId
  readonly to: FilmId
  readonly how: CausalHow
  readonly cause: SpanId
  readonly effect: SpanId
}

/** Films that led to each other. */
export interface Story {
  /** By the wall time of their begin, each process's own clock. */
  readonly films: readonly StoryFilm[]
  readonly edges: readonly StoryEdge[]
  /** Films that nothing in the story led to. */
  readonly origins: readonly FilmId[]
  readonly truncatedBy: readonly CausalBound[]
  readonly explain: Explain
}

/** How many films a story may have. */
export interface StoryOptions {
  /** 1 to 10,000; default 100. The earliest stay. */
  readonly limit?: number
}
