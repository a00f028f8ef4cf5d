/** Row `keep`. */

import type { KeepRound } from '../child/keep.ts'
import { runRound } from '../process.ts'
import { interleave, type Row } from '../row.ts'
import { median, pairedDifferences } from '../statistics.ts'

export const keepRow: Row = {
  id: 'keep',
  definition:
    'events per CPU-second, ring → committed segments as in `writer`, where films are kept by their end (`keep: tail`) and 1 % are',
  unit: 'events/s',
  sense: 'at least',
  bar: 600_000,
  reach: 1_200_000,
  rounds: 15,
  method:
    'Two processes a round, as of `writer`, with 1 film in 100 that fails. All films are held until they end; figures of their routes are counted and stored. Afterwards the account is read back, failed films are whole, and routes have counted every film.',
  async run(context) {
    const { first, second } = await interleave(['first', 'second'], context, () => runRound<KeepRound>('keep', {}))
    const rates = (rounds: readonly KeepRound[]): number[] => rounds.map((round) => round.eventsPerCpuSecond)
    return {
      values: rates(first),
      nulls: pairedDifferences(rates(second), rates(first)),
      details: { 'kept %': median(first.map((round) => round.keptPercent)) },
    }
  },
}
