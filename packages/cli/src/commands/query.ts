/** `cinescope query`: search the events of a recording. */

import type { CinescopeEvent, EventFilter, EventPage, Kind, OpenRecording } from '@cinescope/core'
import {
  CinescopeError,
  type EventQuery,
  type FilmId,
  KINDS,
  parseQuery,
  type SpanId,
  wallMs,
} from '@cinescope/protocol'
import type { Call, Command, Given } from '../base/command.ts'
import { EXIT, type ExitCode } from '../base/exit-code.ts'
import { NEWEST, openAt, origin, originText } from '../base/recordings.ts'
import { tellAnswer } from '../base/tell-answer.ts'
import { eventLabel, eventValues } from '../format/event-label.ts'
import { eventMarks, spaced } from '../format/outcome.ts'
import { styled } from '../format/styled.ts'
import { type Column, table } from '../format/table.ts'
import { counted, dateOf, duration, timeOfDay } from '../format/units.ts'

const ORDERS = ['time', '-time', 'duration', '-duration'] as const

/** See the file's first line. */
export const query: Command = {
  name: 'query',
  about: [
    'All conditions must hold. --where compares an attribute, argument or result by its path in the value, of a body from the body on: user.id=42, total=9.5. EXPRESSION says the same and more in one text: comparisons by value, and a search for text.\nA duration is in milliseconds unless it has a unit: 250, 40us, 1.5s.',
    'An expression is any of: kind:KIND,KIND site:"PATTERN" film:ID parent:ID error ok duration > 100ms since 10m until 14:30\n  text ~ "part of a text" (or the text alone) order by -duration limit 20 without values, and comparisons of paths:\n  body.user.plan == "pro", total >= 9.5, tags contains "x", url.path matches "/api/*", error.code exists; ==, !=, <, <=, >, >=.\n  Options and an expression go together, unless both say the same thing.',
    `Kinds: ${wrapped(Object.keys(KINDS))}.`,
  ],
  operands: [{ name: 'PATH' }, { name: 'EXPRESSION' }],
  options: {
    kind: {
      kind: 'choice',
      value: 'KIND',
      choices: Object.keys(KINDS),
      repeats: true,
      help: 'only events of this kind',
    },
    site: { kind: 'text', value: 'PATTERN', help: 'only events of this name; `*` stands for any text' },
    film: { kind: 'text', value: 'ID', help: 'only events of this film' },
    parent: { kind: 'text', value: 'ID', help: 'only direct children of this span (16 digits)' },
    error: { kind: 'flag', help: 'only events that failed', not: 'ok' },
    ok: { kind: 'flag', help: 'only events that did not fail' },
    'min-ms': { kind: 'milliseconds', value: 'MS', help: 'only spans that took at least this long' },
    'max-ms': { kind: 'milliseconds', value: 'MS', help: 'only spans that took at most this long' },
    since: { kind: 'time', value: 'TIME', help: 'only events since: 10m, 14:30, 2026-05-01T14:30Z' },
    until: { kind: 'time', value: 'TIME', help: 'only events before' },
    where: { kind: 'pair', value: 'KEY=VALUE', repeats: true, help: 'only events with this attribute' },
    sort: { kind: 'choice', value: 'ORDER', choices: ORDERS, help: 'order, time unless told otherwise' },
    limit: { kind: 'integer', value: 'N', help: 'at most so many, 100 unless told otherwise', from: 1, to: 10_000 },
    cursor: { kind: 'text', value: 'CURSOR', help: 'go on where the page before ended' },
    newest: NEWEST,
    'no-values': { kind: 'flag', help: 'leave out values, which is faster' },
    explain: { kind: 'flag', help: 'tell what was read to find the answer' },
  },
  examples: [
    ['query --kind handler --sort -duration --limit 10', 'the slowest handlers'],
    ['query --kind error --since 1h', 'what was thrown in the last hour'],
    ['query --where user.id=42 --ndjson', 'everything of one user, one JSON document a line'],
    ['query --film 3fa9 --kind log', 'what a film logged'],
    [`query .cinescope 'body.user.plan == "pro" duration > 100ms order by -duration'`, 'slow for paying users'],
    [`query .cinescope '"refund"' --ndjson`, 'every event with this text in its values'],
  ],
  run: runQuery,
}

async function runQuery(call: Call): Promise<ExitCode> {
  const { operands, given, screen } = call
  const opened = await openAt(operands[0], { newest: given.flag('newest'), screen })
  await using recording = opened.recording
  const expression = operands[1] === undefined ? {} : parseQuery(operands[1], { nowMs: Date.now() })
  const page = await recording.events(joined(await optionsQuery(given, recording), expression))
  const status = await recording.status()
  if (screen.format === 'json') {
    const { items, explain } = page
    screen.json({ recording: origin(opened, status), events: items, cursor: page.cursor, explain })
  } else if (screen.format === 'ndjson') for (const event of page.items) screen.json(event)
  else if (page.items.length > 0) screen.print(...eventTable(page, screen.width))
  if (screen.format === 'table') {
    const what = page.items.length === 0 ? 'No event fits' : counted(page.items.length, 'event')
    screen.note(`${what} in ${opened.path} (${originText(opened, status)})`)
  }
  if (screen.format !== 'json' && page.cursor !== undefined)
    screen.note(`There may be more: add --cursor '${page.cursor}'`)
  tellAnswer(page.explain, status, call)
  return EXIT.ok
}

