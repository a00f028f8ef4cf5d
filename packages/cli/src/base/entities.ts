/** Entities as a command line names them. */

import type { Entity, OpenRecording, RecordingStatus } from '@cinescope/core'
import { CinescopeError } from '@cinescope/protocol'
import type { Call, Command, Option, Options } from './command.ts'
import { didYouMean } from './nearest.ts'
import { type EntityName, scopeOf, scopesWith } from './entity-scope.ts'
import { openAt, type Opened, recordingsAt } from './recordings.ts'

/** Entities named in a message. */
const MOST_TOLD = 8
/** Recordings of a directory that are looked at, the newest. */
const MOST_SEARCHED = 16

/** The words that name an entity, with the recording's place behind them. */
export const ENTITY_OPERANDS: Command['operands'] = [
  { name: 'KIND', required: true },
  { name: 'ID', required: true },
  { name: 'PATH' },
]

const SCOPE: Option = {
  kind: 'text',
  value: 'SCOPE',
  help: "the entity's scope, the process that has one of the name unless told otherwise",
}

/** The options that all commands about an entity take. */
export const ENTITY_OPTIONS: Options = { scope: SCOPE }

/** A recording, and the entity in it that is asked about. */
export interface OpenedEntity extends Opened {
  readonly entity: Entity
  readonly status: RecordingStatus
  /** What was given as PATH. */
  readonly place: string | undefined
}

/** Opens the recording and names the entity. @throws as `openAt`; CSC_ERR_AMBIGUOUS where several processes have one of the name */
export async function openEntity(
  { given, screen }: Pick<Call, 'given' | 'screen'>,
  { kind, id }: EntityName,
  place: string | undefined,
): Promise<OpenedEntity> {
  const opened = await openAt(place, { screen })
  try {
    const status = await opened.recording.status()
    const scope = given.text('scope') ?? (await scopeOf(opened.recording, status, { kind, id }))
    return { ...opened, status, place, entity: { kind, id, scope } }
  } catch (thrown) {
    await opened.recording.close()
    throw thrown
  }
}

/** Answers a question about the entity; where it never was, says which recording has it, or names those that were. @throws CSC_ERR_NOT_FOUND */
export async function asked<T>(question: Promise<T>, opened: OpenedEntity): Promise<T> {
  try {
    return await question
  } catch (thrown) {
    throw await notFound(thrown, opened)
  }
}

async function notFound(thrown: unknown, { entity, recording, path, place, others }: OpenedEntity): Promise<unknown> {
  if (!(thrown instanceof CinescopeError) || thrown.code !== 'CSC_ERR_NOT_FOUND') return thrown
  const wanted = `${entity.kind} ${entity.id}`
  const elsewhere = others === 0 ? undefined : await olderWith(entity, place)
  if (elsewhere !== undefined) {
    const text = `no entity ${wanted} in ${path}, the newest recording there; in ${elsewhere} there is one: give that path`
    return new CinescopeError('CSC_ERR_NOT_FOUND', text)
  }
  const known = await knownEntities(recording)
  const rest = known.length > MOST_TOLD ? ', …' : ''
  const words =
    known.length === 0 ? 'no states were recorded' : `recorded are ${known.slice(0, MOST_TOLD).join(', ')}${rest}`
  return new CinescopeError(
    'CSC_ERR_NOT_FOUND',
    `no entity ${wanted} in ${path}; ${words}.${didYouMean(wanted, known)}`,
  )
}

/** The newest recording of a directory, after the first, that has an entity of the name. */
async function olderWith(name: EntityName, place: string | undefined): Promise<string | undefined> {
  const files = await recordingsAt(place)
  for (const file of files.slice(1, MOST_SEARCHED)) {
    // what cannot be read has none to show
    const opened = await openAt(file).catch(() => undefined)
    if (opened === undefined) continue
    await using recording = opened.recording
    const scopes = await scopesWith(recording, await recording.status(), name).catch(() => [])
    if (scopes.length > 0) return opened.path
  }
  return undefined
}

/** Entities that do exist, as far as the newest states tell. */
async function knownEntities(recording: OpenRecording): Promise<string[]> {
  const { items } = await recording.events({
    where: { kinds: ['state.snapshot', 'state.patch'] },
    order: '-time',
    limit: 1000,
    values: false,
  })
  return [...new Set(items.flatMap(({ subject }) => (subject === undefined ? [] : [`${subject.kind} ${subject.id}`])))]
}
