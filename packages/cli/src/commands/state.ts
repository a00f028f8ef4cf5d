/** `cinescope state`: what an entity's state was at an instant, or what differed between two. */

import { CinescopeError, wallMs } from '@cinescope/protocol'
import type { Call, Command } from '../base/command.ts'
import { asked, ENTITY_OPERANDS, ENTITY_OPTIONS, openEntity, type OpenedEntity } from '../base/entities.ts'
import { EXIT, type ExitCode } from '../base/exit-code.ts'
import { origin } from '../base/recordings.ts'
import { changeText, doubts } from '../format/state-change.ts'
import { styled } from '../format/styled.ts'
import { dateOf, timeOfDay } from '../format/units.ts'
import { lines } from '../format/value-text.ts'

/** See the file's first line. */
export const state: Command = {
  name: 'state',
  about: [
    'An entity is something long-lived that has a state: what a program calls scope.entity(KIND, ID), or what an\nadapter knows as one. Shown is its state at --at, put together from the last whole one and the changes since,\nand which film recorded it last.',
    'With --since, what has changed since that instant is shown instead.',
  ],
  operands: ENTITY_OPERANDS,
  options: {
    at: { kind: 'time', value: 'TIME', help: 'the instant, the end of the recording unless told otherwise' },
    since: { kind: 'time', value: 'TIME', help: 'an earlier instant: show what differs' },
    ...ENTITY_OPTIONS,
  },
  examples: [
    ['state order 17', 'the last state of order 17'],
    ['state order 17 --at 14:30:05.250', 'its state at that time today'],
    ['state order 17 --since 14:30', 'what has become of it since'],
  ],
  run: runState,
}

async function runState(call: Call): Promise<ExitCode> {
  const [kind = '', id = '', path] = call.operands
  const opened = await openEntity(call, { kind, id }, path)
  await using _recording = opened.recording
  const since = call.given.number('since')
  await (since === undefined ? showState(call, opened) : showDifference(call, opened, since))
  return EXIT.ok
}

async function showState({ given, screen }: Call, opened: OpenedEntity): Promise<void> {
  const { entity, recording, status } = opened
  const at = given.number('at')
  const found = await asked(recording.stateAt(entity, at === undefined ? undefined : wallMs(at)), opened)
  if (found === undefined) throw none(opened, at)
  const { event } = found
  if (screen.format !== 'table') {
    screen.json({
      recording: origin(opened, status),
      entity,
      at: event.at,
      film: event.film,
      event: event.id,
      died: found.died,
      lostChanges: found.lostChanges,
      mayHaveChanged: found.mayHaveChanged,
      isCut: found.isCut,
      state: found.state,
    })
    return
  }
  screen.print(
    [styled('bold', `${entity.kind} ${entity.id}`), `  as recorded ${dateOf(event.at)} ${timeOfDay(event.at)}`],
    [styled('dim', event.film === undefined ? 'outside any film' : `by film ${event.film}`)],
    ...doubts(found).map((text) => [styled('yellow', text)]),
    [],
    ...lines(found.state, screen.width).map((line) => [line]),
  )
}

async function showDifference({ given, screen }: Call, opened: OpenedEntity, since: number): Promise<void> {
  const { entity, recording, status } = opened
  const at = given.number('at')
  const found = await asked(
    recording.diffStates(entity, wallMs(since), at === undefined ? undefined : wallMs(at)),
    opened,
  )
  if (found.to === undefined) throw none(opened, at)
  if (screen.format !== 'table') {
    screen.json({ recording: origin(opened, status), entity, ...found })
    return
  }
  const before = found.from === undefined ? 'when it had none' : `against that of ${timeOfDay(found.from.event.at)}`
  screen.print(
    [
      styled('bold', `${entity.kind} ${entity.id}`),
      `  state of ${dateOf(found.to.event.at)} ${timeOfDay(found.to.event.at)}, ${before}`,
    ],
    ...[...new Set([found.from, found.to].flatMap((each) => (each === undefined ? [] : doubts(each))))].map((text) => [
      styled('yellow', text),
    ]),
    [],
    ...(found.changes.length === 0
      ? [[styled('green', 'no difference')]]
      : found.changes.map((change) => [changeText(change, screen.width)])),
  )
}

function none({ entity: { kind, id } }: OpenedEntity, at: number | undefined): CinescopeError {
  const when = at === undefined ? '' : ` at or before ${dateOf(at)} ${timeOfDay(at)}`
  return new CinescopeError('CSC_ERR_NOT_FOUND', `${kind} ${id} has no recorded state${when}`)
}
