/** Figures over many events: counts, rates, sums and quantiles, by group and by time. */

import {
  type Aggregate,
  type AggregateQuery,
  CinescopeError,
  FLAG,
  type Measure,
  RELATIVE_ERROR,
  type Rows,
  timeNs,
  wallAt,
  type WallMs,
  wallMs,
} from '@cinescope/protocol'
import { checkLimit } from '../limit.ts'
import { compileFilter } from '../predicate.ts'
import type { Reading } from '../reading.ts'
import { candidatesOf, type ScanTarget, visitMatches } from '../scan.ts'
import { Group } from './group.ts'
import { keyOf } from './key-of.ts'

const QUANTILES: readonly number[] = [0.5, 0.9, 0.99]
const MAX_QUANTILES = 20
const LIMIT = 1_000
/** Groups that are told apart at once. */
const MAX_GROUPS = 20_000

/** See `Recording.aggregate`. */
export async function aggregate(reading: Reading, query: AggregateQuery = {}): Promise<Aggregate> {
  const { by, perMs, quantiles = QUANTILES } = query
  const limit = checkLimit(query.limit ?? LIMIT)
  checkQuery(query, quantiles)
  const measure = measureOf(query.measure ?? 'duration')
  return reading.view(async (parts) => {
    const { view, reader, cost, anchors, node } = parts
    const predicate = compileFilter(query.where, { view, node, anchors })
    const target: ScanTarget = { segments: reader.segments(), predicate }
    const groups = new Groups()
    const key = keyOf(by, parts)
    for (const entry of candidatesOf(target, cost)) {
      await cost.breathe()
      visitMatches(entry, target, { reader, cost, isWanted: () => true }, (rows, row) => {
        const at = perMs === undefined ? undefined : bucketOf(wallAt(anchors, timeNs(rows.time[row]!)), perMs)
        const group = groups.of(key(entry, rows, row), at)
        group?.add(rows.time[row]!, (rows.word[row]! & FLAG.error) !== 0, measure(rows, row))
      })
      // what was decoded to find them is gone
      cost.weight = 0
    }
    const sorted = groups.sorted()
    return {
      groups: sorted.slice(0, limit).map((group) => group.figures(quantiles, perMs)),
      isTruncated: groups.isFull || sorted.length > limit,
      relativeError: sorted.some(({ isRough }) => isRough) ? undefined : RELATIVE_ERROR,
      explain: cost.explain(`figures of ${predicate.text}${by === undefined ? '' : `, by ${JSON.stringify(by)}`}`),
    }
  })
}

class Groups {
  /** There are more, which are not counted. */
  isFull = false
  readonly #groups = new Map<string, Group>()
  #size = 0

  of(key: string | undefined, at: WallMs | undefined): Group | undefined {
    // a key cannot be taken for none: it has a mark before it
    const id = `${at ?? ''}${key === undefined ? '' : `=${key}`}`
    let group = this.#groups.get(id)
    if (group === undefined) {
      if (this.#size >= MAX_GROUPS) {
        this.isFull = true
        return undefined
      }
      group = new Group(key, at)
      this.#groups.set(id, group)
      this.#size++
    }
    return group
  }

  /** By time, then the largest first. */
  sorted(): Group[] {
    return [...this.#groups.values()].sort(
      (a, b) => (a.at ?? 0) - (b.at ?? 0) || b.count - a.count || ((a.key ?? '') < (b.key ?? '') ? -1 : 1),
    )
  }
}

function bucketOf(at: WallMs, perMs: number): WallMs {
  return wallMs(Math.floor(at / perMs) * perMs)
}

function measureOf(measure: Measure): (rows: Rows, row: number) => number | undefined {
  if (measure === 'number') return (rows, row) => rows.number[row]!
  return (rows, row) => {
    const duration = rows.duration[row]!
    return duration < 0 ? undefined : duration / 1e6
  }
}

/** What comes from a caller in another thread may be anything. */
function checkQuery({ perMs, measure }: AggregateQuery, quantiles: readonly number[]): void {
  if (perMs !== undefined && !(Number.isFinite(perMs) && perMs >= 1))
    throw new CinescopeError('CSC_ERR_QUERY', `a bucket must have 1 ms or more, got ${String(perMs).slice(0, 40)}`)
  if (measure !== undefined && measure !== 'duration' && measure !== 'number')
    throw new CinescopeError('CSC_ERR_QUERY', `what is measured must be duration or number, got '${String(measure)}'`)
  const isGood = quantiles.length <= MAX_QUANTILES && quantiles.every((each) => each >= 0 && each <= 1)
  if (!isGood)
    throw new CinescopeError('CSC_ERR_QUERY', `quantiles must be ${MAX_QUANTILES} numbers from 0 to 1 at most`)
}
