/** A recording file opened for reading. */

import { hostname } from 'node:os'
import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { CinescopeError, nodeId, timeNs, wallMs } from '@cinescope/protocol'
import type { ProcessInfo } from '../../base/process.ts'
import type { EventSource, RecordingState, StoreView } from '../event-store.ts'
import { openRecordingFile } from './open.ts'
import { ReadQueue } from './read-queue.ts'
import { SqliteView } from './read-view.ts'

/** Opens a recording file read-only; it may be hostile, and may be written meanwhile. @throws as `openRecordingFile` */
export function openSqliteSource(path: string): EventSource {
  const database = openRecordingFile(path)
  try {
    return new SqliteSource(path, database)
  } catch (thrown) {
    database.close()
    throw thrown
  }
}

class SqliteSource implements EventSource {
  readonly process: ProcessInfo
  readonly #path: string
  readonly #database: DatabaseSync
  readonly #view: SqliteView
  readonly #reads: ReadQueue
  #isOpen = true

  constructor(path: string, database: DatabaseSync) {
    this.#path = path
    this.#database = database
    this.#view = new SqliteView(database)
    this.#reads = new ReadQueue(database)
    this.process = readProcess(database)
  }

  state(): RecordingState {
    const row = this.#database.prepare('SELECT state FROM process').get()
    if (row?.['state'] === 'closed') return 'closed'
    const isHere = this.process.hostname === hostname()
    return isHere && isAlive(this.process.pid) ? 'live' : 'interrupted'
  }

  read<T>(read: (view: StoreView) => T | Promise<T>): Promise<T> {
    return this.#reads.run(() => read(this.#view))
  }

  bytes(): number {
    return sizeOf(this.#path) + sizeOf(`${this.#path}-wal`)
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#database.close()
  }
}

/** Bytes of a file; 0 when it is absent. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function readProcess(database: DatabaseSync): ProcessInfo {
  const row = database.prepare('SELECT * FROM process LIMIT 1').get()
  if (row === undefined) throw new CinescopeError('CSC_ERR_FORMAT', 'the recording names no process')
  return {
    node: nodeId(String(row['node'])),
    pid: Number(row['pid']),
    service: String(row['service']),
    hostname: String(row['hostname']),
    nodeVersion: String(row['node_version']),
    cinescopeVersion: String(row['version']),
    anchor: { atNs: timeNs(Number(row['anchor_ns'])), wallMs: wallMs(Number(row['anchor_wall'])) },
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}
