/** Every kind of damage, each determined by its name and a seed, so that a damaged recording is a short list of them. */

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { chance } from '../chance.ts'
import { BLOCK_CHANGES } from './blocks.ts'
import { BYTE_CHANGES, PAGE_CHANGES } from './bytes.ts'
import { type Files, recordingNames, type Shape } from './copy.ts'
import { changeLog } from './log.ts'
import { intBelow, pick, type Random } from './random.ts'
import { SQL_CHANGES, type SqlChange } from './sql.ts'

/** One act of damage. */
export interface Operation {
  readonly kind: string
  readonly seed: number
}

/** What is damaged, and what else there is to take pieces from. */
interface Target {
  readonly files: Files
  /** The recording to damage, one of the files. */
  readonly name: string
  readonly others: readonly Shape[]
}

type Change = (target: Target, random: Random) => void

const CHANGES: Readonly<Record<string, Change>> = {
  ...mapValues(BYTE_CHANGES, onFile('.cine')),
  ...mapValues(PAGE_CHANGES, onFile('.cine')),
  ...mapValues({ 'log bits': BYTE_CHANGES['bits']!, 'log cut': BYTE_CHANGES['truncated']! }, onFile('.cine-wal')),
  ...mapValues(SQL_CHANGES, bySql),
  ...mapValues(BLOCK_CHANGES, bySql),
  'log signed anew': onFile('.cine-wal')((bytes, random) => changeLog(bytes, random)),
  'log of another recording': ({ files, name, others }, random) => replace(files, `${name}-wal`, others, random),
  'a log from nowhere': ({ files, name }, random) =>
    void files.set(`${name}-wal`, Buffer.alloc(intBelow(random, 50_000), intBelow(random, 256))),
  'a journal from nowhere': ({ files, name }, random) =>
    void files.set(
      `${name}-journal`,
      Buffer.from('d9d505f920a163d7'.padEnd(1200, pick(random, ['0', '1', 'f'])), 'hex'),
    ),
  'an index from nowhere': ({ files, name }, random) =>
    void files.set(`${name}-shm`, Buffer.alloc(32_768, intBelow(random, 256))),
  'a lock that is none': ({ files, name }) => void files.set(`${name}-lock`, Buffer.alloc(0)),
}

/** Where most of the reader's code is, damage is most frequent. */
const WEIGHTS: Readonly<Record<string, number>> = {
  'a column': 8,
  'rows of a segment': 8,
  'bytes of a segment': 4,
  'bytes of a value page': 6,
  'tags of a value page': 2,
  'values made up': 12,
  'a bare blob': 6,
  'a value of another row': 3,
  'log signed anew': 4,
  'an object': 2,
  'the schema': 2,
}
const KINDS = Object.keys(CHANGES).flatMap((kind) => Array<string>(WEIGHTS[kind] ?? 1).fill(kind))

/** Draws one to five acts of damage, mostly few. */
export function drawOperations(random: Random): Operation[] {
  const count = 1 + Math.floor(random() ** 2 * 5)
  return Array.from({ length: count }, () => ({ kind: pick(random, KINDS), seed: intBelow(random, 2 ** 32) }))
}

/** SQLite changes rows of sound trees only, and in one with a circle it would go on for ever: so bytes are changed last. */
function phaseOf({ kind }: Operation): number {
  if (kind in BLOCK_CHANGES) return 0
  if (kind in SQL_CHANGES) return kind === 'the schema' ? 2 : kind === 'an object' ? 1 : 0
  return 3
}

/** The files of a shape after all operations; those that cannot be done to it change nothing. */
export function damaged(shape: Shape, operations: readonly Operation[], others: readonly Shape[]): Files {
  const files: Files = new Map(shape.files)
  for (const { kind, seed } of operations.toSorted((a, b) => phaseOf(a) - phaseOf(b))) {
    const random = chance(seed)
    const names = recordingNames(files)
    const change = CHANGES[kind]
    if (names.length === 0 || change === undefined) continue
    change({ files, name: pick(random, names), others }, random)
  }
  return files
}

type OnBytes = (bytes: Buffer, random: Random, others: Uint8Array) => Uint8Array

/** A change of the bytes of the recording or of its log. */
function onFile(extension: '.cine' | '.cine-wal'): (change: OnBytes) => Change {
  return (change) =>
    ({ files, name, others }, random) => {
      const file = name.replace(/\.cine$/, extension)
      const bytes = files.get(file)
      if (bytes === undefined) return
      const other = [...pick(random, others).files.values()][0] ?? bytes
      files.set(file, change(Buffer.from(bytes), random, other))
    }
}

/** A change by SQL; what the log held before and holds after is kept in a log, not moved into the file. */
function bySql(change: SqlChange): Change {
  return ({ files, name }, random) => {
    const directory = mkdtempSync(join(tmpdir(), 'cinescope-fuzz-'))
    try {
      edit(files, name, directory, (database) => change(database, random))
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  }
}

function edit(files: Files, name: string, directory: string, change: (database: DatabaseSync) => void): void {
  const path = join(directory, 'edited.cine')
  for (const suffix of ['', '-wal']) {
    const bytes = files.get(name + suffix)
    if (bytes !== undefined) writeFileSync(path + suffix, bytes)
  }
  try {
    using database = new DatabaseSync(path, { enableDoubleQuotedStringLiterals: true, defensive: false })
    database.exec('PRAGMA wal_autocheckpoint = 0; PRAGMA writable_schema = ON')
    change(database)
    // while it is open: to close it would empty the log
    for (const suffix of ['', '-wal']) {
      if (!files.has(name + suffix)) continue
      cpSync(path + suffix, `${path}${suffix}.kept`)
      files.set(name + suffix, readFileSync(`${path}${suffix}.kept`))
    }
  } catch {
    // damaged so far that SQLite does not change it any more: it stays as it is
  }
}

function replace(files: Files, name: string, others: readonly Shape[], random: Random): void {
  const logs = others.flatMap((shape) => [...shape.files].filter(([each]) => each.endsWith('-wal')))
  if (logs.length > 0) files.set(name, pick(random, logs)[1])
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}
