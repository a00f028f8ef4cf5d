/** Row `diff`. */

import type { DiffRound } from '../child/diff.ts'
import { runRound } from '../process.ts'
import { interleave, type Row } from '../row.ts'
import { median, pairedDifferences } from '../statistics.ts'

export const diffRow: Row = {
  id: 'diff',
  definition: 'diff of two films of 10,000 spans and points, values compared, the slowest of three pairs',
  unit: 'ms',
  sense: 'at most',
  bar: 200,
  reach: 50,
  rounds: 9,
  method:
    'Two processes a round record three pairs of films, open the recording and diff each pair 15 times, then 15 times that are timed, of which the median counts: nested four deep with one step in 100 another or missing; the same with every value another; 10,000 points in one level, of which one in 20 is missing. Counts of each diff must be what the films were made to differ in.',
  async run(context) {
    const { first, second } = await interleave(['first', 'second'], context, () => runRound<DiffRound>('diff', {}))
    const slowest = (rounds: readonly DiffRound[]): number[] =>
      rounds.map(({ close, noisy, flat }) => Math.max(close, noisy, flat))
    return {
      values: slowest(first),
      nulls: pairedDifferences(slowest(second), slowest(first)),
      details: {
        'close ms': median(first.map(({ close }) => close)),
        'noisy ms': median(first.map(({ noisy }) => noisy)),
        'flat ms': median(first.map(({ flat }) => flat)),
      },
    }
  },
}
