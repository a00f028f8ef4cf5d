/** Row `writer`. */

import type { WriterRound } from '../child/writer.ts'
import { runRound } from '../process.ts'
import { interleave, type Row } from '../row.ts'
import { median, pairedDifferences } from '../statistics.ts'

export const writerRow: Row = {
  id: 'writer',
  definition:
    'events per CPU-second, ring → committed segments (WAL, synchronous=NORMAL), correlate, film rows and blooms included, mean value 150 B',
  unit: 'events/s',
  sense: 'at least',
  bar: 400_000,
  reach: 800_000,
  rounds: 15,
  method:
    "Two processes a round. Films of 20 events (request, 7 nested middlewares, handler, query; 1 in 50 fails), 50 of them under way, are recorded into a ring of the default size; then the writer's pipeline, correlator and SQLite store drain and commit 20,000 events at a time, 60 commits. Only that part is counted: CPU of the whole process, garbage collection included. Afterwards ledger, films and values are read back.",
  async run(context) {
    const { first, second } = await interleave(['first', 'second'], context, () => runRound<WriterRound>('writer', {}))
    const rates = (rounds: readonly WriterRound[]): number[] => rounds.map((round) => round.eventsPerCpuSecond)
    return {
      values: rates(first),
      nulls: pairedDifferences(rates(second), rates(first)),
      details: {
        'mean value B': median(first.map((round) => round.meanValueBytes)),
        'recording B/event': median(first.map((round) => round.bytesPerEvent)),
      },
    }
  },
}
