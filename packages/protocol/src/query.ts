/** Requests and answers of the query surface. Everything here is plain data. */

import type { CinescopeEvent, FilmSummary } from './event.ts'
import type { Explain } from './explain.ts'
import type { FilmId, SpanId } from './ids.ts'
import type { Kind } from './kind.ts'
import type { WallMs } from './time.ts'

/** How a test compares what its path leads to; `docs/query-language.md` says which kinds of value each takes. */
export type ValueOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'contains' | 'matches' | 'exists'

/** What a value can be compared with. */
export type Operand = string | number | boolean | null

/**
 * A condition on what a dotted path leads to in the begin value or the result of an event; a path into a body that was recorded
 * as an event of its own may begin with `body.`. Typed: a number never equals a string. `!=` holds where the path leads
 * somewhere and nothing there is equal; `<` and its like compare two numbers or two strings; `contains` finds a part of a
 * string or an item of a list; `matches` takes `*` for any text.
 */
export type ValueTest =
  | { readonly path: string; readonly op: 'exists' }
  | { readonly path: string; readonly op: Exclude<ValueOperator, 'exists'>; readonly value: Operand }

/** Conditions that all hold for an event that matches. */
export interface EventFilter {
  /** At or after. */
  readonly from?: WallMs
  /** Before. */
  readonly to?: WallMs
  readonly kinds?: readonly Kind[]
  /** The site's name: equal, or with `*` as a wildcard. */
  readonly site?: string
  readonly film?: FilmId
  /** Direct children of this span. */
  readonly parent?: SpanId
  readonly error?: boolean
  readonly minDurationMs?: number
  readonly maxDurationMs?: number
  /** Attributes of the begin or end value by dotted path, equal after conversion to text. */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>
  /** At most 100. */
  readonly values?: readonly ValueTest[]
  /**
   * A part of a string in the begin value or the result, or of a number as JavaScript writes it; upper and lower case are
   * told apart, keys and bytes are not searched. 1 to 1,000 characters.
   */
  readonly text?: string
}

/** Orders of events. */
export type EventOrder = 'time' | '-time' | 'duration' | '-duration'

/** A query for events. */
export interface EventQuery {
  readonly where?: EventFilter
  /** Default `time`. Order comes before limit. */
  readonly order?: EventOrder
  /** 1 to 10,000; default 100. */
  readonly limit?: number
  /** From the page before. */
  readonly cursor?: string
  /** Decode values; default true. */
  readonly values?: boolean
}

/** Conditions that all hold for a film that matches. */
export interface FilmFilter {
  readonly from?: WallMs
  readonly to?: WallMs
  /** The film's name: equal, or with `*` as a wildcard. */
  readonly name?: string
  readonly error?: boolean
  readonly status?: number
  readonly minDurationMs?: number
  readonly maxDurationMs?: number
  readonly marked?: boolean
}

/** Orders of films. */
export type FilmOrder = 'time' | '-time' | 'duration' | '-duration'

/** A query for films. */
export interface FilmQuery {
  readonly where?: FilmFilter
  /** Default `-time`: newest first. */
  readonly order?: FilmOrder
  /** 1 to 10,000; default 100. */
  readonly limit?: number
  readonly cursor?: string
}

/** One page of an answer. */
export interface Page<T> {
  readonly items: readonly T[]
  /** Present when there may be more. A position, not a transaction: it stays valid, and retention may have pruned what follows. */
  readonly cursor: string | undefined
  readonly explain: Explain
}

/** A page of events. */
export type EventPage = Page<CinescopeEvent>

/** A page of films. */
export type FilmPage = Page<FilmSummary>
