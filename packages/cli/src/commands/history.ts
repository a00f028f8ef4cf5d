/** `cinescope history`: what became of an entity's state. */

import type { EntityChange, HistoryPage, HistoryQuery } from '@cinescope/core'
import { wallMs } from '@cinescope/protocol'
import type { Call, Command } from '../base/command.ts'
import { asked, ENTITY_OPERANDS, ENTITY_OPTIONS, openEntity } from '../base/entities.ts'
import { EXIT, type ExitCode } from '../base/exit-code.ts'
import { origin } from '../base/recordings.ts'
import { explainLines } from '../format/explain.ts'
import { changeText, CUT } from '../format/state-change.ts'
import { type Line, styled } from '../format/styled.ts'
import { dateOf, timeOfDay } from '../format/units.ts'

/** Changes shown of one record. */
const MOST_SHOWN = 12
/** Characters shown of one value. */
const MOST_OF_VALUE = 200

/** See the file's first line. */
export const history: Command = {
  name: 'history',
  about: [
    'Each record of the state of an entity and what it changed, the newest first. An entity is named as for\n`cinescope state`.',
    '--of leaves only what changed at a path, in it, or in what holds it: status, items.0.price, items[0].price.',
  ],
  operands: ENTITY_OPERANDS,
  options: {
    of: { kind: 'text', value: 'PATH', help: 'only changes of this part of the state' },
    from: { kind: 'time', value: 'TIME', help: 'at or after' },
    to: { kind: 'time', value: 'TIME', help: 'before' },
    sort: { kind: 'choice', value: 'ORDER', choices: ['time', '-time'], help: 'order, -time unless told otherwise' },
    limit: { kind: 'integer', value: 'N', from: 1, to: 10_000, help: 'records to show, 50 unless told otherwise' },
    cursor: { kind: 'text', value: 'CURSOR', help: 'from the page before' },
    explain: { kind: 'flag', help: 'say what was read to answer' },
    ...ENTITY_OPTIONS,
  },
  examples: [
    ['history order 17', 'what became of order 17'],
    ['history order 17 --of status', 'what became of its status'],
    ['history order 17 --sort time --ndjson', 'one record a line, the oldest first'],
  ],
  run: runHistory,
}

async function runHistory(call: Call): Promise<ExitCode> {
  const { operands, given, screen } = call
  const [kind = '', id = '', path] = operands
  const opened = await openEntity(call, { kind, id }, path)
  await using recording = opened.recording
  const page = await asked(recording.history(opened.entity, queryOf(given)), opened)
  if (screen.format === 'ndjson') for (const item of page.items) screen.json(item)
  else if (screen.format === 'json')
    screen.json({ recording: origin(opened, opened.status), entity: opened.entity, ...page })
  else screen.print(...table(page, screen.width))
  if (given.flag('explain') && screen.format === 'table')
    screen.print([], ...explainLines(page.explain).map((line) => [line]))
  if (page.items.some(({ isCut }) => isCut) && screen.format === 'table') screen.note(`of the state: ${CUT}`)
  if (page.cursor !== undefined && screen.format === 'table')
    screen.note(`there is more: --limit for a longer list, or --cursor ${page.cursor} for the next`)
  return EXIT.ok
}

function queryOf(given: Call['given']): HistoryQuery {
  const [path, from, to, cursor] = [given.text('of'), given.number('from'), given.number('to'), given.text('cursor')]
  return {
    order: given.text('sort') === 'time' ? 'time' : '-time',
    limit: given.number('limit') ?? 50,
    ...(path === undefined ? {} : { path }),
    ...(from === undefined ? {} : { from: wallMs(from) }),
    ...(to === undefined ? {} : { to: wallMs(to) }),
    ...(cursor === undefined ? {} : { cursor }),
  }
}

function table({ items }: HistoryPage, width: number): Line[] {
  if (items.length === 0) return [[styled('dim', 'nothing was recorded that changed it')]]
  let day = ''
  return items.flatMap((item) => {
    const today = dateOf(item.event.at)
    const head: Line[] = today === day ? [] : [[styled('dim', today)]]
    day = today
    return [...head, ...record(item, width)]
  })
}

function record({ event, kind, changes, followsLoss }: EntityChange, width: number): Line[] {
  const film = event.film?.slice(0, 8) ?? '-'
  const start: Line = [timeOfDay(event.at), '  ', styled('cyan', film.padEnd(8)), '  ']
  const room = Math.min(MOST_OF_VALUE, Math.max(40, width - 24))
  if (kind === 'died') return [[...start, styled('bold', 'died')]]
  const shown = changes.slice(0, MOST_SHOWN).map((change) => changeText(change, room))
  if (kind === 'first') shown[0] = `begins as ${shown[0]?.replace('(all) = ', '') ?? ''}`
  if (changes.length > MOST_SHOWN) shown.push(`and ${changes.length - MOST_SHOWN} more changes`)
  if (followsLoss) shown.push('records before this one were lost; some of it may be theirs')
  if (shown.length === 0) shown.push('told anew, nothing changed')
  return shown.map((text, i) => (i === 0 ? [...start, text] : [' '.repeat(24), text]))
}
