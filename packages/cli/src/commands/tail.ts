/** `cinescope tail`: the events that came last, and those that come. */

import type { CinescopeEvent, EventFilter, OpenRecording } from '@cinescope/core'
import { CinescopeError, type Kind, KINDS, parseQuery } from '@cinescope/protocol'
import type { Call, Command } from '../base/command.ts'
import { EXIT, type ExitCode } from '../base/exit-code.ts'
import { endThough, interrupted } from '../base/interrupt.ts'
import { NEWEST, openAt, origin, originText, tellUnread } from '../base/recordings.ts'
import { eventLine } from '../format/event-line.ts'
import type { Screen } from '../format/screen.ts'

const LAST = 10
/** Metrics come each second, and nobody waits for them. */
const USUAL = (Object.keys(KINDS) as Kind[]).filter((kind) => kind !== 'metric')

/** See the file's first line. */
export const tail: Command = {
  name: 'tail',
  goesOn: true,
  about: [
    'Prints the last events, by their begin, or those that an EXPRESSION of `cinescope query` fits; without one, all but metrics. With --follow it goes on: each event once, as it comes into the recording (some 0.1 s after it happened), spans when they have ended; of a directory also those of processes that start meanwhile.\nIt ends with the recording, of a directory never, with Ctrl-C, or when nobody reads any more.',
    'What retention removed before it could be printed is told as a gap. With --json, a document for each event when it follows.',
  ],
  operands: [{ name: 'PATH' }, { name: 'EXPRESSION' }],
  options: {
    follow: { kind: 'flag', short: 'f', help: 'go on with what comes' },
    last: {
      kind: 'integer',
      short: 'n',
      value: 'N',
      help: `begin with the last so many, ${LAST} unless told otherwise`,
      from: 0,
      to: 10_000,
    },
    newest: NEWEST,
    'no-values': { kind: 'flag', help: 'leave out values, which is faster' },
  },
  examples: [
    ['tail -f', 'what happens in the server, as it happens'],
    ["tail -f .cinescope 'error'", 'what fails, as it fails'],
    [`tail -f -n 0 .cinescope 'kind:log' --ndjson | jq .value`, 'logs from now on, for a program'],
  ],
  run: runTail,
}

interface Asked {
  readonly where: EventFilter
  readonly values: boolean
  readonly last: number
}

async function runTail({ operands, given, screen }: Call): Promise<ExitCode> {
  const [path, expression] = operands
  const asked = {
    where: whereOf(expression),
    values: !given.flag('no-values'),
    last: given.number('last') ?? LAST,
  }
  const opened = await openAt(path, { newest: given.flag('newest'), growing: given.flag('follow') })
  await using recording = opened.recording
  if (given.flag('follow')) return await follow(recording, asked, screen)
  const events = await lastOf(recording, asked)
  const status = await recording.status()
  tellUnread(status, screen)
  if (screen.format === 'json') screen.json({ recording: origin(opened, status), events })
  else for (const event of events) show(event, screen)
  if (screen.format === 'table' && events.length === 0)
    screen.note(`No event fits in ${opened.path} (${originText(opened, status)})`)
  return EXIT.ok
}

/** The place is taken before the last events are read, so that none falls between; those that come twice are left out. */
async function follow(recording: OpenRecording, asked: Asked, screen: Screen): Promise<ExitCode> {
  using interrupt = interrupted()
  const { where, values } = asked
  const begin = await recording.arrivals()
  const shown = new Set<string>()
  for (const event of await lastOf(recording, asked)) {
    // one that has not ended comes when it has, or with the end of the recording
    if (event.open && begin.ended === undefined) continue
    shown.add(event.id)
    show(event, screen)
    await screen.drained(interrupt.signal)
    endThough(screen.isWaiting, interrupt.signal)
  }
  let ended = begin.ended
  if (ended === undefined) {
    const live = recording.tail({ where, values }, { from: { cursor: begin.cursor }, signal: interrupt.signal })
    for await (const event of live) {
      // once: an id comes no second time
      if (shown.delete(event.id)) continue
      show(event, screen)
      await screen.drained(interrupt.signal)
    }
    ended = live.ended
    endThough(screen.isWaiting, interrupt.signal)
  }
  if (ended === 'closed') screen.note('The recording was closed: nothing more comes')
  if (ended === 'interrupted') screen.note('The writer is gone without having closed the recording: nothing more comes')
  return EXIT.ok
}

async function lastOf(recording: OpenRecording, { where, values, last }: Asked): Promise<readonly CinescopeEvent[]> {
  if (last === 0) return []
  const { items } = await recording.events({ where, values, order: '-time', limit: last })
  return items.toReversed()
}

function show(event: CinescopeEvent, screen: Screen): void {
  if (screen.format === 'table') screen.print(eventLine(event))
  else screen.jsonLine(event)
}

function whereOf(expression: string | undefined): EventFilter {
  if (expression === undefined) return { kinds: USUAL }
  const { where = {}, order, limit } = parseQuery(expression, { nowMs: Date.now() })
  if (order !== undefined || limit !== undefined)
    throw new CinescopeError('CSC_ERR_QUERY', 'a tail is in the order of time: leave out the order, and say --last N')
  return where
}
