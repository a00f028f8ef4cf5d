/** The account of what was decided against. */

import { KIND_LIMIT, kindName, kindOf, type LedgerRow, U32 } from '@cinescope/protocol'
import type { RecordView } from '../ring/consumer.ts'
import type { Chain, HeldRecords } from './held-records.ts'

/** Counts by kind. */
export class NotKept {
  readonly #counts = new Float64Array(KIND_LIMIT)

  /** One record that is not handed on. */
  count({ u32, u32Base }: RecordView): void {
    const kind = kindOf(u32[u32Base + U32.word]!)
    this.#counts[kind] = this.#counts[kind]! + 1
  }

  /** Counts records that were held, and lets go of them. */
  drop(held: HeldRecords, chain: Chain): void {
    held.count(chain, this.#counts)
    held.free(chain)
  }

  rows(): LedgerRow[] {
    const rows: LedgerRow[] = []
    this.#counts.forEach((count, kind) => {
      if (count > 0) rows.push({ reason: 'notKept', kind: kindName(kind) ?? 'unknown', count })
    })
    return rows
  }
}
