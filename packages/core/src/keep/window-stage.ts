/** The policy `window`: the newest records are held, and handed on all at once when something happens. */

import { F64, FLAG, kindOf, type LedgerRow, seqBefore, U32 } from '@cinescope/protocol'
import { isApart } from '../base/apart.ts'
import { CONTROL_CODE } from '../base/control-code.ts'
import type { KeepSettings } from '../options/keep-settings.ts'
import type { GapReason, RecordView } from '../ring/consumer.ts'
import { controlCode, durationOf, isBeginOfRoot, isEndOfRoot, isFailure } from './film-records.ts'
import { Chain, CHUNK_BYTES, HeldRecords, type HeldSink } from './held-records.ts'
import { KeepAll } from './keep-all.ts'
import type { Ending, KeepStage, KeptFold } from './kept-fold.ts'
import { NotKept } from './not-kept.ts'
import type { RouteTable } from './route-table.ts'

/** The window moves on by so large a part of itself. */
const PANES = 32
/** Films that are followed to their end though the window is not handed on any more. */
const MAX_FOLLOWED = 16_384

/** What was recorded of a film apart from it while the pane was filled. */
interface Apart {
  readonly time: number
  events: number
  lastSeq: number
  flags: number
}

/** A part of the window: it goes as a whole. */
class Pane extends Chain {
  readonly since: number
  /** Seq of the first record. */
  readonly before: number
  readonly apart = new Map<number, Apart>()
  until: number

  constructor(since: number, before: number) {
    super()
    this.since = since
    this.until = since
    this.before = before
  }
}

/** See the file's first line. One per ring. */
export class WindowStage implements KeepStage {
  readonly #fold: KeptFold
  readonly #settings: KeepSettings
  readonly #windowNs: number
  readonly #paneChunks: number
  readonly #routes: RouteTable
  readonly #held: HeldRecords
  readonly #notKept = new NotKept()
  readonly #keepAll: KeepAll
  /** The oldest first. */
  readonly #panes: Pane[] = []
  /** Roots handed on that have not ended. */
  readonly #followed = new Set<number>()
  readonly #promoted: HeldSink = { record: (view: RecordView) => this.#handOn(view) }
  #now = 0
  /** For `afterSeconds` from then on everything is handed on. */
  #openedAt = -Infinity

  /** Of the settings those that change at run time may do so between two records. */
  constructor(fold: KeptFold, settings: KeepSettings, routes: RouteTable) {
    this.#fold = fold
    this.#routes = routes
    this.#settings = settings
    this.#windowNs = settings.maxSeconds * 1e9
    this.#held = new HeldRecords(settings.maxBytes)
    this.#paneChunks = Math.max(1, Math.floor(settings.maxBytes / CHUNK_BYTES / PANES))
    this.#keepAll = new KeepAll(this.#windowNs)
  }

  get isHolding(): boolean {
    return this.#panes.length > 0
  }

