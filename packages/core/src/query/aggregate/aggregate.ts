/** Figures over many events: counts, rates, sums and quantiles, by group and by time. */

import {
  type Aggregate,
  type AggregateQuery,
  CinescopeError,
  type EventFilter,
  type Explain,
  FLAG,
  RELATIVE_ERROR,
} from '@cinescope/protocol'
import { checkLimit } from '../limit.ts'
import { compileFilter, type Predicate } from '../predicate.ts'
import type { QueryParts, Reading } from '../reading.ts'
import { candidatesOf, type ScanTarget, visitMatches } from '../scan.ts'
import { Groups } from './groups.ts'
import { groupingOf } from './key-of.ts'
import { type Measuring, measuringOf } from './measure.ts'
import { bucketing, countRolledUp, type Figures } from './rolled-up.ts'

const QUANTILES: readonly number[] = [0.5, 0.9, 0.99]
const MAX_QUANTILES = 20
const LIMIT = 1_000
/** Of a bin's upper end to its lower one: no less than a bin of the sketch has. */
const LEAST_RATIO = 1.03
const MOST_RATIO = 100

/** See `Recording.aggregate`. */
export async function aggregate(reading: Reading, query: AggregateQuery = {}): Promise<Aggregate> {
  const counting = new Counting(query)
  return counting.told(await counting.count(reading))
}

/** An aggregate of one recording after another. Of one that cannot be read to its end nothing is counted. */
export class Counting {
  readonly #query: AggregateQuery
  readonly #quantiles: readonly number[]
  readonly #limit: number
  readonly #measuring: Measuring
  #groups: Groups
  /** When the first of them began, in ms. */
  #originMs: number | undefined

  /** @throws CSC_ERR_QUERY */
  constructor(query: AggregateQuery) {
    this.#query = query
    this.#quantiles = query.quantiles ?? QUANTILES
    this.#limit = checkLimit(query.limit ?? LIMIT)
    checkQuery(query, this.#quantiles)
    this.#measuring = measuringOf(query.measure ?? 'duration')
    this.#groups = new Groups(this.#measuring.unit)
  }

  /** Counts what a recording holds of `where`, that of the query unless it is said; gives what that cost. */
  count(reading: Reading, where: EventFilter | undefined = this.#query.where): Promise<Explain> {
    const { wallMs } = reading.source.process.anchor
    const sinceNs = Math.round((wallMs - (this.#originMs ?? wallMs)) * 1e6)
    return reading.view(async (parts) => {
      const figures = this.#figures(parts, where, sinceNs)
      await countAll(figures, parts)
      if (this.#originMs === undefined) this.#groups = figures.groups
      else this.#groups.merge(figures.groups)
      this.#originMs ??= wallMs
      const { by } = this.#query
      const grouped = by === undefined ? '' : `, by ${JSON.stringify(by)}`
      return parts.cost.explain(`figures of ${figures.target.predicate.text}${grouped}`)
    })
  }

  /** The groups as they are now. */
  told(explain: Explain): Aggregate {
    const { perMs, histogram } = this.#query
    const sorted = this.#groups.sorted()
    return {
      groups: sorted
        .slice(0, this.#limit)
        .map((group) => group.figures({ quantiles: this.#quantiles, perMs, histogram })),
      isTruncated: this.#groups.isFull || sorted.length > this.#limit,
      relativeError: sorted.some(({ isRough }) => isRough) ? undefined : RELATIVE_ERROR,
      explain,
    }
  }

  #figures(parts: QueryParts, where: EventFilter | undefined, sinceNs: number): Figures {
    const { view, reader, anchors, node } = parts
    const { by, perMs } = this.#query
    const measuring = this.#measuring
    const groups = new Groups(measuring.unit)
    const target: ScanTarget<Predicate> = {
      segments: reader.segments(),
      predicate: compileFilter(where, { view, node, anchors }),
    }
    const grouping = groupingOf(by, parts)
    const bucketOf = bucketing(anchors, perMs)
    const count: Figures['count'] = (entry, rows, row) => {
      // row is below rows.length
      const atNs = rows.time[row]!
      const group = groups.of(grouping.keyOf(entry, rows, row), bucketOf(atNs))
      group?.add(atNs + sinceNs, (rows.word[row]! & FLAG.error) !== 0, measuring.ofRow(rows, row))
    }
    return { target, grouping, measuring, groups, sinceNs, bucketOf, count }
  }
}

/** The newest segments first: they tell how films ended that earlier ones began. */
async function countAll(figures: Figures, parts: QueryParts): Promise<void> {
  const { reader, cost } = parts
  const { target } = figures
  for (const entry of candidatesOf(target, cost).toReversed()) {
    await cost.breathe()
    const why = countRolledUp(entry, figures, parts)
    if (why === undefined) {
      cost.segmentsRolledUp++
      continue
    }
    cost.readBecause(why)
    visitMatches(entry, target, { reader, cost, isWanted: () => true }, (rows, row) => figures.count(entry, rows, row))
    // what was decoded to find them is gone
    cost.weight = 0
  }
}

/** What comes from a caller in another thread may be anything. */
function checkQuery({ perMs, measure, histogram }: AggregateQuery, quantiles: readonly number[]): void {
  if (perMs !== undefined && !(Number.isFinite(perMs) && perMs >= 1))
    throw new CinescopeError('CSC_ERR_QUERY', `a bucket must have 1 ms or more, got ${String(perMs).slice(0, 40)}`)
  if (measure !== undefined && measure !== 'duration' && measure !== 'number')
    throw new CinescopeError('CSC_ERR_QUERY', `what is measured must be duration or number, got '${String(measure)}'`)
  if (histogram !== undefined && !(histogram >= LEAST_RATIO && histogram <= MOST_RATIO))
    throw new CinescopeError(
      'CSC_ERR_QUERY',
      `a bin of a histogram must be ${LEAST_RATIO} to ${MOST_RATIO} times as high as its lower end, got ${String(histogram).slice(0, 40)}`,
    )
  const isGood = quantiles.length <= MAX_QUANTILES && quantiles.every((each) => each >= 0 && each <= 1)
  if (!isGood)
    throw new CinescopeError('CSC_ERR_QUERY', `quantiles must be ${MAX_QUANTILES} numbers from 0 to 1 at most`)
}
