/** A directory of recordings, one for each process start, opened as one recording. */

import type { QueryControl } from '../../query/reading.ts'
import type { OpenRecording } from '../recording.ts'
import { surfaceOver } from '../surface.ts'
import { Directory, type Union } from './directory.ts'
import { MERGES } from './merges.ts'
import { OpenFiles, type Shelf } from './open-files.ts'

/**
 * The surface over all recordings of the shelf, the newest start first, at the time of each question. Recordings are merged
 * by wall time, as each process's clock told it, unless `union` says otherwise, equal times by node; within one the order is its own.
 */
export function directoryRecording(
  shelf: Shelf,
  union?: Union,
  onProgress?: QueryControl['onProgress'],
): OpenRecording {
  const files = new OpenFiles(shelf)
  return surfaceOver(
    async (method, args, control) => {
      const merge = MERGES[method] as (directory: Directory, ...all: readonly unknown[]) => Promise<unknown>
      return merge(new Directory(files, { onProgress, ...control }, union), ...args)
    },
    async () => files.close(),
  )
}
