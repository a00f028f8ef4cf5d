/** Stands before everything else that decides on films: those whose root was sampled out are counted, and go no further. */

import { FLAG, KIND_LIMIT, kindName, kindOf, type LedgerRow, U32 } from '@cinescope/protocol'
import { isApart } from '../base/apart.ts'
import type { GapReason, RecordSink, RecordView } from '../ring/consumer.ts'
import { durationOf, isEndOfRoot } from './film-records.ts'
import type { Ending, KeepStage, KeptFold } from './kept-fold.ts'
import type { RouteTable } from './route-table.ts'

/** See the file's first line. One per ring; `next` is the stage that a policy asks for, if it asks for one. */
export class SampledOut implements KeepStage {
  readonly #fold: KeptFold
  readonly #next: KeepStage | undefined
  readonly #sink: RecordSink
  readonly #routes: RouteTable
  readonly #counts = new Float64Array(KIND_LIMIT)

  constructor(fold: KeptFold, next: KeepStage | undefined, routes: RouteTable) {
    this.#fold = fold
    this.#next = next
    this.#sink = next ?? fold
    this.#routes = routes
  }

  get isHolding(): boolean {
    return this.#next?.isHolding === true
  }

  record(view: RecordView): void {
    const word = view.u32[view.u32Base + U32.word]!
    if ((word & FLAG.sampledOut) === 0) return this.#sink.record(view)
    const kind = kindOf(word)
    if (isApart(kind)) return this.#fold.recordApart(view)
    this.#counts[kind] = this.#counts[kind]! + 1
    if (!isEndOfRoot(view, word)) return
    const site = view.u32[view.u32Base + U32.site]!
    this.#routes.ended(site, kind, durationOf(view), (word & FLAG.error) !== 0, false)
  }

  gap(from: number, to: number, reason: GapReason): void {
    this.#sink.gap(from, to, reason)
  }

  tick(atNs: number): void {
    this.#next?.tick(atNs)
  }

  keep(atNs: number): void {
    this.#next?.keep(atNs)
  }

  settle(ending: Ending): void {
    this.#next?.settle(ending)
  }

  lost(): LedgerRow[] {
    const rows: LedgerRow[] = this.#next?.lost() ?? []
    this.#counts.forEach((count, kind) => {
      if (count > 0) rows.push({ reason: 'sampledOut', kind: kindName(kind) ?? 'unknown', count })
    })
    return rows
  }
}
