/** Row `size`. */

import type { SizeRound } from '../child/size.ts'
import { runRound } from '../process.ts'
import { interleave, type Row } from '../row.ts'
import { median, pairedDifferences } from '../statistics.ts'

export const sizeRow: Row = {
  id: 'size',
  definition: '(checkpointed file − value pages) ÷ events, demo traffic',
  unit: 'B',
  sense: 'at most',
  bar: 28,
  reach: 18,
  rounds: 5,
  method:
    "Two processes a round: the order service of examples/express-orders under its demo's traffic, 20 times 5 mixed rounds of 9 requests, one alone, 200 overlapping. After stop(): bytes of the file less those of the value pages as stored, over the events stored. The room SQLite leaves behind blobs, free pages and the catalogue all count.",
  async run(context) {
    const { first, second } = await interleave(['first', 'second'], context, () => runRound<SizeRound>('size', {}))
    const bytes = (rounds: readonly SizeRound[]): number[] =>
      rounds.map((each) => (each.fileBytes - each.valueBytes) / each.events)
    const tables = Object.keys(first[0]!.byTable).filter((name) => first[0]!.byTable[name]! / first[0]!.events >= 0.05)
    return {
      values: bytes(first),
      nulls: pairedDifferences(bytes(second), bytes(first)),
      details: {
        events: median(first.map((each) => each.events)),
        films: median(first.map((each) => each.films)),
        segments: median(first.map((each) => each.segments)),
        'whole file B/event': median(first.map((each) => each.fileBytes / each.events)),
        'values, stored B/event': median(first.map((each) => each.valueBytes / each.events)),
        'values, raw B/event': median(first.map((each) => each.rawValueBytes / each.events)),
        ...Object.fromEntries(
          tables.map((name) => [
            `${name} B/event`,
            median(first.map((each) => (each.byTable[name] ?? 0) / each.events)),
          ]),
        ),
      },
    }
  },
}
