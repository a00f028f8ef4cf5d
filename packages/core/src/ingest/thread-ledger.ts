/** One store for all threads: what one of them commits goes in with what the others have committed. */

import { type CinescopeError, KIND_LIMIT, type LedgerRow } from '@cinescope/protocol'
import type { Commit } from '../base/commit.ts'
import type { PruneLimits } from '../options/retention-limits.ts'
import type { SealedSegment } from '../base/sealed-segment.ts'
import { asStoreError, type CommitTarget } from './pipeline.ts'

/** What is needed of a store. */
interface SharedStore {
  commit(commit: Commit): void
  prune(limits: PruneLimits): { readonly isDone: boolean; readonly events: ReadonlyMap<number, number> }
}

interface Account {
  readonly taken: Float64Array
  readonly lost: readonly LedgerRow[]
}

/** Keeps the account of each thread, of those that have ended too. */
export class ThreadLedger {
  /** Bytes of all segments and tails that were committed. */
  written = 0
  readonly #store: SharedStore
  readonly #accounts = new Map<number, Account>()
  readonly #pruned = new Map<number, number>()

  constructor(store: SharedStore) {
    this.#store = store
  }

  /** Where the commits of a thread go. */
  targetOf(thread: number): CommitTarget {
    return {
      commit: (commit) => {
        const others = Array.from(this.#accounts).flatMap(([other, account]) => (other === thread ? [] : [account]))
        this.#store.commit({ ...commit, ...sumOf([commit, ...others]) })
        this.written += bytesOf(commit)
        this.#accounts.set(thread, { taken: commit.taken, lost: commit.lost })
      },
    }
  }

  /** A thread has ended: what it committed is added to what those before it did. */
  retire(thread: number): void {
    const account = this.#accounts.get(thread)
    if (account === undefined) return
    this.#accounts.delete(thread)
    const before = this.#accounts.get(RETIRED)
    this.#accounts.set(RETIRED, sumOf(before === undefined ? [account] : [before, account]))
    this.#pruned.delete(thread)
  }

  /** Events of a thread that retention has removed. */
  prunedOf(thread: number): number {
    return this.#pruned.get(thread) ?? 0
  }

  /** Removes a slice of the oldest segments beyond the limits. False where there may be more. */
  prune(limits: PruneLimits, report: (error: CinescopeError) => void): boolean {
    try {
      const { isDone, events } = this.#store.prune(limits)
      for (const [thread, count] of events) this.#pruned.set(thread, this.prunedOf(thread) + count)
      return isDone
    } catch (thrown) {
      report(asStoreError(thrown))
      // it is tried again after the next commit
      return true
    }
  }
}

/** Stands for all threads that have ended. */
const RETIRED = -1

function bytesOf({ sealed, tail }: Commit): number {
  const segments = tail === undefined ? sealed : [...sealed, tail]
  return segments.reduce((sum, segment) => sum + bytesOfSegment(segment), 0)
}

function bytesOfSegment({ bloom, meta, columns, pages, grams, rollup, tiles }: SealedSegment): number {
  const parts = [bloom, meta, columns, ...pages, ...tiles, grams, rollup]
  return parts.reduce((sum, part) => sum + (part?.length ?? 0), 0)
}

function sumOf(accounts: readonly Account[]): Account {
  const taken = new Float64Array(KIND_LIMIT)
  const lost = new Map<string, LedgerRow>()
  for (const account of accounts) {
    account.taken.forEach((count, kind) => (taken[kind] = taken[kind]! + count))
    for (const row of account.lost) {
      const key = `${row.reason} ${row.kind}`
      lost.set(key, { ...row, count: row.count + (lost.get(key)?.count ?? 0) })
    }
  }
  return { taken, lost: [...lost.values()] }
}
