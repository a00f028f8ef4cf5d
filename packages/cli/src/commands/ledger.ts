/** `cinescope ledger`: the account of every event. */

import type { Ledger, LedgerRow } from '@cinescope/core'
import type { Call, Command } from '../base/command.ts'
import { EXIT, type ExitCode } from '../base/exit-code.ts'
import { NEWEST, openAt, origin, tellUnread } from '../base/recordings.ts'
import { skewLines } from '../format/clock-skew.ts'
import { type Line, styled } from '../format/styled.ts'
import { table } from '../format/table.ts'
import { count } from '../format/units.ts'

/** See the file's first line. */
export const ledger: Command = {
  name: 'ledger',
  about: [
    'produced = stored + pruned + dropped + sampled out + not kept + not extracted + pending, exactly.\nA span counts as two events, its begin and its end.',
    'The tail is complete once the recording is closed, open while the server writes, and unknown when the process\nwas killed: what it recorded in its last 250 ms may then be missing and uncounted.',
  ],
  operands: [{ name: 'PATH' }],
  options: { newest: NEWEST },
  examples: [
    ['ledger', 'of all recordings of .cinescope'],
    ['ledger --newest', 'of the last process alone'],
    ['ledger --json', 'every reason and kind as JSON'],
  ],
  run: async ({ operands, given, screen }: Call): Promise<ExitCode> => {
    const opened = await openAt(operands[0], { newest: given.flag('newest'), screen })
    await using recording = opened.recording
    const account = await recording.ledger()
    const status = await recording.status()
    const skew = await recording.clockSkew()
    tellUnread(status, screen)
    if (screen.format === 'ndjson') for (const row of account.rows) screen.json(row)
    else if (screen.format === 'json') screen.json({ recording: origin(opened, status), ledger: account, skew })
    else screen.print(...ledgerLines(account, screen.width), ...skewLines(skew, status))
    return EXIT.ok
  },
}

/** What each reason means. */
const MEANING: Readonly<Record<string, string>> = {
  stored: 'in the recording',
  pruned: 'removed by retention',
  full: 'lost: the ring was full',
  overwritten: 'lost: the ring lapped its reader',
  corrupt: 'lost: unreadable in the ring',
  sampledOut: 'not sampled',
  notKept: 'decided against',
  notExtracted: 'left in the recording this is an extract of',
}

/** The sum, then a line a reason and kind. */
export function ledgerLines(account: Ledger, width: number): Line[] {
  const rows = account.rows.filter((row) => row.count > 0).toSorted((a, b) => b.count - a.count)
  const columns = [
    { title: 'EVENTS', align: 'right' as const, cell: (row: LedgerRow) => [count(row.count)] },
    { title: 'KIND', cell: (row: LedgerRow) => [row.kind] },
    {
      title: 'WHAT BECAME OF THEM',
      gives: true,
      cell: (row: LedgerRow) => [
        styled(row.reason === 'stored' ? 'green' : 'yellow', MEANING[row.reason] ?? row.reason),
      ],
    },
  ]
  return [[styled('bold', ledgerSum(account))], [`tail: ${account.tail}`], [], ...table(columns, rows, width)]
}

/** `1,204 produced = 1,204 stored + 0 pruned + ...`; what is nothing is left out, but for stored and dropped. */
export function ledgerSum(account: Ledger): string {
  const { produced, stored, pruned, dropped, sampledOut, notKept, notExtracted, pending } = account
  const optional = [
    [pruned, 'pruned'],
    [sampledOut, 'sampled out'],
    [notKept, 'not kept'],
    [notExtracted, 'not extracted'],
    [pending, 'pending'],
  ] as const
  const terms = [`${count(stored)} stored`, `${count(dropped)} dropped`]
  for (const [many, name] of optional) if (many !== 0) terms.push(`${count(many)} ${name}`)
  return `${count(produced)} produced = ${terms.join(' + ')}`
}
