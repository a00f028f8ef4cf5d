/** Removes the oldest segments of a recording with all that hangs on them, inside a transaction of its caller. */

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { decodeSegmentMeta, type LedgerRow } from '@cinescope/protocol'
import { mayCarry } from '../carried-state.ts'
import { filmNumber } from '../event-store.ts'
import { ledgerRowsOf } from '../ledger-rows.ts'
import { type Excess, prunedGapCounter, type Removal, type RemovedContent } from '../removal.ts'
import { CarriedTable } from './carried-sql.ts'
import type { SqliteView } from './read-view.ts'
import { MAX_SEGMENT_PAGES } from './schema.ts'
import { type AttachedStatements, attachedStatements, type WriterStatements } from './writer-statements.ts'

/** Segments removed in one step at most, so that the writer is never away for long. */
const PRUNE_SLICE = 64
const OLDEST =
  'SELECT id, thread, events, bytes, kinds_high, seq_high, time_high, meta FROM segment WHERE tail = 0 ORDER BY id LIMIT ?'

/** See the file's first line. One for each connection. */
export class SegmentRemover {
  readonly #view: SqliteView
  readonly #sql: WriterStatements
  readonly #drops: AttachedStatements['drop']
  readonly #carried: CarriedTable
  readonly #oldest: StatementSync
  readonly #lowest: StatementSync
  readonly #dropFilms: StatementSync

  /** `view` is that of the same connection. */
  constructor(database: DatabaseSync, view: SqliteView, sql: WriterStatements) {
    this.#view = view
    this.#sql = sql
    this.#drops = attachedStatements(database).drop
    this.#carried = new CarriedTable(database)
    this.#oldest = database.prepare(OLDEST)
    this.#lowest = database.prepare('SELECT min(seq_low) AS low FROM segment WHERE thread = ?')
    this.#dropFilms = database.prepare('DELETE FROM film WHERE number >= ? AND number < ? AND number + span < ?')
  }

  /** The state that is carried of an entity. */
  known(entity: number): ReturnType<SqliteView['carried']> {
    return this.#view.carried(entity)
  }

  /** Removes up to `PRUNE_SLICE` finished segments; `carriedBytes` is what carried states may take. */
  remove(removal: Removal, excess: Excess, carriedBytes: number): void {
    const oldest = this.#oldest.all(PRUNE_SLICE)
    for (const row of oldest) {
      if (!excess.includes(Number(row['time_high']))) break
      const [id, events] = [Number(row['id']), Number(row['events'])]
      const [kindsHigh, seqHigh] = [Number(row['kinds_high']), Number(row['seq_high'])]
      const segment = { thread: Number(row['thread']), events, kindsHigh, seqHigh }
      excess.less(Number(row['bytes']), events)
      removal.count(segment, decodeSegmentMeta(row['meta'] as Uint8Array))
      if (mayCarry(kindsHigh)) removal.carry(segment, () => this.#contentOf(id))
      this.drop(id)
    }
    this.#carried.apply(removal.carrier.changes, removal.known, carriedBytes)
    if (this.#carried.forgotten > 0) this.#sql.counter.run('cinescope.states.forgotten', this.#carried.forgotten)
    for (const [thread, seq] of removal.gaps) this.#sql.counter.run(prunedGapCounter(thread), seq)
    for (const thread of removal.events.keys()) this.#dropOrphanFilms(thread)
  }

  /** Removes one segment, finished or not. */
  drop(id: number): void {
    const first = id * MAX_SEGMENT_PAGES
    this.#sql.dropPages.run(first, first + MAX_SEGMENT_PAGES)
    for (const drop of this.#drops) drop.run(id)
    this.#sql.dropSegment.run(id)
  }

  /** Counts anew what is carried, after a removal that was taken back. */
  recount(): void {
    this.#carried.recount()
  }

  #contentOf(id: number): RemovedContent {
    return {
      rows: this.#view.rows({ id }),
      pages: this.#view.meta({ id }).pages,
      pageOf: (index) => this.#view.page({ id }, index),
    }
  }

  /** Films whose last event lies before all that is left of their thread; all of them when nothing is left. */
  #dropOrphanFilms(thread: number): void {
    const row = this.#lowest.get(thread)
    const from = filmNumber(thread, 0)
    const low = row?.['low'] === null ? filmNumber(thread + 1, 0) : from + Number(row?.['low'])
    this.#dropFilms.run(from, low, low)
  }
}

/** Writes the account. A kind of which nothing is stored any more has no row, so the rows of before go first. */
export function writeLedger(
  sql: WriterStatements,
  { taken, pruned }: { readonly taken: Float64Array; readonly pruned: Float64Array },
  lost: readonly LedgerRow[],
): void {
  sql.dropStored.run()
  const stored = taken.map((count, kind) => count - pruned[kind]!)
  for (const row of [...ledgerRowsOf('stored', stored), ...ledgerRowsOf('pruned', pruned), ...lost]) {
    sql.ledger.run(row.reason, row.kind, row.count)
  }
}
