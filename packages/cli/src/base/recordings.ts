/** From the PATH of a command line to an open recording. Core is loaded here and not before: help needs none of it. */

import type { Film, OpenRecording, QueryProgress, RecordingStatus } from '@cinescope/core'
import { CinescopeError } from '@cinescope/protocol'
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { relative } from 'node:path'
import type { Screen } from '../format/screen.ts'
import { NOT_KEPT, referredFilm } from './absent-film.ts'
import type { Option } from './command.ts'
import { defaultPath, unreadConfig } from './default-path.ts'
import { usageError } from './exit-code.ts'
import { shellWord } from './shell-word.ts'

/** A recording and where it was found. */
export interface Opened {
  readonly recording: OpenRecording
  /** As a user would type it. */
  readonly path: string
  /** Other recordings in the same directory, which are not read. */
  readonly others: number
}

/** The option of commands that read a whole directory. */
export const NEWEST: Option = {
  kind: 'flag',
  help: 'of a directory, read the newest recording only; otherwise all of them as one',
}

/** How a recording is opened. */
export interface OpenOptions {
  readonly newest?: boolean
  readonly growing?: boolean
  /** Told how far an answer is. */
  readonly screen?: Screen
}

/** Opens the recording at `path`; of a directory the newest, or all as one, with those to come if it is `growing`. @throws CSC_ERR_NO_RECORDING, CSC_ERR_FORMAT, CSC_ERR_HOSTILE */
export async function openAt(
  path: string = defaultPath(),
  { newest = true, growing = false, screen }: OpenOptions = {},
): Promise<Opened> {
  const files = await recordingsAt(path)
  if (newest || (files.length === 1 && !growing)) return openFile(files[0]!, files.length - 1, screen)
  const { openRecording } = await import('@cinescope/core/reader')
  return { recording: openRecording(path, { onProgress: teller(screen) }), path: shown(path), others: 0 }
}

/** Says which recordings of a directory are left out, and why. */
export function tellUnread({ unread = [] }: RecordingStatus, screen: Screen): void {
  for (const { path, message } of unread.slice(0, MOST_TOLD)) screen.complain(`${shown(path)} is left out: ${message}`)
  if (unread.length > MOST_TOLD) screen.complain(`and ${unread.length - MOST_TOLD} more are left out`)
}

/** For people: whose recording it is, how it ended, and what else there is. */
export function originText({ others }: Opened, { process, state, parts }: RecordingStatus): string {
  if (parts !== undefined) return `${parts.length} recordings, the newest of ${process.service}, ${state}`
  return `${process.service}, ${state}${others === 0 ? '' : `; the newest of ${others + 1} recordings there`}`
}

const MOST_TOLD = 5
/** Recordings that are asked what became of a film, the newest. */
const MOST_ASKED = 16

/** Files of the recordings at `path`, the newest first; at least one. @throws CSC_ERR_NO_RECORDING */
export async function recordingsAt(path: string = defaultPath()): Promise<readonly string[]> {
  const { findRecording, recordingsIn } = await import('@cinescope/core/reader')
  if (!isDirectory(path)) {
    readable(path, () => accessSync(path, constants.R_OK))
    return [findRecording(path)]
  }
  const files = readable(path, () => recordingsIn(path))
  if (files.length === 0) throw nothingAt(path, 'the directory holds no recording (*.cine)')
  return files
}

/** A film by id, by its first digits or by its trace, from the newest recording at `path` that has it. @throws CSC_ERR_NOT_FOUND */
export async function openFilm(
  id: string,
  path: string | undefined,
  screen?: Screen,
): Promise<Opened & { readonly film: Film }> {
  if (!/^[0-9a-f]{4,32}$/.test(id)) {
    const swapped = path === undefined && existsSync(id) ? '; a PATH comes after the id' : ''
    throw usageError(
      `'${id.slice(0, 60)}' is no film id: it has 16 hex digits, of which the first 4 or more will do${swapped}. \`cinescope films\` lists the ids`,
    )
  }
  const files = await recordingsAt(path)
  for (const [index, file] of files.entries()) {
    const opened = await openFile(file, files.length - 1, screen).catch((thrown: unknown) =>
      skipUnlessFirst(thrown, index),
    )
    if (opened === undefined) continue
    try {
      return { ...opened, film: await opened.recording.film(id) }
    } catch (thrown) {
      await opened.recording.close()
      if (!(thrown instanceof CinescopeError) || thrown.code !== 'CSC_ERR_NOT_FOUND') throw thrown
    }
  }
  const absent = await absentFrom(files, id)
  if (absent !== undefined) throw absent
  const where = files.length === 1 ? shown(files[0]!) : `${files.length} recordings of ${path ?? defaultPath()}`
  throw new CinescopeError('CSC_ERR_NOT_FOUND', `no film ${id} in ${where}; \`cinescope films\` lists what there is`)
}