function eventTable({ items }: EventPage, width: number): ReturnType<typeof table> {
  const days = new Set(items.map(({ at }) => dateOf(at)))
  const hasValues = items.some(({ value, result }) => value !== undefined || result !== undefined)
  const columns: Column<CinescopeEvent>[] = [
    { title: 'EVENT', expendable: 4, cell: ({ id }) => [styled('cyan', id)] },
    { title: 'FILM', expendable: 3, cell: ({ film }) => [styled('cyan', film?.slice(0, 8) ?? '-')] },
    {
      title: 'TIME',
      expendable: 1,
      cell: ({ at }) => [days.size > 1 ? `${dateOf(at)} ${timeOfDay(at)}` : timeOfDay(at)],
    },
    {
      title: 'DURATION',
      align: 'right',
      cell: ({ durationNs }) => [durationNs === undefined ? '-' : duration(durationNs)],
    },
    { title: 'KIND', cell: ({ kind }) => [styled('dim', kind)] },
    { title: 'WHAT', gives: !hasValues, cell: (event) => spaced([eventLabel(event), ...eventMarks(event)]) },
  ]
  if (hasValues) columns.push({ title: 'VALUES', gives: true, cell: (event) => [styled('dim', eventValues(event))] })
  return table(columns, items, width)
}

async function optionsQuery(given: Given, recording: OpenRecording): Promise<EventQuery> {
  const [order, limit, cursor] = [given.text('sort'), given.number('limit'), given.text('cursor')]
  return {
    where: await filterOf(given, recording),
    ...(order === undefined ? {} : { order: order as (typeof ORDERS)[number] }),
    ...(limit === undefined ? {} : { limit }),
    ...(cursor === undefined ? {} : { cursor }),
    ...(given.flag('no-values') ? { values: false } : {}),
  }
}

/** Both together; what both say is a mistake. @throws CSC_ERR_QUERY */
function joined(options: EventQuery, expression: EventQuery): EventQuery {
  const { where: fromOptions = {}, ...optionClauses } = options
  const { where: fromExpression = {}, ...expressionClauses } = expression
  return {
    where: apart(fromOptions, fromExpression),
    ...apart<Omit<EventQuery, 'where'>>(optionClauses, expressionClauses),
  }
}

/** Members of two objects that share none. */
function apart<T extends object>(options: T, expression: T): T {
  const twice = Object.keys(expression).find((name) => Object.hasOwn(options, name))
  if (twice === undefined) return { ...options, ...expression }
  throw new CinescopeError('CSC_ERR_QUERY', `the options and the expression both say '${twice}'; say it once`)
}

async function filterOf(given: Given, recording: OpenRecording): Promise<EventFilter> {
  const [site, film, parent] = [given.text('site'), given.text('film'), given.text('parent')]
  const [from, to] = [given.number('since'), given.number('until')]
  const [shortest, longest] = [given.number('min-ms'), given.number('max-ms')]
  const [kinds, pairs] = [given.texts('kind') as Kind[], given.texts('where')]
  return {
    ...(kinds.length === 0 ? {} : { kinds }),
    ...(site === undefined ? {} : { site }),
    ...(film === undefined ? {} : { film: await filmId(film, recording) }),
    // its form is checked where it is used
    ...(parent === undefined ? {} : { parent: parent as SpanId }),
    ...(from === undefined ? {} : { from: wallMs(from) }),
    ...(to === undefined ? {} : { to: wallMs(to) }),
    ...(shortest === undefined ? {} : { minDurationMs: shortest }),
    ...(longest === undefined ? {} : { maxDurationMs: longest }),
    ...(given.flag('error') ? { error: true } : given.flag('ok') ? { error: false } : {}),
    ...(pairs.length === 0 ? {} : { attributes: Object.fromEntries(pairs.map(splitPair)) }),
  }
}

/** A whole id is used as it is; the first digits of one are looked up. */
async function filmId(text: string, recording: OpenRecording): Promise<FilmId> {
  if (/^[0-9a-f]{16}$/.test(text)) return text as FilmId
  if (!/^[0-9a-f]{4,32}$/.test(text)) {
    throw new CinescopeError(
      'CSC_ERR_ID',
      `--film is '${text.slice(0, 60)}'; it must be a film id, 16 hex digits, or the first 4 or more of it`,
    )
  }
  const { summary } = await recording.film(text)
  return summary.id
}

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf('=')
  return [pair.slice(0, at), pair.slice(at + 1)]
}

function wrapped(names: readonly string[]): string {
  const rows: string[] = ['']
  for (const name of names) {
    if ((rows.at(-1) ?? '').length + name.length > 96) rows.push('')
    rows[rows.length - 1] += `${rows.at(-1) === '' ? '' : ' '}${name}`
  }
  return rows.join('\n  ')
}
