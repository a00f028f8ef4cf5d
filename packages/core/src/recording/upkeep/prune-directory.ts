/** Removes whole recordings of a directory, the oldest first. */

import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { CinescopeError, type ErrorCode } from '@cinescope/protocol'
import { compactPath, filesBeside, logPath, sizeOf } from '../../store/sqlite/files.ts'
import { isLocked } from '../../store/sqlite/lock.ts'
import { lockOf } from '../../store/sqlite/owned-recording.ts'
import { openRecording, RECORDING_EXTENSION, recordingsIn } from '../open-recording.ts'
import { type KeepLimits, newestEvent } from './prune.ts'

/** What is to be left of a directory. */
export interface KeepOfDirectory extends KeepLimits {
  /** So many of the newest stay, whatever the limits say; without limits, no others do. */
  readonly keepLast?: number
}

/** A recording of the directory. */
export interface DirectoryEntry {
  readonly path: string
  /** With its log. */
  readonly bytes: number
  /** Stored. */
  readonly events: number
  /** Of its newest event, or of its start when it has none; ms since 1970. */
  readonly newestMs: number
  readonly isLive: boolean
}

/** What it came to. */
export interface PruneDirectoryReport {
  /** The newest start first. */
  readonly kept: readonly DirectoryEntry[]
  /** Removed, or to be removed if nothing is done yet. */
  readonly removed: readonly DirectoryEntry[]
  /** Left alone because they cannot be read or removed. */
  readonly leftAlone: readonly { readonly path: string; readonly code: ErrorCode; readonly message: string }[]
}

/**
 * Removes recordings until those that are left are within the limits together; the oldest start goes first. One that is live
 * counts, and stays. With `isDryRun` nothing is removed. @throws what the system says of the directory
 */
export async function pruneDirectory(
  directory: string,
  limits: KeepOfDirectory,
  { isDryRun = false }: { readonly isDryRun?: boolean } = {},
): Promise<PruneDirectoryReport> {
  const entries: DirectoryEntry[] = []
  const leftAlone: PruneDirectoryReport['leftAlone'][number][] = []
  const orNote = async (path: string, act: () => Promise<void> | void): Promise<void> => {
    try {
      await act()
    } catch (thrown) {
      if (!(thrown instanceof CinescopeError)) throw thrown
      leftAlone.push({ path, code: thrown.code, message: thrown.message })
    }
  }
  for (const path of recordingsIn(directory)) await orNote(path, async () => void entries.push(await entryOf(path)))
  const surplus = surplusOf(entries, limits)
  const removed: DirectoryEntry[] = []
  for (const entry of [...surplus].reverse()) {
    await orNote(entry.path, () => {
      if (!isDryRun) removeRecording(entry.path)
      removed.push(entry)
    })
  }
  if (!isDryRun) sweep(directory)
  return { kept: entries.filter((entry) => !removed.includes(entry)), removed, leftAlone }
}

/** Those that have to go, the newest start first; `entries` are in that order. Beyond a sum all that are older go, too. */
function surplusOf(
  entries: readonly DirectoryEntry[],
  { maxBytes = Infinity, maxEvents = Infinity, sinceMs = -Infinity, keepLast }: KeepOfDirectory,
): readonly DirectoryEntry[] {
  const isLimited = maxBytes < Infinity || maxEvents < Infinity || sinceMs > -Infinity
  const sum = { bytes: 0, events: 0 }
  return entries.filter((entry, index) => {
    const { bytes, events, newestMs, isLive } = entry
    sum.bytes += bytes
    sum.events += events
    if (isLive || index < (keepLast ?? 0)) return false
    if (!isLimited) return keepLast !== undefined
    return sum.bytes > maxBytes || sum.events > maxEvents || newestMs < sinceMs
  })
}

async function entryOf(path: string): Promise<DirectoryEntry> {
  await using recording = openRecording(path)
  const { stored } = await recording.ledger()
  const newest = await newestEvent(path)
  // what holds nothing yet is as old as its start
  const newestMs = newest?.at ?? (await recording.status()).process.anchor.wallMs
  return { path, bytes: sizeOf(path) + sizeOf(logPath(path)), events: stored, newestMs, isLive: isLocked(path) }
}

/** The file goes first: without its log it would be read as what it was before. @throws CSC_ERR_STORE when it is live or may not be removed */
function removeRecording(path: string): void {
  const lock = lockOf(path)
  try {
    rmSync(path)
    for (const beside of [...filesBeside(path), compactPath(path)]) rmSync(beside, { force: true })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new CinescopeError('CSC_ERR_STORE', `${path} cannot be removed: ${why}`, { cause })
  } finally {
    lock.release()
  }
}

/** What is left of recordings whose removal was killed half-way. */
function sweep(directory: string): void {
  const names = new Set(readdirSync(directory))
  for (const name of names) {
    const [, recording] = BESIDE.exec(name) ?? []
    if (recording === undefined || names.has(recording)) continue
    const path = join(directory, name)
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) rmSync(path, { force: true })
  }
}

const BESIDE = new RegExp(`^(.+\\${RECORDING_EXTENSION})-(?:wal|shm|journal|compact)$`)
