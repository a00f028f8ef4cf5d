/** `cinescope state`: what an entity's state was at an instant. */

import type { Entity, OpenRecording } from '@cinescope/core'
import { CinescopeError, wallMs } from '@cinescope/protocol'
import type { Call, Command } from '../base/command.ts'
import { EXIT, type ExitCode } from '../base/exit-code.ts'
import { didYouMean } from '../base/nearest.ts'
import { openAt, origin, type Opened } from '../base/recordings.ts'
import { styled } from '../format/styled.ts'
import { dateOf, timeOfDay } from '../format/units.ts'
import { lines } from '../format/value-text.ts'

/** See the file's first line. */
export const state: Command = {
  name: 'state',
  about: [
    'An entity is something long-lived that has a state: what a program calls scope.entity(KIND, ID), or what an\nadapter knows as one. Shown is the last state that was recorded at or before --at, and which film recorded it.',
  ],
  operands: [{ name: 'KIND', required: true }, { name: 'ID', required: true }, { name: 'PATH' }],
  options: {
    at: { kind: 'time', value: 'TIME', help: 'the instant, the end of the recording unless told otherwise' },
    scope: { kind: 'text', value: 'SCOPE', help: "the entity's scope, the recorded process unless told otherwise" },
  },
  examples: [
    ['state order 17', 'the last state of order 17'],
    ['state order 17 --at 14:30:05.250', 'its state at that time today'],
  ],
  run: runState,
}

async function runState({ operands, given, screen }: Call): Promise<ExitCode> {
  const [kind = '', id = '', path] = operands
  const opened = await openAt(path)
  await using recording = opened.recording
  const status = await recording.status()
  const entity: Entity = { kind, id, scope: given.text('scope') ?? status.process.node }
  const at = given.number('at')
  const found = await recording
    .stateAt(entity, at === undefined ? undefined : wallMs(at))
    .catch(async (thrown: unknown) => {
      throw await notFound(thrown, entity, opened)
    })
  if (found === undefined) {
    throw new CinescopeError(
      'CSC_ERR_NOT_FOUND',
      `${kind} ${id} has no recorded state at or before ${dateOf(at ?? 0)} ${timeOfDay(at ?? 0)}`,
    )
  }
  const { event } = found
  if (screen.format !== 'table') {
    screen.json({
      recording: origin(opened, status),
      entity,
      at: event.at,
      film: event.film,
      event: event.id,
      state: found.state,
    })
    return EXIT.ok
  }
  screen.print(
    [styled('bold', `${kind} ${id}`), `  as recorded ${dateOf(event.at)} ${timeOfDay(event.at)}`],
    [styled('dim', event.film === undefined ? 'outside any film' : `by film ${event.film}`)],
    [],
    ...lines(found.state, screen.width).map((line) => [line]),
  )
  return EXIT.ok
}

/** Names entities that do exist, as far as the newest snapshots tell. */
async function notFound(thrown: unknown, { kind, id }: Entity, { recording, path }: Opened): Promise<unknown> {
  if (!(thrown instanceof CinescopeError) || thrown.code !== 'CSC_ERR_NOT_FOUND') return thrown
  const known = await knownEntities(recording)
  const wanted = `${kind} ${id}`
  const words =
    known.length === 0
      ? 'no states were recorded'
      : `recorded are ${known.slice(0, 8).join(', ')}${known.length > 8 ? ', …' : ''}`
  return new CinescopeError(
    'CSC_ERR_NOT_FOUND',
    `no entity ${wanted} in ${path}; ${words}.${didYouMean(wanted, known)}`,
  )
}

async function knownEntities(recording: OpenRecording): Promise<string[]> {
  const { items } = await recording.events({
    where: { kinds: ['state.snapshot'] },
    order: '-time',
    limit: 1000,
    values: false,
  })
  return [...new Set(items.flatMap(({ subject }) => (subject === undefined ? [] : [`${subject.kind} ${subject.id}`])))]
}
