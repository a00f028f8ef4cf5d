/** `cinescope sequence`: events that follow one another. */

import type { SequenceMatch, SequenceQuery } from '@cinescope/core'
import { CinescopeError, parseSequence } from '@cinescope/protocol'
import type { Call, Command } from '../base/command.ts'
import { EXIT, type ExitCode } from '../base/exit-code.ts'
import { NEWEST, openAt, origin, originText, tellUnread } from '../base/recordings.ts'
import { eventLabel } from '../format/event-label.ts'
import { explainLines } from '../format/explain.ts'
import { eventMarks } from '../format/outcome.ts'
import { type Line, styled } from '../format/styled.ts'
import { counted, dateOf, duration, timeOfDay } from '../format/units.ts'

/** See the file's first line. */
export const sequence: Command = {
  name: 'sequence',
  about: [
    'EXPRESSION is two to eight steps with arrows between, each of conditions as `cinescope query` takes them, or * for every event; then, in any order:\n  within 5s          from the first to the last at most\n  without CONDITIONS no such event between\n  by film            all of one film (unless told otherwise), `by entity` of one subject, `by any` of anything',
    'Each event of the first step is looked at: after it the first that fits the second step, and so on.\n`not` before the last step finds where it did not follow within the time. One after which the recording ends too early is marked undecided.',
  ],
  operands: [{ name: 'EXPRESSION', required: true }, { name: 'PATH' }],
  options: {
    limit: { kind: 'integer', value: 'N', from: 1, to: 10_000, help: 'matches to show, 100 unless told otherwise' },
    cursor: { kind: 'text', value: 'CURSOR', help: 'go on where the page before ended' },
    newest: NEWEST,
    explain: { kind: 'flag', help: 'tell what was read to find the answer' },
  },
  examples: [
    [`sequence 'kind:request -> kind:error within 5s'`, 'requests in which something failed soon'],
    [
      `sequence 'kind:query error -> kind:query ok without kind:log by film'`,
      'queries tried again, and nothing logged',
    ],
    [`sequence 'kind:request site:"POST*" -> not kind:send within 2s'`, 'requests that sent no message'],
  ],
  run: runSequence,
}

async function runSequence({ operands, given, screen }: Call): Promise<ExitCode> {
  const [expression = '', path] = operands
  const query = joined(parseSequence(expression, { nowMs: screen.nowMs }), given)
  const opened = await openAt(path, { newest: given.flag('newest'), screen })
  await using recording = opened.recording
  const page = await recording.sequences(query)
  const status = await recording.status()
  tellUnread(status, screen)
  if (screen.format === 'json') {
    const { items, explain } = page
    screen.json({ recording: origin(opened, status), matches: items, cursor: page.cursor, explain })
    return EXIT.ok
  }
  if (screen.format === 'ndjson') for (const match of page.items) screen.json(match)
  else {
    screen.print(...page.items.flatMap((match, i) => (i === 0 ? matchLines(match) : [[], ...matchLines(match)])))
    const what = page.items.length === 0 ? 'No sequence fits' : counted(page.items.length, 'match')
    screen.note(`${what} in ${opened.path} (${originText(opened, status)})`)
  }
  if (page.cursor !== undefined) screen.note(`There may be more: add --cursor '${page.cursor}'`)
  if (given.flag('explain')) for (const line of explainLines(page.explain)) screen.note(line)
  return EXIT.ok
}

/** What is said twice is a mistake. @throws CSC_ERR_QUERY */
function joined(query: SequenceQuery, given: Call['given']): SequenceQuery {
  const [limit, cursor] = [given.number('limit'), given.text('cursor')]
  if ((limit !== undefined && query.limit !== undefined) || (cursor !== undefined && query.cursor !== undefined)) {
    const twice = limit !== undefined && query.limit !== undefined ? 'limit' : 'cursor'
    throw new CinescopeError('CSC_ERR_QUERY', `the options and the expression both say '${twice}'; say it once`)
  }
  return { ...query, ...(limit === undefined ? {} : { limit }), ...(cursor === undefined ? {} : { cursor }) }
}

/** A line for each event, with its distance from the first. */
function matchLines({ events, undecided }: SequenceMatch): Line[] {
  const [first] = events
  if (first === undefined) return [[styled('yellow', 'its events were removed while it was read')]]
  return events.map((event, i) => {
    const when =
      i === 0 ? `${dateOf(event.at)} ${timeOfDay(event.at)}` : `+${duration(Math.max(0, event.at - first.at) * 1e6)}`
    const marks = [...eventMarks(event), ...(i === 0 && undecided ? [styled('yellow', '(undecided)')] : [])]
    return [
      styled('dim', when.padStart(23)),
      '  ',
      styled('dim', `${event.kind} `),
      styled('bold', eventLabel(event)),
      ...marks.flatMap((mark) => [' ', mark]),
      '  ',
      styled('cyan', event.film === event.id ? `film ${event.id}` : event.id),
    ]
  })
}
