/** Row `export`. */

import type { ExportFormat, ExportInput, ExportRound } from '../child/export.ts'
import { runRound } from '../process.ts'
import { interleave, type Row } from '../row.ts'
import { median, pairedDifferences } from '../statistics.ts'

const EVENTS = 10_000_000
const FORMATS: readonly ExportFormat[] = ['ndjson', 'csv', 'otlp', 'chrome', 'har', 'mermaid']

export const exportRow: Row = {
  id: 'export',
  definition: '`cinescope export` of 10 M events, peak memory, the largest of six formats',
  unit: 'MB',
  sense: 'at most',
  bar: 200,
  reach: 120,
  rounds: 3,
  method:
    'A recording of 10 M events (500,000 films of 20 events) made by the writer itself. The built command exports it whole in each format into a pipe, a process each, CSV twice; the figure is the largest resident set that the system saw of it. The output must have a line for each event (HAR: for each request).',
  async run(context) {
    const arms = [...FORMATS, 'again'] as const
    const rounds = await interleave(arms, context, (arm) =>
      runRound<ExportRound>('export', { format: arm === 'again' ? 'csv' : arm, events: EVENTS } satisfies ExportInput),
    )
    const peaks = (arm: (typeof arms)[number]): number[] => rounds[arm].map(({ peakMb }) => peakMb)
    return {
      values: peaks('ndjson').map((_, round) => Math.max(...FORMATS.map((format) => peaks(format)[round] ?? 0))),
      nulls: pairedDifferences(peaks('again'), peaks('csv')),
      details: Object.fromEntries(
        FORMATS.flatMap((format) => [
          [`${format} MB`, median(peaks(format))],
          [`${format} s`, median(rounds[format].map(({ seconds }) => seconds))],
          [`${format} output MB`, median(rounds[format].map(({ outputMb }) => outputMb))],
        ]),
      ),
    }
  },
}
