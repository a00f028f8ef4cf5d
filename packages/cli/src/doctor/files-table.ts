/** The recordings that were found, as a table. */

import type { Facts, RecordingFacts } from './facts.ts'
import { type Line, type Style, styled } from '../format/styled.ts'
import { table } from '../format/table.ts'
import { bytes, count, dateOf, timeOfDay } from '../format/units.ts'

const STYLES: Readonly<Record<string, Style>> = { live: 'green', closed: 'plain', interrupted: 'yellow' }

/** One line a recording. */
export function filesTable({ recordings, place, unseen }: Facts, width: number): Line[] {
  if (recordings.length === 0) return [[`none at ${place}`]]
  const columns = [
    {
      title: 'STATE',
      cell: ({ status }: RecordingFacts) => [
        status === undefined ? styled('red', 'unreadable') : styled(STYLES[status.state] ?? 'plain', status.state),
      ],
    },
    {
      title: 'BEGAN',
      expendable: 1,
      cell: ({ status }: RecordingFacts) => [status === undefined ? '-' : began(status.process.anchor.wallMs)],
    },
    {
      title: 'EVENTS',
      align: 'right' as const,
      cell: ({ ledger }: RecordingFacts) => [ledger === undefined ? '-' : count(ledger.produced)],
    },
    {
      title: 'SIZE',
      align: 'right' as const,
      cell: ({ status }: RecordingFacts) => [status === undefined ? '-' : bytes(status.bytes)],
    },
    {
      title: 'SERVICE',
      expendable: 2,
      cell: ({ status }: RecordingFacts) => [
        status === undefined ? '-' : `${status.process.service} (${status.process.pid})`,
      ],
    },
    { title: 'FILE', gives: true, cell: ({ path }: RecordingFacts) => [path] },
  ]
  const lines = table(columns, recordings, width - 2)
  return unseen === 0 ? lines : [...lines, [styled('dim', `and ${count(unseen)} older`)]]
}

function began(ms: number): string {
  return `${dateOf(ms)} ${timeOfDay(ms)}`
}
