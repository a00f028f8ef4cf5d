/** `cinescope last-write`: who wrote a part of an entity's state last. */

import type { LastWrite } from '@cinescope/core'
import { CinescopeError, type Omission, wallMs } from '@cinescope/protocol'
import { holdsFilm, NOT_KEPT } from '../base/absent-film.ts'
import type { Call, Command } from '../base/command.ts'
import { asked, ENTITY_OPTIONS, openEntity, type OpenedEntity } from '../base/entities.ts'
import { EXIT, type ExitCode } from '../base/exit-code.ts'
import { origin } from '../base/recordings.ts'
import { eventPlace } from '../format/event-label.ts'
import { type Line, styled } from '../format/styled.ts'
import { dateOf, timeOfDay } from '../format/units.ts'
import { inline, pathText } from '../format/value-text.ts'

const LOST = 'events were lost around it: another write may have been'
const CUT_AT = 'a limit of values (values.*) cut the state there, then or since: another write may have been'

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
  if (found === undefined) {
    const beyond = await beyondText(opened, part, at)
    throw new CinescopeError('CSC_ERR_NOT_FOUND', `nothing was recorded that wrote ${part} of ${kind} ${id}${beyond}`)
  }
  const { film } = found.event
  const isAbsent = found.span === undefined && film !== undefined && !(await holdsFilm(recording, film))
  if (screen.format === 'table') screen.print(...told(found, { isAbsent, width: screen.width }))
  else screen.json({ recording: origin(opened, opened.status), ...found })
  return EXIT.ok
}

/** The options that cut a state, by what stands where they did. */
const LIMITS: { readonly [R in Omission]?: string } = {
  depth: 'values.maxDepth',
  width: 'values.maxWidth',
  size: 'values.maxBytes',
}

/** Said of a part that may be there, where a limit cut the state; nothing where all is known. */
async function beyondText({ recording, entity }: OpenedEntity, part: string, at: number | undefined): Promise<string> {
  const { leftOutAt } = await import('@cinescope/core/reader')
  const last = await recording.stateAt(entity, at === undefined ? undefined : wallMs(at))
  const reason = leftOutAt(last?.state, part)
  return reason === undefined ? '' : `: the state is cut (${LIMITS[reason] ?? reason}), and ${part} may lie beyond`
}

interface Look {
  /** The film of the write is not in the recording. */
  readonly isAbsent: boolean
  readonly width: number
}

function told(write: LastWrite, { isAbsent, width }: Look): Line[] {
  const { entity, path, event, span, before, after, isFirst, isCertain, isCut } = write
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
    ...(isCertain ? [] : [[styled('yellow', isCut ? CUT_AT : LOST)]]),
  ]
}

function by({ span, event }: LastWrite, isAbsent: boolean): Line {
  if (isAbsent) return [`in film ${event.film}, which ${NOT_KEPT}`]
  return span === undefined ? ['outside any span'] : ['by ', styled('bold', span.name), ` (${span.kind})`]
}

function was(before: unknown, room: number): string {
  return before === undefined ? 'nothing was there before' : `before: ${inline(before, room)}`
}
