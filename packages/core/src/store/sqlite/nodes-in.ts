/** Whose recordings a file holds. */

import { CinescopeError, type NodeId, nodeId } from '@cinescope/protocol'
import { bounded } from './bounded.ts'
import { openRecordingFile } from './open.ts'
import { allowedSchema, MAX_OBJECTS, tableOf } from './parts.ts'
import { asCorrupt } from './read-queue.ts'

/** The processes of a file by part; one, unless it was merged. @throws as `openRecordingFile`; CSC_ERR_CORRUPT, CSC_ERR_ID */
export function nodesIn(path: string): readonly NodeId[] {
  const database = openRecordingFile(path)
  try {
    const names = database.prepare(`SELECT ${bounded('name', 200)} FROM sqlite_schema LIMIT ?`).all(MAX_OBJECTS)
    const { parts } = allowedSchema(names.map((row) => String(row['name'])))
    return Array.from({ length: parts }, (_, part) => {
      const row = database.prepare(`SELECT ${bounded('node')} FROM ${tableOf('process', part)} LIMIT 1`).get()
      const text = row?.['node']
      if (typeof text !== 'string') throw new CinescopeError('CSC_ERR_FORMAT', 'the recording names no process')
      return nodeId(text)
    })
  } catch (thrown) {
    throw asCorrupt(thrown)
  } finally {
    database.close()
  }
}
