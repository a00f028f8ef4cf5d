/** What the doctor looks at: versions, recordings, and a sample of the newest one's events. */

import { statSync } from 'node:fs'
import type { Ledger, RecordingStatus } from '@cinescope/core'
import { CinescopeError } from '@cinescope/protocol'
import { defaultPath } from '../base/default-path.ts'
import { recordingsAt, shown } from '../base/recordings.ts'
import { ownVersion } from '../base/version.ts'
import { type Coverage, countCoverage, SAMPLE } from './coverage.ts'

/** A recording as found. */
export interface RecordingFacts {
  readonly path: string
  /** Undefined when it cannot be read; then `error` says why. */
  readonly status?: RecordingStatus
  readonly ledger?: Ledger
  readonly error?: CinescopeError
  /** Permission bits; undefined where the system has none. */
  readonly mode: number | undefined
}

/** Everything there is to judge. */
export interface Facts {
  readonly place: string
  readonly versions: { readonly cinescope: string; readonly node: string; readonly sqlite: string | undefined }
  /** Newest first. */
  readonly recordings: readonly RecordingFacts[]
  /** Recordings beyond the ones looked at. */
  readonly unseen: number
  readonly coverage: Coverage | undefined
}

const MOST_RECORDINGS = 20

/** Looks at everything and changes nothing. */
export async function gatherFacts(path: string = defaultPath()): Promise<Facts> {
  const files = await filesAt(path)
  const recordings: RecordingFacts[] = []
  for (const file of files.slice(0, MOST_RECORDINGS)) recordings.push(await lookAt(file))
  const newest = recordings.find(({ status }) => status !== undefined)
  return {
    place: path,
    versions: { cinescope: ownVersion(), node: process.versions.node, sqlite: process.versions['sqlite'] },
    recordings,
    unseen: Math.max(0, files.length - MOST_RECORDINGS),
    coverage: newest === undefined ? undefined : await coverageOf(newest.path).catch(() => undefined),
  }
}

async function filesAt(path: string): Promise<readonly string[]> {
  try {
    return await recordingsAt(path)
  } catch (thrown) {
    if (thrown instanceof CinescopeError && thrown.code === 'CSC_ERR_NO_RECORDING') return []
    throw thrown
  }
}

async function lookAt(file: string): Promise<RecordingFacts> {
  const { openRecording } = await import('@cinescope/core/reader')
  const mode = process.platform === 'win32' ? undefined : (statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o777
  const base = { path: shown(file), mode }
  try {
    await using recording = openRecording(file)
    return { ...base, status: await recording.status(), ledger: await recording.ledger() }
  } catch (thrown) {
    const error =
      thrown instanceof CinescopeError ? thrown : new CinescopeError('CSC_ERR_STORE', String(thrown), { cause: thrown })
    return { ...base, error }
  }
}

async function coverageOf(path: string): Promise<Coverage> {
  const { openRecording } = await import('@cinescope/core/reader')
  await using recording = openRecording(path)
  const { items, explain } = await recording.events({ order: '-time', limit: SAMPLE, values: false })
  const { counters } = await recording.status()
  const { notKept, sampledOut } = await recording.ledger()
  const leftOut = {
    spans: counters['cinescope.spans.thinned'] ?? 0,
    values: counters['cinescope.values.thinned'] ?? 0,
    films: notKept + sampledOut,
  }
  return countCoverage(items, { corrupt: explain.corrupt, leftOut })
}
