/** Row `tiles`. */

import { bigRecording } from '../big-recording.ts'
import type { TilesInput, TilesRound } from '../child/tiles.ts'
import { runRound } from '../process.ts'
import { interleave, type Row } from '../row.ts'
import { median, pairedDifferences } from '../statistics.ts'

const EVENTS = 10_000_000

export const tilesRow: Row = {
  id: 'tiles',
  definition: '1,500 px × 50 lanes at any zoom, 10 M events, p95',
  unit: 'ms',
  sense: 'at most',
  bar: 50,
  reach: 10,
  rounds: 9,
  method:
    'A recording of 10 M events, made as that of `film`. Two processes a round open it and ask for the whole of it, then for 200 stretches of which the length is drawn evenly by its logarithm from 1 ms to the whole, and the place evenly; lanes by site. The first answer counts too. Counts of the whole are checked, and that of each stretch against the events of its own zoom.',
  async run(context) {
    const recording = await bigRecording(EVENTS)
    const round = (): Promise<TilesRound> => runRound('tiles', { recording } satisfies TilesInput)
    const { first, second } = await interleave(['first', 'second'], context, round)
    const p95 = (rounds: readonly TilesRound[]): number[] => rounds.map((each) => each.p95)
    return {
      values: p95(first),
      nulls: pairedDifferences(p95(second), p95(first)),
      details: {
        'p50 ms': median(first.map((each) => each.p50)),
        'worst ms': Math.max(...first.map((each) => each.worst)),
        'first ms': median(first.map((each) => each.cold)),
        'whole, warm ms': median(first.map((each) => each.whole)),
        marks: median(first.map((each) => each.marks)),
      },
    }
  },
}
