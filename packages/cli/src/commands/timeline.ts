/** `cinescope timeline`: what happened when, a line for each site or kind. */

import {
  CinescopeError,
  isSpanKind,
  type Kind,
  KINDS,
  parseQuery,
  type TileLane,
  type Tiles,
  type TilesQuery,
  wallMs,
} from '@cinescope/protocol'
import type { Call, Command } from '../base/command.ts'
import { EXIT, type ExitCode } from '../base/exit-code.ts'
import { groupingOf, groupings } from '../base/grouping.ts'
import { NEWEST, openAt, origin } from '../base/recordings.ts'
import { tellAnswer } from '../base/tell-answer.ts'
import { busiest, strip } from '../format/lanes.ts'
import { styled } from '../format/styled.ts'
import { type Column, table } from '../format/table.ts'
import { count, counted, duration, timeOfDay } from '../format/units.ts'

/** Columns where there is no terminal. */
const PLAIN_WIDTH = 120
/** What the other columns of the table take at most. */
const BESIDE = 58
const LANES = 30
/** Where nothing is said: neither figures nor what belongs to other events. */
const SHOWN = (Object.keys(KINDS) as Kind[]).filter(
  (kind) => isSpanKind(KINDS[kind]) || kind === 'log' || kind === 'error',
)

/** See the file's first line. */
export const timeline: Command = {
  name: 'timeline',
  about: [
    'Draws the spans, logs and errors of a recording over time, or what an EXPRESSION of `cinescope query` says: how much began in each lane (the higher, the more, by the logarithm), in red where something failed, and a line where spans went on.',
    `--by is ${groupings()}; site unless told otherwise.`,
  ],
  operands: [{ name: 'PATH' }, { name: 'EXPRESSION' }],
  options: {
    by: { kind: 'text', value: 'WHAT', help: 'a lane for each of these' },
    since: { kind: 'time', value: 'TIME', help: 'from then on: 10m, 14:30, 2026-05-01T14:30Z' },
    until: { kind: 'time', value: 'TIME', help: 'until then' },
    lanes: {
      kind: 'integer',
      value: 'N',
      help: `at most so many lanes, ${LANES} unless told otherwise`,
      from: 1,
      to: 1000,
    },
    newest: NEWEST,
    explain: { kind: 'flag', help: 'tell what was read to find the answer' },
  },
  examples: [
    ['timeline', 'spans, logs and errors, a lane for each place they happened'],
    ["timeline .cinescope 'kind:request'", 'the routes'],
    ['timeline --by kind --since 1m', 'the last minute, by kind of event'],
  ],
  run: runTimeline,
}

async function runTimeline(call: Call): Promise<ExitCode> {
  const { operands, given, screen } = call
  const [path, expression] = operands
  const opened = await openAt(path, { newest: given.flag('newest'), screen })
  await using recording = opened.recording
  const room = (screen.width === Infinity ? PLAIN_WIDTH : screen.width) - BESIDE
  const answer = await recording.tiles({
    where: whereOf(expression, given.number('since'), given.number('until')),
    by: groupingOf(given.text('by') ?? 'site'),
    // columns are up to the square root of 2 more than they were asked for
    width: screen.format === 'table' ? Math.max(8, Math.floor(room / Math.SQRT2)) : 1500,
    lanes: given.number('lanes') ?? LANES,
  })
  const status = await recording.status()
  if (screen.format === 'json') {
    const lanes = answer.lanes.map(plain)
    screen.json({ recording: origin(opened, status), ...answer, lanes })
  } else if (screen.format === 'ndjson') for (const lane of answer.lanes) screen.json(plain(lane))
  else if (answer.lanes.length > 0) screen.print(...lanesTable(answer, screen.width))
  if (screen.format === 'table')
    screen.note(answer.lanes.length === 0 ? `No event fits in ${opened.path}` : span(answer, opened.path))
  if (answer.isTruncated) screen.note('There are more lanes: raise --lanes, or ask for less')
  tellAnswer(answer.explain, status, call)
  return EXIT.ok
}

function whereOf(
  expression: string | undefined,
  since: number | undefined,
  until: number | undefined,
): NonNullable<TilesQuery['where']> {
  const {
    where = {},
    order,
    limit,
  } = expression === undefined ? { where: { kinds: SHOWN } } : parseQuery(expression, { nowMs: Date.now() })
  if (order !== undefined || limit !== undefined)
    throw new CinescopeError('CSC_ERR_QUERY', 'a timeline has no order and no limit of events: leave them out')
  return {
    ...where,
    ...(since === undefined ? {} : { from: wallMs(since) }),
    ...(until === undefined ? {} : { to: wallMs(until) }),
  }
}

function lanesTable(answer: Tiles, width: number): ReturnType<typeof table> {
  const most = busiest(answer)
  const columns: Column<TileLane>[] = [
    { title: 'WHAT', gives: true, cell: ({ key }) => (key === undefined ? [styled('dim', '-')] : [key]) },
    { title: 'EVENTS', align: 'right', cell: (lane) => [count(lane.count)] },
    { title: 'FAILED', align: 'right', cell: ({ errors }) => [styled(errors > 0 ? 'red' : 'dim', count(errors))] },
    { title: 'LONGEST', align: 'right', expendable: 1, cell: (lane) => [longest(lane)] },
    { title: timeOfDay(answer.from), cell: (lane) => strip(lane, answer, most) },
  ]
  return table(columns, answer.lanes, width)
}

function longest({ longestMs }: TileLane): string {
  const ms = longestMs.reduce((most, each) => Math.max(most, each), 0)
  return ms === 0 ? '-' : duration(ms * 1e6)
}

function span({ from, columns, stepMs, lanes }: Tiles, path: string): string {
  const events = lanes.reduce((sum, lane) => sum + lane.count, 0)
  const step = duration(stepMs * 1e6)
  return `${counted(events, 'event')} in ${path}, ${timeOfDay(from)} to ${timeOfDay(from + columns * stepMs)}, ${step} a column`
}

/** With plain lists. */
function plain(lane: TileLane): object {
  const { column, counts, errorCounts, longestMs } = lane
  return {
    ...lane,
    column: Array.from(column),
    counts: Array.from(counts),
    errorCounts: Array.from(errorCounts),
    longestMs: Array.from(longestMs),
  }
}