  record(view: RecordView): void {
    const { u32, u32Base: u, seq } = view
    this.#now = view.f64[view.f64Base + F64.time]!
    const word = u32[u + U32.word]!
    if (this.#isTrigger(view, word)) this.#open()
    const low = u32[u + U32.root]!
    if (low === 0) return this.#fold.record(view)
    const root = seqBefore(seq, low)
    if (isEndOfRoot(view, word)) this.#countEnd(view, word)
    if (this.#isOpen || this.#followed.has(root)) this.#handOn(view)
    else if (isApart(kindOf(word))) this.#passApart(view, word, root)
    else this.#hold(view)
  }

  gap(from: number, to: number, reason: GapReason): void {
    this.#fold.gap(from, to, reason, Math.round(this.#now))
  }

  tick(atNs: number): void {
    this.#now = Math.max(this.#now, atNs)
    this.#moveOn()
    this.#fold.heldSince = this.#panes[0]?.since ?? Infinity
  }

  keep(atNs: number): void {
    this.#now = Math.max(this.#now, atNs)
    this.#open()
  }

  settle(ending: Ending): void {
    if (ending === 'keep') this.#promote()
    else while (this.#panes.length > 0) this.#dropOldest()
  }

  lost(): LedgerRow[] {
    return this.#notKept.rows()
  }

  get #isOpen(): boolean {
    return this.#now - this.#openedAt <= this.#settings.afterSeconds * 1e9 || this.#keepAll.isOn(this.#now)
  }

  #isTrigger(view: RecordView, word: number): boolean {
    if (isFailure(word)) return true
    const code = controlCode(view, word)
    if (code !== 0) return this.#keepAll.take(code, this.#now) || code === CONTROL_CODE.keep
    return isEndOfRoot(view, word) && ((word & FLAG.error) !== 0 || durationOf(view) > this.#settings.slowMs * 1e6)
  }

  /** Hands on what is held, and all that comes for a while. */
  #open(): void {
    this.#openedAt = this.#now
    this.#moveOn()
    this.#promote()
  }

  #promote(): void {
    for (const pane of this.#panes.splice(0)) {
      this.#held.replay(pane, pane.before, this.#promoted)
      this.#held.free(pane)
      for (const [root, { time, events, lastSeq, flags }] of pane.apart)
        this.#fold.credit(root, time, { events, lastSeq, flags })
    }
  }

  /** A film that has begun to be handed on is handed on to its end. */
  #handOn(view: RecordView): void {
    this.#fold.record(view)
    const { u32, u32Base: u, seq } = view
    const word = u32[u + U32.word]!
    if (isBeginOfRoot(view, word)) this.#follow(seq)
    else if (isEndOfRoot(view, word)) {
      this.#followed.delete(seqBefore(seq, u32[u + U32.root]!))
      this.#routes.keep(u32[u + U32.site]!, kindOf(word))
    }
  }

  #follow(root: number): void {
    this.#followed.add(root)
    if (this.#followed.size <= MAX_FOLLOWED) return
    for (const oldest of this.#followed) {
      this.#followed.delete(oldest)
      return
    }
  }

  #countEnd(view: RecordView, word: number): void {
    const site = view.u32[view.u32Base + U32.site]!
    this.#routes.ended(site, kindOf(word), durationOf(view), (word & FLAG.error) !== 0, false)
  }

  #passApart(view: RecordView, word: number, root: number): void {
    const { apart } = this.#pane(view)
    const known = apart.get(root)
    const flags = word & FLAG.marked
    if (known === undefined) apart.set(root, { time: this.#now, events: 1, lastSeq: view.seq, flags })
    else {
      known.events++
      known.lastSeq = view.seq
      known.flags |= flags
    }
    this.#fold.recordApart(view)
  }

  #hold(view: RecordView): void {
    let pane = this.#pane(view)
    while (!this.#held.append(pane, view)) {
      if (this.#held.chunks === 0) return this.#notKept.count(view)
      this.#dropOldest()
      pane = this.#pane(view)
    }
    pane.until = this.#now
  }

  /** The pane that is being filled; a new one where that is full. */
  #pane(view: RecordView): Pane {
    const last = this.#panes.at(-1)
    if (last !== undefined && last.chunks < this.#paneChunks && this.#now - last.since <= this.#windowNs / PANES)
      return last
    this.#moveOn()
    const pane = new Pane(this.#now, view.seq)
    this.#panes.push(pane)
    if (this.#now < this.#fold.heldSince) this.#fold.heldSince = this.#now
    return pane
  }

  #moveOn(): void {
    const since = this.#now - this.#windowNs
    while (this.#panes.length > 0 && this.#panes[0]!.until < since) this.#dropOldest()
  }

  #dropOldest(): void {
    const pane = this.#panes.shift()
    if (pane !== undefined) this.#notKept.drop(this.#held, pane)
  }
}
