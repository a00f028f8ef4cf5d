/** Row `tail`. */

import type { TailFigures } from '../child/tail.ts'
import { startPeer } from '../process.ts'
import { interleave, type Row } from '../row.ts'
import { median, pairedDifferences } from '../statistics.ts'

const EVENTS_PER_SECOND = 5000
/** Lines of 1.2 events: one second, and six. */
const WARM_UP = 4200
const LINES = 25_000

export const tailRow: Row = {
  id: 'tail',
  definition: 'event written → event in a consumer of a tail, 5,000 events/s, 95th percentile',
  unit: 'ms',
  sense: 'at most',
  bar: 300,
  reach: 100,
  rounds: 9,
  method:
    'Twice a round, two fresh processes: one records 5,000 events a second for seven seconds, logs with a value of 100 bytes and one in ten of them in a span; the other tails its file with the usual 25 ms between looks, and notes for each event of the last six seconds the time from its end to when it has it. Both clocks are that of the machine. Each line must come once and in order.',
  async run(context) {
    const { first, second } = await interleave(['first', 'second'], context, round)
    const p95 = (rounds: readonly TailFigures[]): number[] => rounds.map((each) => each.p95)
    return {
      values: p95(first),
      nulls: pairedDifferences(p95(second), p95(first)),
      details: {
        'p50 ms': median(first.map((each) => each.p50)),
        'longest ms': Math.max(...first.map((each) => each.max)),
        'events a round': median(first.map((each) => each.events)),
        'consumer µs/event': median(first.map((each) => each.cpuUs)),
      },
    }
  },
}

async function round(): Promise<TailFigures> {
  await using ticker = startPeer('ticker', {})
  await using tail = startPeer('tail', (await ticker.reported) as object)
  await tail.reported
  await ticker.ask('run', { lines: WARM_UP, eventsPerSecond: EVENTS_PER_SECOND })
  await tail.ask('forget', { line: WARM_UP })
  await ticker.ask('run', { lines: LINES, eventsPerSecond: EVENTS_PER_SECOND })
  return (await tail.ask('figures', { line: WARM_UP + LINES })) as TailFigures
}
