/** A recording as users open it: the query surface and time travel over one file. */

import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { CinescopeError, type CinescopeEvent, type Entity, type EventQuery, type WallMs } from '@cinescope/protocol'
import { LocalRecording, type QueryControl, type Recording } from '../query/recording.ts'
import type { EventSource } from '../store/event-store.ts'
import { openSqliteSource } from '../store/sqlite/sqlite-source.ts'
import { type EntityState, stateAt } from '../timetravel/state-at.ts'
import { streamPages } from './stream-pages.ts'

/** Everything one can ask of a recording, and the way back in time. */
export interface OpenRecording extends Recording, AsyncDisposable {
  /** State of an entity at an instant (default: the end), from its snapshots. @throws CSC_ERR_NOT_FOUND if the entity never was */
  stateAt(entity: Entity, at?: WallMs, control?: QueryControl): Promise<EntityState | undefined>
  /** All events of a query, page by page as they are consumed; `limit` is the size of a page. */
  stream(query?: EventQuery, control?: QueryControl): AsyncIterable<CinescopeEvent>
}

/** File name extension of recordings. */
export const RECORDING_EXTENSION = '.cine'

/**
 * Opens a recording file, or the newest one in a directory, read-only. It may be hostile and may be written meanwhile.
 * @throws CSC_ERR_NO_RECORDING, CSC_ERR_FORMAT, CSC_ERR_HOSTILE
 */
export function openRecording(path: string): OpenRecording {
  return recordingOf(openSqliteSource(findRecording(path)))
}

/** The surface over a source in this thread, which it owns. */
export function recordingOf(source: EventSource): OpenRecording {
  return new SourceRecording(source)
}

/** The path itself, or the newest recording in it when it is a directory. @throws CSC_ERR_NO_RECORDING */
export function findRecording(path: string): string {
  if (!existsSync(path)) throw new CinescopeError('CSC_ERR_NO_RECORDING', `there is nothing at ${path}`)
  const newest = newestIn(path)
  if (newest === path) return path
  if (newest === undefined)
    throw new CinescopeError(
      'CSC_ERR_NO_RECORDING',
      `the directory ${path} holds no recording (*${RECORDING_EXTENSION})`,
    )
  return newest
}

function newestIn(path: string): string | undefined {
  try {
    return statSync(path).isDirectory() ? recordingsIn(path)[0] : path
  } catch (cause) {
    throw new CinescopeError('CSC_ERR_NO_RECORDING', `${path} cannot be read`, { cause })
  }
}

/** Paths of the recordings in a directory, the newest start first. Names begin with the time of the start. */
export function recordingsIn(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith(RECORDING_EXTENSION))
    .sort()
    .toReversed()
    .map((name) => join(directory, name))
}

class SourceRecording extends LocalRecording implements OpenRecording {
  readonly #source: EventSource

  constructor(source: EventSource) {
    super(source)
    this.#source = source
  }

  stateAt(entity: Entity, at?: WallMs, control: QueryControl = {}): Promise<EntityState | undefined> {
    return this.read(control, (parts) => stateAt(parts, this.#source.process.node, entity, at))
  }

  stream(query: EventQuery = {}, control: QueryControl = {}): AsyncIterable<CinescopeEvent> {
    return streamPages((next) => this.events(next, control), query)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
