/** Statements of one connection, and columns of their rows: what a hostile file could lie about is checked here. */

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { CinescopeError } from '@cinescope/protocol'
import { MAX_BLOCK_BYTES, MAX_PAGE_BYTES } from '../compression.ts'

/** A row as SQLite gives it. */
export type SqlRow = Record<string, unknown>

/** What can be bound. */
export type SqlValue = string | number | Uint8Array

/** Longest blobs by column: 65,536 rows at 10 bits a key; lists of 65,536 entries; blocks as stored; filters of 4 KiB a page; roll-ups; tiles. */
export const MOST_BYTES: Readonly<
  Record<'bloom' | 'meta' | 'columns' | 'data' | 'filters' | 'cells' | 'levels', number>
> = {
  bloom: 131_072,
  meta: 2_097_152,
  columns: MAX_BLOCK_BYTES,
  data: MAX_PAGE_BYTES,
  filters: 8_400_000,
  cells: MAX_BLOCK_BYTES,
  levels: MAX_BLOCK_BYTES,
}
/** Keys of tables that hold blobs. */
const KEYS = { segment: 'id', page: 'number', gram: 'segment', rollup: 'segment', tile: 'segment' } as const
/** Longest text that is taken, in characters. */
const MAX_TEXT = 65_536

/** Statements of a connection, prepared once. What SQLite throws comes out as CSC_ERR_CORRUPT. */
export class SqlReader {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  get(sql: string, ...values: SqlValue[]): SqlRow | undefined {
    return this.#run(() => this.#prepare(sql).get(...values) as SqlRow | undefined)
  }

  all(sql: string, ...values: SqlValue[]): SqlRow[] {
    return this.#run(() => this.#prepare(sql).all(...values) as SqlRow[])
  }

  /** Hands the rows to `take` one by one, as long as it says true. */
  each(sql: string, values: readonly SqlValue[], take: (row: SqlRow) => boolean): void {
    this.#run(() => {
      for (const row of this.#prepare(sql).iterate(...values)) if (!take(row)) return
    })
  }

  /** A blob, its length checked before it is read. @throws CSC_ERR_PRUNED when its row is not there */
  blob(table: keyof typeof KEYS, column: keyof typeof MOST_BYTES, id: number): Uint8Array {
    const key = KEYS[table]
    const size = this.get(
      `SELECT octet_length(${column}) AS size, typeof(${column}) AS type FROM ${table} WHERE ${key} = ?`,
      id,
    )
    if (size === undefined) throw new CinescopeError('CSC_ERR_PRUNED', 'the segment has been pruned')
    if (size['type'] !== 'blob') throw new CinescopeError('CSC_ERR_CORRUPT', `${table}.${column} is no blob`)
    if (integer(size, 'size') > MOST_BYTES[column])
      throw new CinescopeError('CSC_ERR_LIMIT', `${table}.${column} is too long`)
    const row = this.get(`SELECT ${column} AS data FROM ${table} WHERE ${key} = ?`, id)
    const data = row?.['data']
    if (!(data instanceof Uint8Array)) throw new CinescopeError('CSC_ERR_CORRUPT', `${table}.${column} is no blob`)
    return data
  }

  /** Bytes of a blob from `at` on, `length` at most: what stands before them is passed over. @throws CSC_ERR_PRUNED when its row is not there */
  slice(table: keyof typeof KEYS, column: keyof typeof MOST_BYTES, id: number, at: number, length: number): Uint8Array {
    if (length > MOST_BYTES[column]) throw new CinescopeError('CSC_ERR_LIMIT', `${table}.${column} is too long`)
    const row = this.get(
      `SELECT substr(${column}, ?, ?) AS data FROM ${table} WHERE ${KEYS[table]} = ?`,
      at + 1,
      length,
      id,
    )
    if (row === undefined) throw new CinescopeError('CSC_ERR_PRUNED', 'the segment has been pruned')
    const data = row['data']
    if (!(data instanceof Uint8Array)) throw new CinescopeError('CSC_ERR_CORRUPT', `${table}.${column} is no blob`)
    return data
  }

  #run<T>(read: () => T): T {
    try {
      return read()
    } catch (cause) {
      if (cause instanceof CinescopeError) throw cause
      throw new CinescopeError('CSC_ERR_CORRUPT', `the recording cannot be read: ${messageOf(cause)}`, { cause })
    }
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#database.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}

/** A column's integer. @throws CSC_ERR_CORRUPT */
export function integer(row: SqlRow, column: string): number {
  const value = row[column]
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw new CinescopeError('CSC_ERR_CORRUPT', `column ${column} holds no integer`)
  }
  return value
}

/** A column's text. @throws CSC_ERR_CORRUPT */
export function string(row: SqlRow, column: string): string {
  const value = row[column]
  if (typeof value !== 'string' || value.length > MAX_TEXT) {
    throw new CinescopeError('CSC_ERR_CORRUPT', `column ${column} holds no text`)
  }
  return value
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
