/** What pruning one recording would come to: tried on a copy, which goes again. */

import type { KeepLimits, PruneFileReport } from '@cinescope/core/reader'
import { CinescopeError } from '@cinescope/protocol'
import { constants, existsSync } from 'node:fs'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAt, shown } from './base/recordings.ts'

/** The report of `pruneRecording`, and `file` as it was. @throws as that; CSC_ERR_STORE for one that is being written */
export async function tryPruning(file: string, limits: KeepLimits, signal: AbortSignal): Promise<PruneFileReport> {
  await refuseLive(file)
  const { pruneRecording } = await import('@cinescope/core/reader')
  // of mode 0700: what was recorded is for its user alone
  const directory = await mkdtemp(join(tmpdir(), 'cinescope-prune-'))
  try {
    const copy = join(directory, 'trial.cine')
    // with the log, in which the last commits of a killed process are
    for (const end of ['', '-wal'])
      if (existsSync(file + end)) await copyFile(file + end, copy + end, constants.COPYFILE_FICLONE)
    return await pruneRecording(copy, limits, { signal })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function refuseLive(file: string): Promise<void> {
  const opened = await openAt(file)
  await using recording = opened.recording
  const { state } = await recording.status()
  if (state !== 'live') return
  const message = `${shown(file)} is live: a process is recording into it; \`maxBytes\`, \`maxAgeMs\` and \`maxEvents\` bound a live one`
  throw new CinescopeError('CSC_ERR_STORE', message)
}
