/** A recording file opened for reading. */

import type { DatabaseSync } from 'node:sqlite'
import { CinescopeError, nodeId, timeNs, wallMs } from '@cinescope/protocol'
import type { ProcessInfo } from '../../base/process.ts'
import type { EventSource, RecordingState, StoreView } from '../event-store.ts'
import { bounded } from './bounded.ts'
import { logPath, sizeOf } from './files.ts'
import { isLocked } from './lock.ts'
import { openRecordingFile } from './open.ts'
import { asCorrupt, ReadQueue } from './read-queue.ts'
import { SqliteView } from './read-view.ts'

/** Opens a recording file read-only, or one part of a file of several; it may be hostile, and may be written meanwhile. @throws as `openRecordingFile` */
export function openSqliteSource(path: string, part: number = 0): EventSource {
  const database = openRecordingFile(path, part)
  try {
    return new SqliteSource(path, database)
  } catch (thrown) {
    database.close()
    throw asCorrupt(thrown)
  }
}

class SqliteSource implements EventSource {
  readonly process: ProcessInfo
  readonly #path: string
  readonly #database: DatabaseSync
  readonly #view: SqliteView
  #isOpen = true

  constructor(path: string, database: DatabaseSync) {
    this.#path = path
    this.#database = database
    this.#view = new SqliteView(database, new ReadQueue(database, logPath(path)))
    this.process = readProcess(database)
  }

  state(): RecordingState {
    // before the look at the row: a writer says that it has closed, and then frees its lock
    const isWritten = isLocked(this.#path)
    const row = this.#database.prepare(`SELECT ${bounded('state')} FROM process LIMIT 1`).get()
    if (row?.['state'] === 'closed') return 'closed'
    return isWritten ? 'live' : 'interrupted'
  }

  read<T>(read: (view: StoreView) => T | Promise<T>): Promise<T> {
    return this.#view.lend(read)
  }

  bytes(): number {
    return sizeOf(this.#path) + sizeOf(logPath(this.#path))
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#database.close()
  }
}

const PROCESS_TEXTS = ['node', 'service', 'hostname', 'node_version', 'version'] as const

function readProcess(database: DatabaseSync): ProcessInfo {
  const texts = PROCESS_TEXTS.map((column) => bounded(column)).join(', ')
  const row = database.prepare(`SELECT ${texts}, pid, anchor_ns, anchor_wall FROM process LIMIT 1`).get()
  if (row === undefined) throw new CinescopeError('CSC_ERR_FORMAT', 'the recording names no process')
  const text = (column: (typeof PROCESS_TEXTS)[number]): string => {
    const value = row[column]
    if (typeof value !== 'string') throw new CinescopeError('CSC_ERR_CORRUPT', `process.${column} holds no text`)
    return value
  }
  const number = (column: string): number => {
    const value = row[column]
    if (typeof value !== 'number' || !(Math.abs(value) <= Number.MAX_SAFE_INTEGER))
      throw new CinescopeError('CSC_ERR_CORRUPT', `process.${column} holds no number`)
    return value
  }
  return {
    node: nodeId(text('node')),
    pid: number('pid'),
    service: text('service'),
    hostname: text('hostname'),
    nodeVersion: text('node_version'),
    cinescopeVersion: text('version'),
    anchor: { atNs: timeNs(number('anchor_ns')), wallMs: wallMs(number('anchor_wall')) },
  }
}
