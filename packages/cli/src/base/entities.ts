/** Entities as a command line names them. */

import type { Entity, OpenRecording, RecordingStatus } from '@cinescope/core'
import { CinescopeError } from '@cinescope/protocol'
import type { Call, Command, Option, Options } from './command.ts'
import { didYouMean } from './nearest.ts'
import { openAt, type Opened } from './recordings.ts'

/** Entities named in a message. */
const MOST_TOLD = 8

/** The words that name an entity, with the recording's place behind them. */
export const ENTITY_OPERANDS: Command['operands'] = [
  { name: 'KIND', required: true },
  { name: 'ID', required: true },
  { name: 'PATH' },
]

const SCOPE: Option = {
  kind: 'text',
  value: 'SCOPE',
  help: "the entity's scope, the recorded process unless told otherwise",
}

/** The options that all commands about an entity take. */
export const ENTITY_OPTIONS: Options = { scope: SCOPE }

/** A recording, and the entity in it that is asked about. */
export interface OpenedEntity extends Opened {
  readonly entity: Entity
  readonly status: RecordingStatus
}

/** Opens the recording and names the entity. @throws as `openAt` */
export async function openEntity(
  { given, screen }: Pick<Call, 'given' | 'screen'>,
  kind: string,
  id: string,
  path: string | undefined,
): Promise<OpenedEntity> {
  const opened = await openAt(path, { screen })
  const status = await opened.recording.status()
  return { ...opened, status, entity: { kind, id, scope: given.text('scope') ?? status.process.node } }
}

/** Answers a question about the entity; where it never was, names those that were. @throws CSC_ERR_NOT_FOUND */
export async function asked<T>(question: Promise<T>, opened: Omit<OpenedEntity, 'status'>): Promise<T> {
  try {
    return await question
  } catch (thrown) {
    throw await notFound(thrown, opened)
  }
}

async function notFound(
  thrown: unknown,
  { entity: { kind, id }, recording, path }: Omit<OpenedEntity, 'status'>,
): Promise<unknown> {
  if (!(thrown instanceof CinescopeError) || thrown.code !== 'CSC_ERR_NOT_FOUND') return thrown
  const known = await knownEntities(recording)
  const wanted = `${kind} ${id}`
  const rest = known.length > MOST_TOLD ? ', …' : ''
  const words =
    known.length === 0 ? 'no states were recorded' : `recorded are ${known.slice(0, MOST_TOLD).join(', ')}${rest}`
  return new CinescopeError(
    'CSC_ERR_NOT_FOUND',
    `no entity ${wanted} in ${path}; ${words}.${didYouMean(wanted, known)}`,
  )
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
