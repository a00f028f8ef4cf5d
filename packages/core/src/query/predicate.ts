/** An event filter, compiled against one recording's dictionary: what segments it rules out and which rows it keeps. */

import {
  BLOOM_SALT,
  bloomMayHold,
  CinescopeError,
  type EventFilter,
  FLAG,
  kindOf,
  KINDS,
  type NodeId,
  placeOf,
  rangesAt,
  type Rows,
  type SpanId,
  type TimeRange,
  type Anchor,
} from '@cinescope/protocol'
import type { SegmentEntry, StoreView } from '../store/event-store.ts'
import { isWithin } from '../store/film-scan.ts'
import { matcherOf } from './pattern.ts'
import { compileValues, type ValuePredicate } from './value-predicate.ts'

/** Which segments and rows are asked for. */
export interface RowPredicate {
  /** The statistic that rules the segment out, or undefined if it must be read. */
  rulesOut(entry: SegmentEntry): string | undefined
  /** Everything but what needs values. */
  keeps(rows: Rows, row: number): boolean
  /** What needs values, or undefined. */
  readonly values: ValuePredicate | undefined
  readonly text: string
}

/** A filter, compiled. */
export interface Predicate extends RowPredicate {
  /** Instants that it keeps. */
  readonly during: readonly TimeRange[]
  /** Whether it keeps rows of a kind (with FLAG.error where they failed) and site at such instants; undefined when that is not all it asks. */
  readonly keepsCell: ((word: number, site: number) => boolean) | undefined
}

/** What a filter is compiled against. */
export interface PredicateContext {
  readonly view: StoreView
  readonly node: NodeId
  readonly anchors: readonly Anchor[]
}

/** Compiles a filter. @throws CSC_ERR_QUERY, CSC_ERR_ID */
export function compileFilter(filter: EventFilter | undefined, context: PredicateContext): Predicate {
  const where = filter ?? {}
  const during = rangesAt(context.anchors, where.from, where.to)
  const kinds = where.kinds === undefined ? undefined : kindMask(where.kinds)
  const sites = where.site === undefined ? undefined : sitesNamed(where.site, context.view)
  const film = where.film === undefined ? undefined : placeOf(context.node, checkedId(where.film))
  const parent = where.parent === undefined ? undefined : placeOf(context.node, checkedId(where.parent))
  const threads = [film, parent].flatMap((place) => (place === undefined ? [] : [place.thread]))
  const minDuration = where.minDurationMs === undefined ? undefined : nsOf(where.minDurationMs)
  const maxDuration = where.maxDurationMs === undefined ? undefined : nsOf(where.maxDurationMs)
  const values = compileValues(where, context.view)
  const keepsCell = (word: number, site: number): boolean =>
    (kinds === undefined || inMask(kinds, kindOf(word))) &&
    (where.error === undefined || ((word & FLAG.error) !== 0) === where.error) &&
    (sites === undefined || sites.has(site))
  const others = [film, parent, minDuration, maxDuration, values]
  return {
    values,
    during,
    keepsCell: others.every((condition) => condition === undefined) ? keepsCell : undefined,
    text: describe(where),
    rulesOut({ summary, bloom }) {
      if (!during.some(({ from, to }) => summary.timeLow < to && summary.timeHigh >= from)) return 'time'
      if (threads.some((thread) => summary.thread !== thread)) return 'thread'
      if (kinds !== undefined && (kinds.low & summary.kindsLow) === 0 && (kinds.high & summary.kindsHigh) === 0)
        return 'kind'
      if (where.error === true && (summary.flags & FLAG.error) === 0) return 'error'
      if (minDuration !== undefined && summary.maxDuration < minDuration) return 'duration'
      if (film !== undefined && !bloomMayHold(bloom, BLOOM_SALT.root, film.seq)) return 'film bloom'
      if (sites !== undefined && !some(sites, (site) => bloomMayHold(bloom, BLOOM_SALT.site, site))) return 'site bloom'
      return undefined
    },
    keeps(rows, row) {
      // row is below rows.length, as the scan guarantees
      const word = rows.word[row]!
      if (!isWithin(during, rows.time[row]!)) return false
      if (!keepsCell(word, rows.site[row]!)) return false
      if (film !== undefined && rows.root[row] !== film.seq) return false
      if (parent !== undefined && rows.parent[row] !== parent.seq) return false
      const duration = rows.duration[row]!
      if (minDuration !== undefined && duration < minDuration) return false
      return maxDuration === undefined || (duration >= 0 && duration <= maxDuration)
    },
  }
}

/** To the thousandth of a ns, so that a duration that was divided to be told in ms is itself again. */
function nsOf(ms: number): number {
  return Math.round(ms * 1e9) / 1e3
}

interface KindMask {
  readonly low: number
  readonly high: number
}

function kindMask(kinds: readonly string[]): KindMask {
  let low = 0
  let high = 0
  for (const name of kinds) {
    const code = (KINDS as Readonly<Record<string, number>>)[name]
    if (code === undefined) {
      throw new CinescopeError(
        'CSC_ERR_QUERY',
        `'${name.slice(0, 40)}' is no kind; kinds are ${Object.keys(KINDS).join(', ')}`,
      )
    }
    if (code < 32) low |= 1 << code
    else high |= 1 << (code - 32)
  }
  return { low, high }
}

function inMask(mask: KindMask, kind: number): boolean {
  return kind < 32 ? (mask.low & (1 << kind)) !== 0 : (mask.high & (1 << (kind - 32))) !== 0
}

function sitesNamed(pattern: string, view: StoreView): ReadonlySet<number> {
  const matches = matcherOf(pattern)
  const numbers = new Set<number>()
  for (const [number, site] of view.sites()) if (matches(site.name)) numbers.add(number)
  return numbers
}

function checkedId(id: string): SpanId {
  if (!/^[0-9a-f]{16}$/.test(id))
    throw new CinescopeError('CSC_ERR_ID', `an event id is 16 hex digits, got '${id.slice(0, 40)}'`)
  return id as SpanId
}

function some(set: ReadonlySet<number>, test: (value: number) => boolean): boolean {
  for (const value of set) if (test(value)) return true
  return false
}

function describe(where: EventFilter): string {
  const parts = Object.entries(where).map(
    ([key, value]) => `${key}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
  )
  return parts.length === 0 ? 'everything' : parts.join(' and ')
}
