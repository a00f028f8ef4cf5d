/** Requests and answers of aggregates: figures over many events, by group and by time. */

import type { Explain } from './explain.ts'
import type { EventFilter } from './query.ts'
import type { WallMs } from './time.ts'

/** What events may be grouped by; `route` is the name of their film, `status` its status, `entity` whose state or mailbox. */
export const GROUP_KEYS = ['kind', 'site', 'route', 'status', 'error', 'entity'] as const

/** How events are grouped: by one of the keys, or by what a dotted path leads to in their values. */
export type GroupBy = (typeof GROUP_KEYS)[number] | { readonly attribute: string }

/** What is measured: how long a span took, in ms, or an event's own number. */
export type Measure = 'duration' | 'number'

/** A question for figures. */
export interface AggregateQuery {
  readonly where?: EventFilter
  readonly by?: GroupBy
  /** Length of a time bucket in ms; buckets begin at multiples of it. One bucket for all when it is left out. */
  readonly perMs?: number
  /** Default `duration`: of spans that have ended. */
  readonly measure?: Measure
  /** Each 0 to 1; default 0.5, 0.9 and 0.99. 20 at most. */
  readonly quantiles?: readonly number[]
  /**
   * Counts what is measured by size too: the upper end of a bin is at most so many times its lower end, 1.03 to 100; below zero
   * the other way round. Bins of all groups have the same ends, so that those of buckets make a heat map.
   */
  readonly histogram?: number
  /** Groups at most, the largest first, or in the order of time where there are buckets; 1 to 10,000, default 1,000. */
  readonly limit?: number
}

/** The figures of one group in one bucket. */
export interface AggregateGroup {
  /** What its events have in common; undefined for those without it, or where nothing was asked for. */
  readonly key: string | undefined
  /** Begin of the bucket. */
  readonly at: WallMs | undefined
  /** Events: a span is one. */
  readonly count: number
  readonly errors: number
  /** Events a second, over the bucket, or from the first event to the last; undefined when that is no time. */
  readonly perSecond: number | undefined
  /** Events that have what is measured. */
  readonly measured: number
  readonly sum: number
  readonly min: number | undefined
  readonly max: number | undefined
  /** In the order asked for; undefined when nothing was measured. */
  readonly quantiles: readonly (number | undefined)[]
  /** If it was asked for: the bins that count something, from the smallest values to the largest. */
  readonly histogram?: readonly HistogramBin[]
}

/** How many values lie between two: above `from`, to `to` inclusive (below zero the other way round); zero is a bin of its own. */
export interface HistogramBin {
  readonly from: number
  readonly to: number
  readonly count: number
}

/** Figures of all groups. */
export interface Aggregate {
  readonly groups: readonly AggregateGroup[]
  /** Some groups are not in the list: there were more than `limit`, or more than can be told apart at once. */
  readonly isTruncated: boolean
  /** How far a quantile may be from the exact one, as a part of it; undefined when numbers were too far apart for any bound. */
  readonly relativeError: number | undefined
  readonly explain: Explain
}
