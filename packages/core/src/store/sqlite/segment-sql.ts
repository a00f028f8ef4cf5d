/** What is stored of one segment, as it is stored; lengths are checked before anything is read. */

import { CinescopeError } from '@cinescope/protocol'
import type { StoredBlock } from '../compression.ts'
import { MAX_SEGMENT_PAGES } from './schema.ts'
import { TILE_DIRECTORY_BYTES, type TilePlace, tilePlaces } from './tile-blob.ts'
import { integer, type SqlReader, type SqlRow } from './sql-reader.ts'

/** Everything throws CSC_ERR_PRUNED when the segment is not there, CSC_ERR_CORRUPT or CSC_ERR_LIMIT when it fails its checks. */
export class SegmentSql {
  readonly #sql: SqlReader

  constructor(sql: SqlReader) {
    this.#sql = sql
  }

  meta(id: number): Uint8Array {
    return this.#sql.blob('segment', 'meta', id)
  }

  columns(id: number): StoredBlock {
    const row = this.#sql.get('SELECT codec, raw_length FROM segment WHERE id = ?', id)
    if (row === undefined) throw gone()
    return block(row, this.#sql.blob('segment', 'columns', id))
  }

  /** Undefined when there are none. */
  grams(id: number): Uint8Array | undefined {
    const isThere = this.#sql.get('SELECT 1 FROM gram WHERE segment = ?', id) !== undefined
    return isThere ? this.#sql.blob('gram', 'filters', id) : undefined
  }

  /** Undefined when there is none. */
  rollup(id: number): StoredBlock | undefined {
    const row = this.#sql.get('SELECT codec, raw_length FROM rollup WHERE segment = ?', id)
    return row === undefined ? undefined : block(row, this.#sql.blob('rollup', 'cells', id))
  }

  /** None when there are none. */
  tiles(id: number): readonly TilePlace[] {
    const isThere = this.#sql.get('SELECT 1 FROM tile WHERE segment = ?', id) !== undefined
    return isThere ? tilePlaces(this.#sql.slice('tile', 'levels', id, 0, TILE_DIRECTORY_BYTES)) : []
  }

  tile(id: number, { codec, rawLength, at, length }: TilePlace): StoredBlock {
    return { codec, rawLength, data: this.#sql.slice('tile', 'levels', id, at, length) }
  }

  page(id: number, index: number): StoredBlock {
    const number = id * MAX_SEGMENT_PAGES + index
    const row = this.#sql.get('SELECT codec, raw_length FROM page WHERE number = ?', number)
    if (row !== undefined) return block(row, this.#sql.blob('page', 'data', number))
    if (this.#sql.get('SELECT 1 FROM segment WHERE id = ?', id) === undefined) throw gone()
    throw new CinescopeError('CSC_ERR_CORRUPT', `no value page ${index}`)
  }
}

function block(row: SqlRow, data: Uint8Array): StoredBlock {
  return { codec: integer(row, 'codec'), rawLength: integer(row, 'raw_length'), data }
}

function gone(): CinescopeError {
  return new CinescopeError('CSC_ERR_PRUNED', 'the segment has been pruned')
}