/** What to say where events refer to the film, though it is in none of the recordings; the newest are asked. */
async function absentFrom(files: readonly string[], id: string): Promise<CinescopeError | undefined> {
  for (const file of files.slice(0, MOST_ASKED)) {
    const opened = await openFile(file, 0, undefined).catch(() => undefined)
    if (opened === undefined) continue
    await using recording = opened.recording
    // a damaged file was complained of, if at all, when the film was looked for
    const film = await referredFilm(recording, id).catch(() => undefined)
    if (film === undefined) continue
    const what = `film ${film} ${NOT_KEPT}; what refers to it is there: cinescope query ${shellWord(opened.path)} --film ${film}`
    return new CinescopeError('CSC_ERR_NOT_FOUND', what)
  }
  return undefined
}

/** What JSON answers say about where they come from. */
export function origin({ path }: Pick<Opened, 'path'>, { process, state, parts, unread }: RecordingStatus): object {
  const own = { path, state, service: process.service, pid: process.pid, node: process.node }
  if (parts === undefined) return own
  const recordings = parts.map((part) => origin({ path: shown(part.path) }, part.status))
  return { ...own, recordings, unread: unread?.map((file) => ({ ...file, path: shown(file.path) })) }
}

/** A path as a user would type it. */
export function shown(path: string): string {
  const near = relative(process.cwd(), path)
  return near.startsWith('..') || near === '' ? path : near
}

/** What each process of a file recorded for itself. @throws as `openAt` */
export async function openProcessesAt(file: string): Promise<readonly OpenRecording[]> {
  const { openProcesses } = await import('@cinescope/core/reader')
  return opening(file, () => openProcesses(file))
}

async function openFile(file: string, others: number, screen: Screen | undefined): Promise<Opened> {
  const { openRecording } = await import('@cinescope/core/reader')
  const onProgress = teller(screen)
  return opening(file, () => ({ recording: openRecording(file, { onProgress }), path: shown(file), others }))
}

function teller(screen: Screen | undefined): (done: QueryProgress) => void {
  return ({ segmentsRead, segments }) => screen?.progress(segmentsRead, segments, 'segments read')
}

/** Says which file it is that cannot be opened. */
function opening<T>(file: string, open: () => T): T {
  try {
    return open()
  } catch (thrown) {
    if (!(thrown instanceof CinescopeError)) throw thrown
    throw new CinescopeError(thrown.code, `${shown(file)}: ${thrown.message}`, { cause: thrown })
  }
}

/** An older recording that cannot be read does not keep one from finding the film elsewhere. */
function skipUnlessFirst(thrown: unknown, index: number): undefined {
  if (index === 0) throw thrown
}

/** True for a directory; @throws CSC_ERR_NO_RECORDING where nothing is, or may be seen */
export function isDirectory(path: string = defaultPath()): boolean {
  const found = readable(path, () => statSync(path, { throwIfNoEntry: false }))
  if (found === undefined) throw nothingAt(path, 'there is nothing there')
  return found.isDirectory()
}

/** Runs `look`; where the system does not let this user look, says so. */
function readable<T>(path: string, look: () => T): T {
  try {
    return look()
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code !== 'EACCES' && code !== 'EPERM') throw cause
    const message = `no recording at ${path}: this user may not read it (${code}). Recordings belong to the user that the server runs as`
    throw new CinescopeError('CSC_ERR_NO_RECORDING', message, { cause })
  }
}

function nothingAt(path: string, why: string): CinescopeError {
  const config = unreadConfig()
  const elsewhere = config === undefined ? '' : ` (${config}, which is not run here, may name another directory)`
  const remedy =
    path === defaultPath()
      ? `Start a server that calls createScope() in this directory, or give the PATH of a recording${elsewhere}`
      : 'Give the path of a recording (*.cine) or of a directory that holds one'
  return new CinescopeError('CSC_ERR_NO_RECORDING', `no recording at ${path}: ${why}. ${remedy}`)
}
