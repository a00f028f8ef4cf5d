/** One turn of the writer: ring to rows, rows to a commit, commit to the store. No thread, no sleep: the writer drives it. */

import { type Anchor, CinescopeError, type Definition, type LedgerRow } from '@cinescope/protocol'
import { type Clock, anchorOf } from '../base/clock.ts'
import type { Commit, Cut } from '../base/commit.ts'
import type { RouteRow } from '../base/route-row.ts'
import type { RecordSink } from '../ring/consumer.ts'
import type { Intake } from './intake.ts'

/** What the pipeline needs of correlation. */
export interface Fold extends RecordSink {
  readonly taken: Float64Array
  readonly pendingRows: number
  anchor(anchor: Anchor): void
  cut(seal: boolean, sealRows: number): Cut
}

/** What the pipeline needs of a stage that keeps some of the records back. */
export interface Stage extends RecordSink {
  readonly isHolding: boolean
  tick(atNs: number): void
  keep(atNs: number): void
  settle(ending: Ending): void
  lost(): LedgerRow[]
}

/** What the pipeline needs of those counts. */
export interface RouteCounts {
  /** They have changed, and are due. */
  readonly isDue: boolean
  /** Hands out what has changed, if it is due or `all`. */
  take(all: boolean): readonly RouteRow[]
}

/** What becomes of records that are held back when no more come: all are kept, or it is decided by what is known. */
export type Ending = 'keep' | 'decide'

/** What the pipeline needs of a store. */
export interface CommitTarget {
  commit(commit: Commit): void
}

/** Parts and limits of a pipeline. */
export interface PipelineParts {
  readonly intake: Intake
  readonly fold: Fold
  /** Between the ring and the fold; default nothing. */
  readonly stage?: Stage | undefined
  /** Where films that end are counted by route; default nowhere. */
  readonly routes?: RouteCounts | undefined
  readonly store: CommitTarget
  readonly clock: Clock
  /** Figures to keep with each commit. */
  readonly counters: () => Readonly<Record<string, number>>
  /** A tail of this many rows is sealed at once. */
  readonly sealRows: number
  readonly report: (error: CinescopeError) => void
}

/** Records taken from the ring between two looks at the clock. */
const DRAIN_SLICE = 8192
const ANCHOR_EVERY_MS = 1000
const CLOCK_STEP_MS = 5

/** See the file's first line. */
export class Pipeline {
  commits = 0
  /** Events that the last commit holds, those pruned since included. */
  taken = 0
  /** Events accounted for by the last commit: taken, decided against, or known to be lost. */
  accounted = 0
  /** Events decided against by the last commit. */
  notKept = 0
  /** Events of roots that were sampled out, by the last commit. */
  sampledOut = 0
  readonly #parts: PipelineParts
  readonly #sink: RecordSink
  #definitions: Definition[] = []
  #unwritten: Commit | undefined
  #anchor: Anchor | undefined

  constructor(parts: PipelineParts) {
    this.#parts = parts
    this.#sink = parts.stage ?? parts.fold
  }

  /** Takes what the ring holds, at most `limit` records. While a commit is unwritten nothing is taken, so the ring pushes back. */
  drain(limit: number = DRAIN_SLICE): number {
    if (this.#unwritten !== undefined) return 0
    this.#keepAnchor()
    return this.#parts.intake.drain(this.#sink, limit)
  }

  /** True when there is something that no commit holds. */
  get isDirty(): boolean {
    const { fold, routes } = this.#parts
    return (
      this.#unwritten !== undefined || fold.pendingRows > 0 || this.#definitions.length > 0 || routes?.isDue === true
    )
  }

  /** Records are held back of which nothing has been decided. */
  get isHolding(): boolean {
    return this.#parts.stage?.isHolding === true
  }

  /** Keeps the window of a stage that holds one; what was recorded before now and is still in the ring is of it. */
  keepWindow(): void {
    this.#parts.stage?.keep(this.#parts.clock.now() * 1e6)
  }

  /** Decides on all that is held back; a commit must follow. */
  settle(ending: Ending): void {
    this.#parts.stage?.settle(ending)
  }

  /** Commits everything drained so far; with `seal`, as a finished segment; `all`: with figures that are not due yet. False when the store refused: the commit is kept and tried again. */
  commit(seal = false, all: boolean = seal): boolean {
    this.#unwritten ??= this.#next(seal, all)
    const { taken, lost } = this.#unwritten
    try {
      this.#parts.store.commit(this.#unwritten)
    } catch (thrown) {
      this.#parts.report(asStoreError(thrown))
      return false
    }
    this.#unwritten = undefined
    this.commits++
    this.taken = taken.reduce((sum, count) => sum + count, 0)
    this.notKept = countOf(lost, 'notKept')
    this.sampledOut = countOf(lost, 'sampledOut')
    this.accounted = this.taken + lost.reduce((sum, row) => sum + row.count, 0)
    return true
  }

  /** Tells the fold of records up to `lastOffered` that never came. Only once the producer offers no more. */
  closeGap(lastOffered: number): void {
    this.#parts.intake.consumer.closeGap(this.#sink, lastOffered)
  }

  #next(seal: boolean, all: boolean): Commit {
    this.#definitions = this.#definitions.concat(this.#parts.intake.definitions())
    const cut = this.#parts.fold.cut(seal, this.#parts.sealRows)
    const definitions = this.#definitions
    this.#definitions = []
    return {
      ...cut,
      definitions,
      taken: this.#parts.fold.taken.slice(),
      lost: [...this.#parts.intake.lost(), ...(this.#parts.stage?.lost() ?? [])],
      routes: this.#parts.routes?.take(all) ?? [],
      counters: this.#parts.counters(),
    }
  }

  /** One reading a second, and one at each step of the wall clock. */
  #keepAnchor(): void {
    const now = anchorOf(this.#parts.clock)
    const last = this.#anchor
    if (last !== undefined) {
      const elapsedMs = (now.atNs - last.atNs) / 1e6
      const step = Math.abs(now.wallMs - last.wallMs - elapsedMs)
      if (elapsedMs < ANCHOR_EVERY_MS && step < CLOCK_STEP_MS) return
    }
    this.#anchor = now
    this.#parts.fold.anchor(now)
    this.#parts.stage?.tick(now.atNs)
  }
}

function countOf(rows: readonly LedgerRow[], wanted: LedgerRow['reason']): number {
  return rows.reduce((sum, { reason, count }) => (reason === wanted ? sum + count : sum), 0)
}

/** What a store threw, as what it is to the user. */
export function asStoreError(thrown: unknown): CinescopeError {
  if (thrown instanceof CinescopeError) return thrown
  return new CinescopeError('CSC_ERR_STORE', thrown instanceof Error ? thrown.message : String(thrown), {
    cause: thrown,
  })
}
