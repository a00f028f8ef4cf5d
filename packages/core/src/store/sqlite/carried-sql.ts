/** States that retention carries over, as rows. */

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { CinescopeError, MAX_VALUE_BYTES } from '@cinescope/protocol'
import { carriedBytes, type CarriedState } from '../carried-state.ts'
import { expandBlock, plainBlock } from '../compression.ts'
import { bounded } from './bounded.ts'
import { integer, type SqlReader, type SqlRow } from './sql-reader.ts'

/** Longest state that is taken: one as it is captured, and what patches that were reported may add to it. */
export const MAX_STATE_BYTES: number = 16 * MAX_VALUE_BYTES
const CHECKSUM_BYTES = 4
const ROW_BYTES = carriedBytes({ value: undefined })
const NUMBERS = 'entity, thread, seq, time, word, site, parent, root, whole, place, lost'
const READ = `SELECT ${NUMBERS}, typeof(value) AS type, ${bounded('value', MAX_STATE_BYTES)} FROM carried WHERE entity = ?`

/** The state carried of an entity. @throws CSC_ERR_CORRUPT, CSC_ERR_LIMIT */
export function carriedIn(sql: SqlReader, entity: number): CarriedState | undefined {
  const row = sql.get(READ, entity)
  return row === undefined ? undefined : carriedOf(row)
}

/** Writes them; one for each recording. */
export class CarriedTable {
  readonly #put: StatementSync
  readonly #drop: StatementSync
  readonly #oldest: StatementSync
  readonly #sum: StatementSync
  /** Bytes of all. */
  #bytes = 0
  /** Those forgotten, because they would have taken too much. */
  forgotten = 0

  constructor(database: DatabaseSync) {
    this.#put = database.prepare('INSERT OR REPLACE INTO carried VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    this.#drop = database.prepare('DELETE FROM carried WHERE entity = ?')
    this.#sum = database.prepare(
      `SELECT sum(${ROW_BYTES} + coalesce(length(value) - ${CHECKSUM_BYTES}, 0)) AS bytes FROM carried`,
    )
    this.#oldest = database.prepare('SELECT entity, length(value) AS bytes FROM carried ORDER BY time LIMIT 256')
  }

  /** Writes what has changed, then forgets the oldest beyond `maxBytes`. `known` gives what was there before. */
  apply(
    changes: ReadonlyMap<number, CarriedState | undefined>,
    known: (entity: number) => CarriedState | undefined,
    maxBytes: number,
  ): void {
    for (const [entity, state] of changes) {
      const before = known(entity)
      if (before !== undefined) this.#bytes -= carriedBytes(before)
      if (state === undefined) this.#drop.run(entity)
      else {
        this.#put.run(...valuesOf(state))
        this.#bytes += carriedBytes(state)
      }
    }
    while (this.#bytes > maxBytes && this.#forgetSome(maxBytes)) continue
  }

  /** Counts anew, after a change that was taken back. */
  recount(): void {
    this.#bytes = Number(this.#sum.get()?.['bytes'] ?? 0)
  }

  /** False when there are none. */
  #forgetSome(maxBytes: number): boolean {
    const oldest = this.#oldest.all()
    for (const row of oldest) {
      if (this.#bytes <= maxBytes) return true
      this.#drop.run(Number(row['entity']))
      this.#bytes -= ROW_BYTES + Math.max(0, Number(row['bytes'] ?? 0) - CHECKSUM_BYTES)
      this.forgotten++
    }
    return oldest.length > 0
  }
}

function valuesOf(state: CarriedState): (number | Uint8Array | null)[] {
  const { entity, thread, seq, time, word, site, parent, root, whole, place, lost, value } = state
  const block = value === undefined ? null : plainBlock(value).data
  return [entity, thread, seq, time, word, site, parent, root, whole, place, lost, block]
}

function carriedOf(row: SqlRow): CarriedState {
  const [entity, thread, seq, time, word, site, parent, root, whole, place, lost] = NUMBERS.split(', ').map((column) =>
    integer(row, column),
  ) as [number, number, number, number, number, number, number, number, number, number, number]
  return { entity, thread, seq, time, word, site, parent, root, whole, place, lost, value: valueOf(row) }
}

function valueOf({ type, value }: SqlRow): Uint8Array | undefined {
  if (type === 'null') return undefined
  if (value === null) throw new CinescopeError('CSC_ERR_LIMIT', 'a carried state is too long')
  if (!(value instanceof Uint8Array)) throw new CinescopeError('CSC_ERR_CORRUPT', 'a carried state is no blob')
  return expandBlock({ codec: 0, rawLength: value.length - CHECKSUM_BYTES, data: value }, MAX_STATE_BYTES)
}
