/** Rows `film` and `range`. */

import { type BigRecording, bigRecording } from '../big-recording.ts'
import type { ReadingInput, ReadingRound } from '../child/reading.ts'
import { runRound } from '../process.ts'
import { interleave, type Measured, type Row, type RunContext } from '../row.ts'
import { median, pairedDifferences } from '../statistics.ts'

const EVENTS = 5_000_000

export const filmRow: Row = {
  id: 'film',
  definition: 'film by id, 5 M-event recording, 200 random ids, warm, open handle, p99',
  unit: 'ms',
  sense: 'at most',
  bar: 15,
  reach: 4,
  rounds: 15,
  method:
    'A recording of 5 M events (250,000 films of 20 events, 50 under way at any time, mean value 150 B) made by the writer itself. Two processes a round open it, read 200 random films, then 200 others that are timed; each must have all its events with their values.',
  run: (context) => read(context, 'film'),
}

export const rangeRow: Row = {
  id: 'range',
  definition: 'time range + kind, first page of 100, 5 M events, p99',
  unit: 'ms',
  sense: 'at most',
  bar: 20,
  reach: 5,
  rounds: 15,
  method:
    'As `film`, with 200 queries whose range is a thousandth to a tenth of the recording (log-uniform) anywhere in it and whose kind is request, middleware, handler, query or error (1 film in 50 has one), values decoded; each page is checked for range, kind, order and size.',
  run: (context) => read(context, 'range'),
}

async function read(context: RunContext, row: ReadingInput['row']): Promise<Measured> {
  const recording: BigRecording = await bigRecording(EVENTS)
  const round = (_arm: string, seed: number): Promise<ReadingRound> =>
    runRound('reading', { row, recording, seed: seed + 1 } satisfies ReadingInput)
  const { first, second } = await interleave(['first', 'second'], context, round)
  const p99 = (rounds: readonly ReadingRound[]): number[] => rounds.map((each) => each.p99)
  return {
    values: p99(first),
    nulls: pairedDifferences(p99(second), p99(first)),
    details: {
      'p50 ms': median(first.map((each) => each.p50)),
      'worst ms': Math.max(...first.map((each) => each.worst)),
      'segments read': median(first.map((each) => each.segmentsRead)),
    },
  }
}
