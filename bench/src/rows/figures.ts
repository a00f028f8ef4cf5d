/** Rows `agg` and `group`. */

import { bigRecording } from '../big-recording.ts'
import type { FiguresInput, FiguresRound } from '../child/figures.ts'
import { runRound } from '../process.ts'
import { interleave, type Measured, type Row, type RunContext } from '../row.ts'
import { median, pairedDifferences } from '../statistics.ts'

const EVENTS = 5_000_000

export const aggRow: Row = {
  id: 'agg',
  definition: 'p50 and p99 of durations per minute over 5 M events, warm, open handle, p50',
  unit: 'ms',
  sense: 'at most',
  bar: 300,
  reach: 60,
  rounds: 9,
  method:
    'The recording of `film`. Two processes a round open it and ask 10 times to warm up, then 10 times that are timed; counts, errors and quantiles of each answer are checked.',
  run: (context) => figures(context, 'agg'),
}

export const groupRow: Row = {
  id: 'group',
  definition: 'all 5 M events grouped by route: count, errors, p50, p99, warm, open handle, p50',
  unit: 'ms',
  sense: 'at most',
  bar: 300,
  reach: 60,
  rounds: 9,
  method: 'As `agg`.',
  run: (context) => figures(context, 'group'),
}

async function figures(context: RunContext, row: FiguresInput['row']): Promise<Measured> {
  const recording = await bigRecording(EVENTS)
  const round = (): Promise<FiguresRound> => runRound('figures', { row, recording } satisfies FiguresInput)
  const { first, second } = await interleave(['first', 'second'], context, round)
  const p50 = (rounds: readonly FiguresRound[]): number[] => rounds.map((each) => each.p50)
  return {
    values: p50(first),
    nulls: pairedDifferences(p50(second), p50(first)),
    details: {
      'worst ms': Math.max(...first.map(({ worst }) => worst)),
      'first ms': median(first.map(({ cold }) => cold)),
      [row === 'agg' ? 'per second ms' : 'requests alone ms']: median(first.map(({ other }) => other)),
      'segments read': median(first.map(({ segmentsRead }) => segmentsRead)),
    },
  }
}
