/** `cinescope film`: one film as a timeline. */

import { type CinescopeEvent, type Film, type FilmProcess, type OpenRecording, wallMs } from '@cinescope/core'
import type { Call, Command } from '../base/command.ts'
import { EXIT, type ExitCode } from '../base/exit-code.ts'
import { openFilm, origin } from '../base/recordings.ts'
import { filmTree } from '../film-tree.ts'
import { skewText } from '../format/clock-skew.ts'
import { member } from '../format/event-label.ts'
import { filmOutcome } from '../format/outcome.ts'
import { type Line, styled } from '../format/styled.ts'
import { count, counted, dateOf, duration, timeOfDay } from '../format/units.ts'
import { timeline } from '../timeline.ts'

/** See the file's first line. */
export const film: Command = {
  name: 'film',
  about: [
    'ID is the id that `cinescope films` lists, its first 4 digits or more, or a trace id of 32 digits.\nIn a directory of recordings the newest one that has the film is read.',
    'Each line is a span or a point: when it began, counted from the begin of the film, how long it took, a bar,\nits kind and name, and where in the source it is. What is not known is said: unfinished spans, events that were\nlost (gaps), parents that were inferred or are unknown.',
  ],
  operands: [{ name: 'ID', required: true }, { name: 'PATH' }],
  options: {
    values: { kind: 'flag', help: 'show attributes, arguments, results, bodies and whole stacks' },
  },
  examples: [
    ['film 3fa9c2d4', 'the timeline'],
    ['film 3fa9c2d4 --values', 'with everything that was captured'],
    ['film 3fa9c2d4 --json .cinescope', 'film, events and gaps as JSON'],
  ],
  run: runFilm,
}

async function runFilm({ operands, given, screen }: Call): Promise<ExitCode> {
  const opened = await openFilm(operands[0] ?? '', operands[1], screen)
  await using recording = opened.recording
  const { summary, events, explain } = opened.film
  const gaps = await gapsWithin(recording, opened.film)
  if (screen.format === 'ndjson') {
    for (const event of [...events, ...gaps]) screen.json(event)
    return EXIT.ok
  }
  const status = await recording.status()
  if (screen.format === 'json') {
    screen.json({
      recording: origin(opened, status),
      film: summary,
      processes: opened.film.processes,
      events,
      gaps,
      explain,
    })
    return EXIT.ok
  }
  const { process, state } = status
  screen.print(
    [
      styled('bold', title(opened.film)),
      '  ',
      ...filmOutcome(summary),
      '  ',
      summary.durationNs === undefined ? '' : duration(summary.durationNs),
    ],
    [
      styled(
        'dim',
        `film ${summary.id}  began ${dateOf(summary.at)} ${timeOfDay(summary.at)}  ${count(events.length)} spans and points (${counted(summary.events, 'event')})  trace ${summary.traceId}`,
      ),
    ],
    [styled('dim', `${process.service}, pid ${process.pid} on ${process.hostname}; ${opened.path} (${state})`)],
    ...processLines(opened.film),
    ...missing(opened.film),
    [],
    ...timeline(filmTree(opened.film, gaps), summary, {
      width: screen.width,
      values: given.flag('values'),
      entered: new Map(opened.film.processes?.map((entry) => [entry.root, processName(entry)])),
    }),
  )
  return EXIT.ok
}

/** The film's name; where no route took the request, its path is the best there is. One that has not ended may still find one. */
function title({ summary, events }: Film): string {
  const root = events.find(({ id }) => id === summary.id)
  if (root?.kind !== 'request' || member(root.result, 'http.route') !== undefined) return summary.name
  const path = member(root.value, 'url.path')
  if (path === undefined || summary.name.includes('/')) return summary.name
  return root.durationNs === undefined ? `${summary.name} ${path}` : `${summary.name} ${path} (no route)`
}

/** Holes in the recording between the film's first and last event. */
async function gapsWithin(recording: OpenRecording, { summary, events }: Film): Promise<readonly CinescopeEvent[]> {
  const end = events.reduce((last: number, event) => Math.max(last, event.atNs + (event.durationNs ?? 0)), summary.atNs)
  // wide enough for a step of the wall clock; the monotonic time decides
  const around = 2000
  const where = {
    kinds: ['gap' as const],
    from: wallMs(summary.at - around),
    to: wallMs(summary.at + (end - summary.atNs) / 1e6 + around),
  }
  const { items } = await recording.events({ where, limit: 1000 })
  return items.filter(({ atNs, thread }) => atNs >= summary.atNs && atNs <= end && thread === events[0]?.thread)
}

/** The other processes that the film went through, and what is known of their clocks: by those, as they were, the times are told. */
function processLines({ processes = [] }: Film): Line[] {
  const each = new Map(processes.map((entry) => [entry.node, entry]))
  return Array.from(each.values(), (entry) => {
    const known = entry.skew === undefined ? 'not known against' : skewText(entry.skew)
    return [styled('dim', `also in ${processName(entry)}, whose clock is ${known} that of the first`)]
  })
}

function processName({ service, pid }: FilmProcess): string {
  return `${service} (${pid})`
}

/** Says how many events of the film are gone, if any are. */
function missing({ summary, events, explain }: Film): Line[] {
  const here = events.reduce((sum, event) => sum + eventsIn(event), 0)
  const lost = summary.events - here
  if (lost <= 0) return []
  const why =
    explain.corrupt > 0 ? 'their segment is damaged' : 'they were removed by retention, or are not written yet'
  return [[styled('yellow', `${counted(lost, 'event')} of this film ${lost === 1 ? 'is' : 'are'} not here: ${why}`)]]
}

function eventsIn({ durationNs, synthetic }: CinescopeEvent): number {
  return durationNs !== undefined && !synthetic ? 2 : 1
}
