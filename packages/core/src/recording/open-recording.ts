/** From a path or a source to an open recording. */

import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { CinescopeError } from '@cinescope/protocol'
import { type QueryProgress, SourceReader } from '../query/reading.ts'
import type { EventSource } from '../store/event-store.ts'
import { nodesIn } from '../store/sqlite/nodes-in.ts'
import { readLinks } from '../store/sqlite/read-links.ts'
import { identityOf } from '../store/sqlite/files.ts'
import { openSqliteSource } from '../store/sqlite/sqlite-source.ts'
import { directoryRecording } from './directory/directory-recording.ts'
import { mergedRecording } from './merged/merged-recording.ts'
import { QUERIES } from './queries.ts'
import type { OpenRecording } from './recording.ts'
import { type Ask, surfaceOver } from './surface.ts'

/** File name extension of recordings. */
export const RECORDING_EXTENSION = '.cine'

const FILES = { identity: identityOf, nodes: nodesIn, open: openSqliteSource }

/** How a path is opened. */
export interface OpenOptions {
  /** Of a directory, open only the newest recording; default: all of them as one, and those that come while it is open. */
  readonly newest?: boolean
  /** Told how far an answer is, of each question that has no hold of its own. */
  readonly onProgress?: ((done: QueryProgress) => void) | undefined
}

/**
 * Opens a recording file, or all of a directory as one, read-only; a merged file as the recordings it was made of. They may be
 * hostile and may be written meanwhile; a file of a directory that cannot be read is left out of the answers and told of in
 * `status()`.
 * @throws CSC_ERR_NO_RECORDING, CSC_ERR_FORMAT, CSC_ERR_HOSTILE
 */
export function openRecording(path: string, { newest = false, onProgress }: OpenOptions = {}): OpenRecording {
  const first = findRecording(path)
  if (!newest && first !== path)
    return directoryRecording({ ...FILES, paths: () => recordingsIn(path) }, undefined, onProgress)
  const nodes = nodesIn(first)
  const links = readLinks(first)
  if (nodes.length > 1 || links.length > 0)
    return mergedRecording(
      { ...FILES, isFixed: true, paths: () => [first], identity: () => '', nodes: () => nodes },
      nodes,
      links,
    )
  return recordingOf(openSqliteSource(first), onProgress)
}

/**
 * Opens what each process of a recording file recorded for itself; one, unless the file was merged.
 * @throws CSC_ERR_NO_RECORDING, CSC_ERR_FORMAT, CSC_ERR_HOSTILE
 */
export function openProcesses(path: string): readonly OpenRecording[] {
  const file = findRecording(path)
  return nodesIn(file).map((_, part) => recordingOf(openSqliteSource(file, part)))
}

/** The same with each film of each process for itself, as it was recorded. */
export function openParts(path: string): OpenRecording {
  const first = findRecording(path)
  const paths = first === path ? [path] : undefined
  return directoryRecording({ ...FILES, paths: () => paths ?? recordingsIn(path) })
}

/** The surface over a source in this thread, which it owns. */
export function recordingOf(source: EventSource, onProgress?: OpenOptions['onProgress']): OpenRecording {
  const ask = askOf(source)
  return surfaceOver(
    (method, args, control) => ask(method, args, { onProgress, ...control }),
    async () => source.close(),
  )
}

/** Answers questions from a source in this thread. */
function askOf(source: EventSource): Ask {
  const reader = new SourceReader(source)
  return async (method, args, control) => {
    const answer = QUERIES[method] as (...args: readonly unknown[]) => Promise<unknown>
    return answer(reader.reading(control), ...args)
  }
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

/** Paths of the recordings in a directory, the newest start first. */
export function recordingsIn(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith(RECORDING_EXTENSION))
    .map((name) => ({ name, start: START.exec(name)?.[0] ?? '', isCopy: !OWN_NAME.test(name) }))
    .sort((a, b) => descending(a.start, b.start) || Number(a.isCopy) - Number(b.isCopy) || descending(a.name, b.name))
    .map(({ name }) => join(directory, name))
}

/** Names begin with the time of the start, see `recordingPath`. A copy has any name, and comes after what it is a copy of. */
const START = /^\d{8}T\d{9}Z/
const OWN_NAME = /^\d{8}T\d{9}Z-\d+-[0-9a-f]{12}\.cine$/

function descending(a: string, b: string): number {
  return a === b ? 0 : a < b ? 1 : -1
}
