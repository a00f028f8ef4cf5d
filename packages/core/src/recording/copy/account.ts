/** The ledger of a copy: every event of the original is in it, or it is said where it went. */

import { type Kind, type KindCount, kindName, type LedgerReason, type LedgerRow } from '@cinescope/protocol'

type KindName = Kind | 'unknown'
type Counts = Map<KindName, number>

/** See above. */
export class Account {
  readonly #before: readonly LedgerRow[]
  readonly #kept: Counts = new Map()
  readonly #recovered: Counts = new Map()

  /** `before` is the ledger of the original. */
  constructor(before: readonly LedgerRow[]) {
    this.#before = before
  }

  /** Events that are copied. */
  keep(kinds: readonly KindCount[]): void {
    add(this.#kept, kinds)
  }

  /** Events that the original had pruned and that are copied from elsewhere. */
  recover(kinds: readonly KindCount[]): void {
    add(this.#recovered, kinds)
  }

  /** The copy's ledger: what was stored and is not here went the way of `missing`. */
  rows(missing: LedgerReason): LedgerRow[] {
    const sums = new Map<string, LedgerRow>()
    const put = (reason: LedgerReason, kind: KindName, count: number): void => {
      const key = `${reason} ${kind}`
      sums.set(key, { reason, kind, count: (sums.get(key)?.count ?? 0) + count })
    }
    const stored: Counts = new Map()
    for (const { reason, kind, count } of this.#before) {
      if (reason === 'stored') stored.set(kind, count)
      else put(reason, kind, count)
    }
    for (const kind of new Set([...stored.keys(), ...this.#kept.keys(), ...this.#recovered.keys()])) {
      const recovered = this.#recovered.get(kind) ?? 0
      put('stored', kind, (this.#kept.get(kind) ?? 0) + recovered)
      put('pruned', kind, -recovered)
      put(missing, kind, (stored.get(kind) ?? 0) - (this.#kept.get(kind) ?? 0))
    }
    const rows = Array.from(sums.values()).filter(({ count }) => count !== 0)
    // by this row an extract is known, also one that left no event
    const isMarked = missing !== 'notExtracted' || rows.some(({ reason }) => reason === missing)
    return isMarked ? rows : [...rows, { reason: missing, kind: 'unknown', count: 0 }]
  }
}

function add(counts: Counts, kinds: readonly KindCount[]): void {
  for (const { kind, events } of kinds) {
    if (events === 0) continue
    const name = kindName(kind) ?? 'unknown'
    counts.set(name, (counts.get(name) ?? 0) + events)
  }
}
