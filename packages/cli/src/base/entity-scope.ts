/** Which scope is meant by an entity of which only kind and id were said. */

import type { Entity, OpenRecording, RecordingStatus } from '@cinescope/core'
import { CinescopeError, wallMs } from '@cinescope/protocol'
import { shellWord } from './shell-word.ts'

/** What a command line says of an entity. */
export type EntityName = Pick<Entity, 'kind' | 'id'>

/** Processes named in a message. */
const MOST_TOLD = 8

/** The only scope that has one of the name; the newest process where none has. @throws CSC_ERR_AMBIGUOUS */
export async function scopeOf(recording: OpenRecording, status: RecordingStatus, name: EntityName): Promise<string> {
  const scopes = await scopesWith(recording, status, name)
  if (scopes.length > 1) throw ambiguous(scopes, status, name)
  return scopes[0] ?? status.process.node
}

/** Scopes that have one of the name: processes of the recording, else what the newest states tell of. */
export async function scopesWith(
  recording: OpenRecording,
  status: RecordingStatus,
  name: EntityName,
): Promise<readonly string[]> {
  const nodes = processesOf(status).map(({ node }) => node)
  const own = await having(recording, name, nodes)
  return own.length > 0 ? own : having(recording, name, await toldScopes(recording, name))
}

function processesOf({ process, parts }: RecordingStatus): readonly RecordingStatus['process'][] {
  return parts?.map((part) => part.status.process) ?? [process]
}

async function having(recording: OpenRecording, name: EntityName, scopes: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const scope of new Set(scopes)) if (await has(recording, { ...name, scope })) found.push(scope)
  return found
}

/** Asks for a state before all time, which takes no reading. */
async function has(recording: OpenRecording, entity: Entity): Promise<boolean> {
  try {
    await recording.stateAt(entity, wallMs(0))
    return true
  } catch (thrown) {
    if (thrown instanceof CinescopeError && thrown.code === 'CSC_ERR_NOT_FOUND') return false
    throw thrown
  }
}

async function toldScopes(recording: OpenRecording, { kind, id }: EntityName): Promise<string[]> {
  const where = { kinds: ['state.snapshot' as const, 'state.patch' as const] }
  const { items } = await recording.events({ where, order: '-time', limit: 1000, values: false })
  return items.flatMap(({ subject }) => (subject?.kind === kind && subject.id === id ? [subject.scope] : []))
}

function ambiguous(scopes: readonly string[], status: RecordingStatus, { kind, id }: EntityName): CinescopeError {
  const processes = new Map<string, RecordingStatus['process']>(processesOf(status).map((each) => [each.node, each]))
  const told = scopes.slice(0, MOST_TOLD).map((scope) => {
    const process = processes.get(scope)
    return `--scope ${shellWord(scope)}${process === undefined ? '' : ` (${process.service}, pid ${process.pid})`}`
  })
  const rest = scopes.length > MOST_TOLD ? ', …' : ''
  const message = `there are ${scopes.length} of the name ${kind} ${id}; say which: ${told.join(', ')}${rest}`
  return new CinescopeError('CSC_ERR_AMBIGUOUS', message)
}
