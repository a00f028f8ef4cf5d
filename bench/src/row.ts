/** What a row of the table is: its definition, its bar, and how one run of it is judged. */

import { type Interval, median, medianInterval, spreadOf } from './statistics.ts'

/** A row as it stands in the table of figures. */
export interface RowDefinition {
  readonly id: string
  readonly definition: string
  readonly unit: string
  readonly sense: 'at most' | 'at least'
  /** Undefined where a figure is told and nothing promised. */
  readonly bar: number | undefined
  readonly reach: number | undefined
  /** One sentence or two on how it is measured. */
  readonly method: string
  readonly rounds: number
}

/** What a run of a row found. */
export interface Measured {
  /** One figure a round. */
  readonly values: readonly number[]
  /** One a round: the same thing measured twice, and the difference. Its unit is the row's. */
  readonly nulls: readonly number[]
  /** The row's figure, where it is not the median of `values`. */
  readonly value?: number
  /** 95 % interval of that figure. */
  readonly interval?: Interval
  /** A condition beyond the bar. */
  readonly alsoHolds?: boolean
  /** Figures that explain, by name. */
  readonly details: Readonly<Record<string, number | string>>
}

/** A row that can be run. */
export interface Row extends RowDefinition {
  run(context: RunContext): Promise<Measured>
}

/** What a run is given. */
export interface RunContext {
  readonly rounds: number
  /** Tells that a round is over. */
  progress(): void
}

/** Whether the bar is met: `unresolved` when the run could not tell, `no bar` where there is none. */
export type Verdict = 'yes' | 'no' | 'unresolved' | 'no bar'

/** A row of a run. */
export interface RowResult extends RowDefinition {
  readonly value: number
  readonly holds: Verdict
  readonly n: number
  /** Distance of the quartiles of the rounds. */
  readonly spread: number
  readonly interval: Interval
  /** The A/A row: median and distance of the quartiles. */
  readonly aa: { readonly median: number; readonly spread: number }
  readonly details: Readonly<Record<string, number | string>>
  /** Measured on a busy machine or with fewer rounds: not a figure to quote. */
  readonly forced: boolean
}

/** Judges a run. */
export function judge(row: RowDefinition, measured: Measured, forced: boolean): RowResult {
  const { id, definition, unit, sense, bar, reach, method, rounds } = row
  const value = measured.value ?? median(measured.values)
  const aa = { median: median(measured.nulls), spread: spreadOf(measured.nulls) }
  return {
    id,
    definition,
    unit,
    sense,
    bar,
    reach,
    method,
    rounds,
    value,
    holds: verdictOf(row, value, aa.spread, measured.alsoHolds ?? true),
    n: measured.values.length,
    spread: spreadOf(measured.values),
    interval: measured.interval ?? medianInterval(measured.values),
    aa,
    details: measured.details,
    forced,
  }
}

/** `unresolved` when the A/A row spreads over more than half the bar. */
export function verdictOf(
  row: Pick<RowDefinition, 'sense' | 'bar'>,
  value: number,
  aaSpread: number,
  alsoHolds: boolean,
): Verdict {
  if (row.bar === undefined) return 'no bar'
  if (!Number.isFinite(value) || !(aaSpread <= row.bar / 2)) return 'unresolved'
  const meetsBar = row.sense === 'at most' ? value <= row.bar : value >= row.bar
  return meetsBar && alsoHolds ? 'yes' : 'no'
}

/** Runs every arm once a round, each round beginning with another one, and gives the figures by arm. */
export async function interleave<A extends string, T>(
  arms: readonly A[],
  context: RunContext,
  measure: (arm: A, round: number) => Promise<T>,
): Promise<Record<A, T[]>> {
  const figures = Object.fromEntries(arms.map((arm) => [arm, []])) as unknown as Record<A, T[]>
  for (let round = 0; round < context.rounds; round++) {
    for (let i = 0; i < arms.length; i++) {
      const arm = arms[(round + i) % arms.length]!
      figures[arm].push(await measure(arm, round))
    }
    context.progress()
  }
  return figures
}
