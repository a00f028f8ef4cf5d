/** `cinescope stats`: figures of events, by group and by time. */

import type { Aggregate, AggregateGroup } from '@cinescope/core'
import { CinescopeError, type EventFilter, parseQuery, wallMs } from '@cinescope/protocol'
import type { Call, Command } from '../base/command.ts'
import { EXIT, type ExitCode } from '../base/exit-code.ts'
import { groupingOf, groupings } from '../base/grouping.ts'
import { NEWEST, openAt, origin } from '../base/recordings.ts'
import { tellAnswer } from '../base/tell-answer.ts'
import { heatMapLines, histogramLines } from '../format/histogram.ts'
import { leftOutText } from '../format/left-out.ts'
import { percent, count, counted, dateOf, duration, timeOfDay } from '../format/units.ts'
import { type Line, styled } from '../format/styled.ts'
import { type Column, table } from '../format/table.ts'

/** How many times its lower end the upper end of a bin is at most. */
const RATIO = 1.5
const QUANTILES = [0.5, 0.9, 0.99] as const

/** See the file's first line. */
export const stats: Command = {
  name: 'stats',
  about: [
    'Counts events, those that failed, and how long they took: of requests, or of what an EXPRESSION of `cinescope query` says.\nA quantile is within 1 % of the exact one.',
    `--by is ${groupings()}; route unless told otherwise.`,
  ],
  operands: [{ name: 'PATH' }, { name: 'EXPRESSION' }],
  options: {
    by: { kind: 'text', value: 'WHAT', help: 'one line for each of these' },
    per: { kind: 'milliseconds', value: 'MS', help: 'one line for each span of time: 1s, 60s' },
    histogram: { kind: 'flag', help: 'how many took how long; with --per a heat map of it' },
    since: { kind: 'time', value: 'TIME', help: 'only events since: 10m, 14:30, 2026-05-01T14:30Z' },
    limit: {
      kind: 'integer',
      value: 'N',
      help: 'at most so many lines, 100 unless told otherwise',
      from: 1,
      to: 10_000,
    },
    newest: NEWEST,
    explain: { kind: 'flag', help: 'tell what was read to find the answer' },
  },
  examples: [
    ['stats', 'requests by route: how many, how fast, how many failed'],
    ['stats --histogram --by site', 'how many took how long, by place'],
    ['stats --per 60s --by error', 'requests by the minute, what failed apart'],
    ["stats .cinescope 'kind:query' --by site", 'which statements take the time'],
  ],
  run: runStats,
}

async function runStats(call: Call): Promise<ExitCode> {
  const { operands, given, screen } = call
  const [path, expression] = operands
  const by = groupingOf(given.text('by') ?? 'route')
  const perMs = given.number('per')
  const since = given.number('since')
  const opened = await openAt(path, { newest: given.flag('newest'), screen })
  await using recording = opened.recording
  const answer = await recording.aggregate({
    where: { ...whereOf(expression), ...(since === undefined ? {} : { from: wallMs(since) }) },
    by,
    ...(perMs === undefined ? {} : { perMs }),
    quantiles: QUANTILES,
    limit: given.number('limit') ?? (given.flag('histogram') ? (perMs === undefined ? 10 : 10_000) : 100),
    ...(given.flag('histogram') ? { histogram: RATIO } : {}),
  })
  const status = await recording.status()
  if (screen.format === 'json') screen.json({ recording: origin(opened, status), ...answer })
  else if (screen.format === 'ndjson') for (const group of answer.groups) screen.json(group)
  else if (given.flag('histogram')) screen.print(...histograms(answer, perMs, screen.width))
  else if (answer.groups.length > 0) screen.print(...statsTable(answer, screen.width))
  if (screen.format === 'table') {
    const events = answer.groups.reduce((sum, group) => sum + group.count, 0)
    screen.note(`${events === 0 ? 'No event fits' : counted(events, 'event')} in ${opened.path}`)
  }
  const leftOut = leftOutText(await recording.ledger())
  if (leftOut !== undefined)
    screen.note(`Of kept films only: ${leftOut}; recording.routes() has exact figures of routes`)
  if (answer.isTruncated) screen.note('There are more groups: raise --limit, or ask for fewer')
  tellAnswer(answer.explain, status, call)
  return EXIT.ok
}

/** Requests where nothing is said. */
function whereOf(expression: string | undefined): EventFilter {
  if (expression === undefined) return { kinds: ['request'] }
  const { where = {}, order, limit } = parseQuery(expression, { nowMs: Date.now() })
  if (order !== undefined || limit !== undefined)
    throw new CinescopeError('CSC_ERR_QUERY', 'figures have no order and no limit of events: leave them out')
  return where
}

/** One for each key. */
function histograms({ groups }: Aggregate, perMs: number | undefined, width: number): Line[] {
  const keys = Map.groupBy(groups, ({ key }) => key)
  return Array.from(keys).flatMap(([key, own]): Line[] => {
    const all = own.reduce((sum, group) => sum + group.count, 0)
    const title: Line = [styled('bold', key ?? '-'), styled('dim', `  ${counted(all, 'event')}`)]
    const body =
      perMs === undefined
        ? own.flatMap(({ histogram = [] }) => histogramLines(histogram, width))
        : heatMapLines(own, perMs, width)
    return [title, ...body, []]
  })
}

function statsTable({ groups }: Aggregate, width: number): ReturnType<typeof table> {
  const isTimed = groups.some(({ at }) => at !== undefined)
  const days = new Set(groups.map(({ at }) => (at === undefined ? '' : dateOf(at))))
  const columns: Column<AggregateGroup>[] = [
    { title: 'EVENTS', align: 'right', cell: (group) => [count(group.count)] },
    { title: 'PER SECOND', align: 'right', expendable: 2, cell: ({ perSecond }) => [rate(perSecond)] },
    { title: 'FAILED', align: 'right', cell: failed },
    ...QUANTILES.map((quantile, i): Column<AggregateGroup> => ({
      title: `P${quantile * 100}`,
      align: 'right',
      cell: ({ quantiles }) => [took(quantiles[i])],
    })),
    { title: 'LONGEST', align: 'right', expendable: 1, cell: ({ max }) => [took(max)] },
    { title: 'WHAT', gives: true, cell: ({ key }) => (key === undefined ? [styled('dim', '-')] : [key]) },
  ]
  if (isTimed)
    columns.unshift({
      title: 'FROM',
      cell: ({ at = 0 }) => [days.size > 1 ? `${dateOf(at)} ${timeOfDay(at)}` : timeOfDay(at)],
    })
  return table(columns, groups, width)
}

function rate(perSecond: number | undefined): string {
  return perSecond === undefined ? '-' : perSecond.toPrecision(3)
}

function failed({ errors, count: all }: AggregateGroup): ReturnType<Column<AggregateGroup>['cell']> {
  return errors === 0 ? [styled('dim', '0')] : [styled('red', `${count(errors)} (${percent(errors / all)})`)]
}

function took(ms: number | undefined): string {
  return ms === undefined ? '-' : duration(ms * 1e6)
}
