/** Opening recordings: creating one for writing, and opening one that may be hostile for reading. */

import { closeSync, mkdirSync, openSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { CinescopeError } from '@cinescope/protocol'
import { bounded } from './bounded.ts'
import { connect, isBusy } from './connect.ts'
import { compactPath, LOG_BYTES } from './files.ts'
import { lockRecording, type RecordingLock } from './lock.ts'
import { type AllowedSchema, allowedSchema, MAX_OBJECTS, viewsOfPart } from './parts.ts'
import { APPLICATION_ID, FORMAT_VERSION, SCHEMA, SYSTEM_OBJECTS } from './schema.ts'

/** What a log and its index take from the first. */
const ROOM_BYTES = 131_072

/** A recording that is being written. */
export interface WritableRecording {
  readonly database: DatabaseSync
  readonly lock: RecordingLock
}

/** Creates an empty recording, mode 0600, in a directory of mode 0700 that is made if absent. @throws CSC_ERR_STORE */
export function createRecordingFile(path: string): WritableRecording {
  let lock: RecordingLock | undefined
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    closeSync(openSync(path, 'wx', 0o600))
    // before there is anything to read, so that no reader finds a recording that is written and not locked
    lock = lockRecording(path)
    return { database: createSchema(connect(path, { readOnly: false })), lock }
  } catch (cause) {
    lock?.release()
    throw new CinescopeError('CSC_ERR_STORE', `cannot create a recording: ${messageOf(cause)}`, { cause })
  }
}

function createSchema(database: DatabaseSync): DatabaseSync {
  for (const pragma of [
    'page_size = 4096',
    'auto_vacuum = INCREMENTAL',
    `application_id = ${APPLICATION_ID}`,
    `user_version = ${FORMAT_VERSION}`,
    'journal_mode = WAL',
    'synchronous = NORMAL',
    'cache_size = -1024',
    `journal_size_limit = ${LOG_BYTES}`,
    'trusted_schema = OFF',
  ]) {
    database.exec(`PRAGMA ${pragma}`)
  }
  database.exec(`BEGIN; ${Object.values(SCHEMA).join('; ')}; COMMIT`)
  return database
}

/**
 * Opens a recording read-only and refuses it before the first query unless its schema is exactly ours. Of a file of several
 * processes the connection sees one `part`. @throws CSC_ERR_NO_RECORDING, CSC_ERR_FORMAT, CSC_ERR_HOSTILE, CSC_ERR_LIMIT
 */
export function openRecordingFile(path: string, part: number = 0): DatabaseSync {
  requireFile(path)
  let database: DatabaseSync | undefined
  try {
    database = connect(path, { readOnly: true })
    for (const pragma of ['trusted_schema = OFF', 'cell_size_check = ON', 'mmap_size = 0', 'cache_size = -4096']) {
      database.exec(`PRAGMA ${pragma}`)
    }
    const { parts } = checkFormat(database)
    if (part >= parts) throw new CinescopeError('CSC_ERR_FORMAT', `the file has no part ${part}, only ${parts}`)
    for (const view of viewsOfPart(part)) database.exec(view)
    database.exec('PRAGMA query_only = ON')
    return database
  } catch (cause) {
    database?.close()
    if (cause instanceof CinescopeError) throw cause
    throw new CinescopeError('CSC_ERR_FORMAT', `not a readable recording: ${messageOf(cause)}`, { cause })
  }
}

/**
 * Opens a recording that nobody writes, to change it, refused like any other; of one process only. Changes go through a log,
 * so that a kill leaves nothing that readers would have to undo. @throws as `openRecordingFile`, CSC_ERR_STORE
 */
export function openToChange(path: string): DatabaseSync {
  requireFile(path)
  let database: DatabaseSync | undefined
  try {
    database = connect(path, { readOnly: false })
    for (const pragma of ['trusted_schema = OFF', 'cell_size_check = ON', 'mmap_size = 0'])
      database.exec(`PRAGMA ${pragma}`)
    if (checkFormat(database).parts > 1)
      throw new CinescopeError(
        'CSC_ERR_FORMAT',
        `${path} was merged from several recordings, and is not changed any more`,
      )
    requireRoom(path)
    logChanges(database)
    return database
  } catch (cause) {
    database?.close()
    if (cause instanceof CinescopeError) throw cause
    throw new CinescopeError('CSC_ERR_STORE', `${path} cannot be changed: ${messageOf(cause)}`, { cause })
  }
}

/** Without a journal on disk on the way: one that a kill leaves would have to be undone first, which no reader can. */
function logChanges(database: DatabaseSync): void {
  for (const pragma of ['journal_mode = MEMORY', 'journal_mode = WAL', 'synchronous = NORMAL', 'cache_size = -1024'])
    database.exec(`PRAGMA ${pragma}`)
}

/** A file that is to have a log, on a disk that has no room to begin one, could not even be read any more. */
function requireRoom(path: string): void {
  const probe = compactPath(path)
  try {
    writeFileSync(probe, Buffer.alloc(ROOM_BYTES), { mode: 0o600 })
  } finally {
    rmSync(probe, { force: true })
  }
}

/** Leaves a recording without a log; while a reader has it open it stays, and is empty. False where a reader needs what it holds. */
export function leaveOneFile(database: DatabaseSync): boolean {
  if (database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy'] !== 0) return false
  try {
    // not DELETE, which keeps a journal on disk while it changes the header
    database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY')
  } catch (thrown) {
    if (!isBusy(thrown)) throw thrown
  }
  return true
}

/** Opening a pipe would wait for ever, and a device never ends. */
function requireFile(path: string): void {
  let isFile: boolean
  try {
    isFile = statSync(path).isFile()
  } catch (cause) {
    throw new CinescopeError('CSC_ERR_NO_RECORDING', `no recording at ${path}: ${messageOf(cause)}`, { cause })
  }
  if (!isFile) throw new CinescopeError('CSC_ERR_FORMAT', `${path} is not a file`)
}

function checkFormat(database: DatabaseSync): AllowedSchema {
  const application = pragma(database, 'application_id')
  if (application !== APPLICATION_ID)
    throw new CinescopeError('CSC_ERR_FORMAT', 'the file is not a Cinescope recording')
  const version = pragma(database, 'user_version')
  if (version !== FORMAT_VERSION) {
    throw new CinescopeError(
      'CSC_ERR_FORMAT',
      `the recording has format ${String(version)}, this build reads ${FORMAT_VERSION}`,
    )
  }
  const objects = database
    .prepare(`SELECT ${bounded('name', 200)}, ${bounded('sql', 4096)} FROM sqlite_schema LIMIT ?`)
    .all(MAX_OBJECTS)
    .map((row) => ({ name: String(row['name']), sql: row['sql'] }))
  const allowed = allowedSchema(objects.map(({ name }) => name))
  const left = new Set(allowed.required.keys())
  for (const { name, sql } of objects) {
    if (sql === SYSTEM_OBJECTS[name] || sql === allowed.optional.get(name)) continue
    if (!left.delete(name) || sql !== allowed.required.get(name)) {
      throw new CinescopeError(
        'CSC_ERR_HOSTILE',
        `the recording holds a schema object that no writer puts there: ${name.slice(0, 60)}`,
      )
    }
  }
  if (left.size > 0)
    throw new CinescopeError('CSC_ERR_FORMAT', `the recording lacks ${[...left].slice(0, 20).join(', ')}`)
  return allowed
}

function pragma(database: DatabaseSync, name: string): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name]
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
