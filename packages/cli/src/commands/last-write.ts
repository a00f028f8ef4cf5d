/** `cinescope last-write`: who wrote a part of an entity's state last. */

import type { LastWrite } from '@cinescope/core'
import { CinescopeError, wallMs } from '@cinescope/protocol'
import { holdsFilm, NOT_KEPT } from '../base/absent-film.ts'
import type { Call, Command } from '../base/command.ts'
import { asked, ENTITY_OPTIONS, openEntity } from '../base/entities.ts'
import { EXIT, type ExitCode } from '../base/exit-code.ts'
import { origin } from '../base/recordings.ts'
import { eventPlace } from '../format/event-label.ts'
import { type Line, styled } from '../format/styled.ts'
import { dateOf, timeOfDay } from '../format/units.ts'
import { inline, pathText } from '../format/value-text.ts'

/** See the file's first line. */
export const lastWrite: Command = {
  name: 'last-write',
  about: [
    'Which event changed a part of the state of an entity last, inside which span, and where that is in the source.\nAn entity is named as for `cinescope state`, the part as status, items.0.price or items[0].price.',
  ],
  operands: [
    { name: 'KIND', required: true },
    { name: 'ID', required: true },
    { name: 'PART', required: true },
    { name: 'PATH' },
  ],
  options: {
    at: { kind: 'time', value: 'TIME', help: 'up to this instant, the end of the recording unless told otherwise' },
    ...ENTITY_OPTIONS,
  },
  examples: [
    ['last-write order 17 status', 'who set the status of order 17'],
    ['last-write cart 3 items.0 --at 14:30', 'who changed its first item last before half past two'],
  ],
  run: runLastWrite,
}

async function runLastWrite(call: Call): Promise<ExitCode> {
  const { operands, given, screen } = call
  const [kind = '', id = '', part = '', path] = operands
  const opened = await openEntity(call, { kind, id }, path)
  await using recording = opened.recording
  const at = given.number('at')
  const found = await asked(recording.lastWrite(opened.entity, part, at === undefined ? undefined : wallMs(at)), opened)
  if (found === undefined)
    throw new CinescopeError('CSC_ERR_NOT_FOUND', `nothing was recorded that wrote ${part} of ${kind} ${id}`)
  const { film } = found.event
  const isAbsent = found.span === undefined && film !== undefined && !(await holdsFilm(recording, film))
  if (screen.format === 'table') screen.print(...told(found, { isAbsent, width: screen.width }))
  else screen.json({ recording: origin(opened, opened.status), ...found })
  return EXIT.ok
}

interface Look {
  /** The film of the write is not in the recording. */
  readonly isAbsent: boolean
  readonly width: number
}

function told(write: LastWrite, { isAbsent, width }: Look): Line[] {
  const { entity, path, event, span, before, after, isFirst, isCertain } = write
  const room = Math.max(40, width - 12)
  const place = span === undefined ? undefined : eventPlace(span)
  return [
    [styled('bold', `${entity.kind} ${entity.id}`), `  ${pathText(path)} = ${inline(after, room)}`],
    [styled('dim', isFirst ? 'the first state that was recorded' : was(before, room))],
    [],
    [
      `${dateOf(event.at)} ${timeOfDay(event.at)}  `,
      ...by(write, isAbsent),
      ...(place === undefined ? [] : [`  ${place}`]),
    ],
    [styled('dim', `event ${event.id}${event.film === undefined ? ', outside any film' : `  film ${event.film}`}`)],
    ...(isCertain ? [] : [[styled('yellow', 'events were lost around it: another write may have been')]]),
  ]
}

function by({ span, event }: LastWrite, isAbsent: boolean): Line {
  if (isAbsent) return [`in film ${event.film}, which ${NOT_KEPT}`]
  return span === undefined ? ['outside any span'] : ['by ', styled('bold', span.name), ` (${span.kind})`]
}

function was(before: unknown, room: number): string {
  return before === undefined ? 'nothing was there before' : `before: ${inline(before, room)}`
}
