/** The processes that record into a place now. */

import { statSync } from 'node:fs'
import type { NodeId } from '@cinescope/protocol'
import { CinescopeError } from '@cinescope/protocol'
import type { Screen } from '../format/screen.ts'
import { openProcessesAt, recordingsAt, shown } from './recordings.ts'

/** One of them. */
export interface RunningProcess {
  /** Of its recording, as a user would type it. */
  readonly path: string
  readonly pid: number
  readonly service: string
  readonly node: NodeId
  /** The user that its recording belongs to. */
  readonly uid: number
}

/** Those at `path`, the newest first; at least one. What cannot be read is told of. @throws CSC_ERR_NO_RECORDING @throws CSC_ERR_CONTROL where none runs any more */
export async function runningAt(path: string | undefined, screen: Screen): Promise<readonly RunningProcess[]> {
  const files = await recordingsAt(path)
  const running: RunningProcess[] = []
  for (const file of files) {
    try {
      running.push(...(await runningOf(file)))
    } catch (thrown) {
      if (files.length === 1 || !(thrown instanceof CinescopeError)) throw thrown
      screen.complain(`${thrown.message} [${thrown.code}]; it is left out`)
    }
  }
  if (running.length > 0) return running
  const whose =
    files.length === 1 ? `the process of ${shown(files[0]!)}` : `no process of the ${files.length} recordings there`
  const message = files.length === 1 ? `${whose} is not running any more` : `${whose} is running any more`
  throw new CinescopeError('CSC_ERR_CONTROL', `${message}, so there is nobody to ask`)
}

async function runningOf(file: string): Promise<readonly RunningProcess[]> {
  const recordings = await openProcessesAt(file)
  try {
    const all = await Promise.all(recordings.map((recording) => recording.status()))
    const { uid } = statSync(file)
    return all
      .filter(({ state }) => state === 'live')
      .map(({ process: { pid, service, node } }) => ({ path: shown(file), pid, service, node, uid }))
  } finally {
    for (const recording of recordings) await recording.close()
  }
}
