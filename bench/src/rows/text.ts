/** Rows `text-common` and `text-rare`. */

import type { TextInput, TextRound } from '../child/text.ts'
import { runRound } from '../process.ts'
import { interleave, type Measured, type Row, type RunContext } from '../row.ts'
import { median, pairedDifferences } from '../statistics.ts'
import { textRecording } from '../text-recording.ts'

const VALUES = 1_000_000

export const textCommonRow: Row = {
  id: 'text-common',
  definition: 'substring in 1 M values, a term in one of five, first page of 100, p50',
  unit: 'ms',
  sense: 'at most',
  bar: 1000,
  reach: 200,
  rounds: 15,
  method:
    'A recording of 1 M log events made by the writer itself (mean value some 150 B: an id of 16 hex digits, a path, 12 words of 20,000, a number). Two processes a round open it and ask for one term to warm up, then 20 times for the first page, in order of time and of the newest first in turn; each event of a page must have the term.',
  run: (context) => search(context, 'common'),
}

export const textRareRow: Row = {
  id: 'text-rare',
  definition: 'substring in 1 M values, a term in three of them, first page, p50',
  unit: 'ms',
  sense: 'at most',
  bar: 200,
  reach: 20,
  rounds: 15,
  method:
    'As `text-common`, with ten terms that three values have, evenly over the recording, and one that none has; each answer must have its three.',
  run: (context) => search(context, 'rare'),
}

async function search(context: RunContext, term: TextInput['term']): Promise<Measured> {
  const recording = await textRecording(VALUES)
  const round = (): Promise<TextRound> => runRound('text', { term, recording } satisfies TextInput)
  const { first, second } = await interleave(['first', 'second'], context, round)
  const p50 = (rounds: readonly TextRound[]): number[] => rounds.map((each) => each.p50)
  return {
    values: p50(first),
    nulls: pairedDifferences(p50(second), p50(first)),
    details: {
      'worst ms': Math.max(...first.map((each) => each.worst)),
      'pages read': median(first.map((each) => each.pagesRead)),
      'pages skipped': median(first.map((each) => each.pagesSkipped)),
    },
  }
}
