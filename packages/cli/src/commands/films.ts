/** `cinescope films`: the films of a recording, newest first. */

import type { FilmFilter, FilmPage, FilmSummary, OpenRecording, RecordingStatus } from '@cinescope/core'
import { wallMs } from '@cinescope/protocol'
import type { Call, Command, Given } from '../base/command.ts'
import { EXIT, type ExitCode } from '../base/exit-code.ts'
import { NEWEST, openAt, type Opened, origin, originText, tellUnread } from '../base/recordings.ts'
import { leftOutText } from '../format/left-out.ts'
import { filmOutcome } from '../format/outcome.ts'
import type { Screen } from '../format/screen.ts'
import { styled } from '../format/styled.ts'
import { type Column, table } from '../format/table.ts'
import { counted, dateOf, duration, timeOfDay } from '../format/units.ts'

const ORDERS = ['time', '-time', 'duration', '-duration'] as const

/** See the file's first line. */
export const films: Command = {
  name: 'films',
  about: [
    'A film is one request, or another root such as a message or a job, with all that it caused.\nIt is listed with its id, begin, duration, outcome, number of events and name.',
    'Names are route templates (GET /orders/:id); `*` in --name stands for any text.\nA duration is in milliseconds unless it has a unit: 250, 40us, 1.5s.',
  ],
  operands: [{ name: 'PATH' }],
  options: {
    name: { kind: 'text', value: 'PATTERN', help: 'only films of this name' },
    error: { kind: 'flag', help: 'only films that failed', not: 'ok' },
    ok: { kind: 'flag', help: 'only films that did not fail' },
    status: { kind: 'integer', value: 'CODE', help: 'only films with this HTTP status', from: 100, to: 999 },
    'min-ms': { kind: 'milliseconds', value: 'MS', help: 'only films that took at least this long' },
    'max-ms': { kind: 'milliseconds', value: 'MS', help: 'only films that took at most this long' },
    since: { kind: 'time', value: 'TIME', help: 'only films that began since: 10m, 14:30, 2026-05-01T14:30Z' },
    until: { kind: 'time', value: 'TIME', help: 'only films that began before' },
    marked: { kind: 'flag', help: 'only films that the program marked with an attribute' },
    sort: { kind: 'choice', value: 'ORDER', choices: ORDERS, help: 'order, -time unless told otherwise' },
    limit: { kind: 'integer', value: 'N', help: 'at most so many, 100 unless told otherwise', from: 1, to: 10_000 },
    cursor: { kind: 'text', value: 'CURSOR', help: 'go on where the page before ended' },
    newest: NEWEST,
  },
  examples: [
    ['films', 'the newest 100 films of .cinescope, of all its processes'],
    ['films --error --since 10m', 'what failed in the last ten minutes'],
    ["films --name 'GET /orders/*' --sort -duration --limit 5", 'the five slowest of a route'],
    ['films --ndjson | jq .name', 'one JSON document a line'],
  ],
  run: runFilms,
}

async function runFilms({ operands, given, screen }: Call): Promise<ExitCode> {
  const opened = await openAt(operands[0], { newest: given.flag('newest'), screen })
  await using recording = opened.recording
  const page = await recording.films({
    where: filterOf(given),
    order: (given.text('sort') as (typeof ORDERS)[number] | undefined) ?? '-time',
    limit: given.number('limit') ?? 100,
    ...(given.text('cursor') === undefined ? {} : { cursor: given.text('cursor')! }),
  })
  await show(page, opened, recording, screen)
  return EXIT.ok
}

async function show(page: FilmPage, opened: Opened, recording: OpenRecording, screen: Screen): Promise<void> {
  const status = await recording.status()
  tellUnread(status, screen)
  if (screen.format === 'json') {
    const { items, cursor, explain } = page
    screen.json({ recording: origin(opened, status), films: items, cursor, explain })
    return
  }
  if (screen.format === 'ndjson') for (const film of page.items) screen.json(film)
  else if (page.items.length > 0) screen.print(...filmTable(page.items, screen.width))
  if (screen.format === 'table') tellOrigin(page, opened, status, screen)
  if (page.items.length === 0) {
    const leftOut = leftOutText(await recording.ledger())
    if (leftOut !== undefined) screen.note(`Recorded, but not here: ${leftOut}`)
  }
  if (page.cursor !== undefined) screen.note(`There may be more: add --cursor '${page.cursor}'`)
}

/** Lines of a table of films. */
export function filmTable(list: readonly FilmSummary[], width: number): ReturnType<typeof table> {
  const days = new Set(list.map(({ at }) => dateOf(at)))
  const columns: Column<FilmSummary>[] = [
    { title: 'FILM', cell: ({ id }) => [styled('cyan', width < 100 ? id.slice(0, 8) : id)] },
    {
      title: 'BEGAN',
      expendable: 2,
      cell: ({ at }) => [days.size > 1 ? `${dateOf(at)} ${timeOfDay(at)}` : timeOfDay(at)],
    },
    {
      title: 'DURATION',
      align: 'right',
      cell: ({ durationNs }) => [durationNs === undefined ? '-' : duration(durationNs)],
    },
    { title: 'OUTCOME', cell: filmOutcome },
    { title: 'EVENTS', align: 'right', expendable: 3, cell: ({ events }) => [String(events)] },
    { title: 'NAME', gives: true, cell: ({ name, marked }) => (marked ? [name, styled('dim', ' (marked)')] : [name]) },
  ]
  return table(columns, list, width)
}

function tellOrigin({ items }: FilmPage, opened: Opened, status: RecordingStatus, screen: Screen): void {
  const what = items.length === 0 ? 'No film fits' : counted(items.length, 'film')
  screen.note(`${what} in ${opened.path} (${originText(opened, status)})`)
}

function filterOf(given: Given): FilmFilter {
  const [name, status, from, to] = [
    given.text('name'),
    given.number('status'),
    given.number('since'),
    given.number('until'),
  ]
  const [shortest, longest] = [given.number('min-ms'), given.number('max-ms')]
  return {
    ...(name === undefined ? {} : { name }),
    ...(status === undefined ? {} : { status }),
    ...(from === undefined ? {} : { from: wallMs(from) }),
    ...(to === undefined ? {} : { to: wallMs(to) }),
    ...(shortest === undefined ? {} : { minDurationMs: shortest }),
    ...(longest === undefined ? {} : { maxDurationMs: longest }),
    ...(given.flag('error') ? { error: true } : given.flag('ok') ? { error: false } : {}),
    ...(given.flag('marked') ? { marked: true } : {}),
  }
}
