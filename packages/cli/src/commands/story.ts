/** `cinescope story`: films that led to each other. */

import type { Story, StoryEdge, StoryFilm } from '@cinescope/core'
import type { Call, Command } from '../base/command.ts'
import { EXIT, type ExitCode } from '../base/exit-code.ts'
import { NEWEST, openAt, origin, tellUnread } from '../base/recordings.ts'
import { explainLines } from '../format/explain.ts'
import { filmOutcome } from '../format/outcome.ts'
import { type Line, styled } from '../format/styled.ts'
import { type Column, table } from '../format/table.ts'
import { counted, dateOf, duration, timeOfDay } from '../format/units.ts'

/** See the file's first line. */
export const story: Command = {
  name: 'story',
  about: [
    'ID is that of a film, as `cinescope film` takes it.',
    'A story is all films that a cause, a message or a call joins to that film, in either direction and over any number of steps:\na request, the message it sent, the job that was done for it, the request that job made. They are listed by their begin.',
  ],
  operands: [{ name: 'ID', required: true }, { name: 'PATH' }],
  options: {
    limit: { kind: 'integer', value: 'N', from: 1, to: 10_000, help: 'films to show, 100 unless told otherwise' },
    newest: NEWEST,
    explain: { kind: 'flag', help: 'tell what was read to find the answer' },
  },
  examples: [
    ['story 3fa9', 'what this film is a part of'],
    ['story 3fa9 --json', 'the same with the events that join its films'],
  ],
  run: runStory,
}

async function runStory({ operands, given, screen }: Call): Promise<ExitCode> {
  const [id = '', path] = operands
  const opened = await openAt(path, { newest: given.flag('newest'), screen })
  await using recording = opened.recording
  const limit = given.number('limit')
  const told = await recording.story(id, limit === undefined ? {} : { limit })
  const status = await recording.status()
  tellUnread(status, screen)
  if (screen.format === 'json') screen.json({ recording: origin(opened, status), ...told })
  else if (screen.format === 'ndjson') for (const film of told.films) screen.json(film)
  else screen.print(...storyTable(told, screen.width))
  if (told.truncatedBy.length > 0)
    screen.note(`This is not all: ${counted(told.films.length, 'film')}, cut by ${told.truncatedBy.join(' and ')}`)
  if (given.flag('explain')) for (const line of explainLines(told.explain)) screen.note(line)
  return EXIT.ok
}

function storyTable({ films, edges }: Story, width: number): Line[] {
  const causes = Map.groupBy<string, StoryEdge>(edges, ({ to }) => to)
  const days = new Set(films.map(({ film }) => dateOf(film.at)))
  const columns: Column<StoryFilm>[] = [
    { title: 'FILM', cell: ({ film }) => [styled('cyan', film.id)] },
    {
      title: 'TIME',
      expendable: 2,
      cell: ({ film: { at } }) => [days.size > 1 ? `${dateOf(at)} ${timeOfDay(at)}` : timeOfDay(at)],
    },
    {
      title: 'DURATION',
      align: 'right',
      expendable: 3,
      cell: ({ film: { durationNs } }) => [durationNs === undefined ? '-' : duration(durationNs)],
    },
    { title: 'OUTCOME', cell: ({ film }) => filmOutcome(film) },
    { title: 'PROCESS', expendable: 4, cell: ({ node }) => [styled('dim', node)] },
    { title: 'WHAT', gives: true, cell: ({ film }) => [styled('bold', film.name)] },
    { title: 'BECAUSE OF', expendable: 1, cell: ({ film }) => [causesText(causes.get(film.id) ?? [])] },
  ]
  return table(columns, films, width)
}

function causesText(edges: readonly StoryEdge[]): string {
  const [first, ...others] = edges
  if (first === undefined) return '-'
  return `${first.from} (${first.how})${others.length === 0 ? '' : ` and ${others.length} more`}`
}
