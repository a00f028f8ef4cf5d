/** One page of a tail from one view: what arrived after a position, and the position after that. */

import { type ArrivalEnd, type CinescopeEvent, eventsOf, type Rows } from '@cinescope/protocol'
import type { SegmentEntry } from '../../store/event-store.ts'
import { buildEvent, NO_VALUES } from '../../store/read/event-builder.ts'
import { compileFilter, type Predicate } from '../predicate.ts'
import type { QueryParts } from '../reading.ts'
import type { EventFilter } from '@cinescope/protocol'
import { arrivedInSealed, endOf, isWhatBecameOf, takeTail } from './arrived-rows.ts'
import { neverEnded } from './never-ended.ts'
import type { Position } from './position.ts'
import { gapEvent, type TailGap } from './tail-gap.ts'

/** What is wanted of the events. */
export interface Wanted {
  readonly where: EventFilter | undefined
  readonly values: boolean
  /** Items at most, but for those of one tail. */
  readonly limit: number
}

/** Rows looked at for one page at most, so that a filter that nothing passes does not keep a caller waiting. */
const MOST_ROWS = 200_000

/** See the file's first line. Moves the position on. One step, one view. */
export class Step {
  readonly items: CinescopeEvent[] = []
  readonly #parts: QueryParts
  readonly #position: Position
  readonly #wanted: Wanted
  readonly #predicate: Predicate
  /** Threads whose tails that were seen have been replaced, by a segment or by a tail that holds them all. */
  readonly #replaced = new Set<number>()
  #rowsSeen = 0

  constructor(parts: QueryParts, position: Position, wanted: Wanted) {
    this.#parts = parts
    this.#position = position
    this.#wanted = wanted
    this.#predicate = compileFilter(wanted.where, parts)
    // what was decoded for the page before is gone
    parts.cost.weight = 0
  }

  /** False when the page was full before all there is had been seen. */
  async takeArrived(): Promise<boolean> {
    const unseen = this.#parts.reader.segments().filter(({ id }) => id > this.#position.seen)
    this.#forgetPruned(unseen)
    this.#tellMissing(unseen)
    for (const entry of unseen) {
      await this.#parts.cost.breathe()
      if (this.#isFull) return false
      const isWhole = entry.isTail ? this.#takeTail(entry) : this.#takeSealed(entry)
      if (!isWhole) return false
      this.#position.seen = entry.id
      this.#position.lastNs = Math.max(this.#position.lastNs, entry.summary.timeHigh)
    }
    return true
  }

  /** What never ended, and that there was no end. False when the page was full before. */
  async takeRest(end: ArrivalEnd): Promise<boolean> {
    let index = 0
    for await (const { entry, rows, row } of neverEnded(this.#parts)) {
      if (index++ < this.#position.openTaken) continue
      if (this.#isFull) return false
      this.#position.openTaken = index
      this.#offer(entry, rows, row)
    }
    const { lastNs } = this.#position
    if (end === 'interrupted')
      this.#tell({ reason: 'interrupted', count: undefined, from: lastNs, to: lastNs }, this.#lastThread())
    return true
  }

  get #isFull(): boolean {
    return this.items.length >= this.#wanted.limit || this.#parts.cost.isHeavy || this.#rowsSeen >= MOST_ROWS
  }

  /** All of it: once a sealed segment has taken its place, what was handed out of a half could not be told. */
  #takeTail(entry: SegmentEntry): boolean {
    const { unfinished } = this.#position
    const { thread, events } = entry.summary
    const rows = this.#rowsOf(entry)
    if (typeof rows === 'string') return this.#passUnreadable(entry, rows)
    const before = unfinished.get(thread)
    const joins = before !== undefined && this.#replaced.delete(thread)
    const { rows: all, after } = takeTail(rows, joins ? undefined : before)
    const arrived = joins ? arrivedInSealed(rows, before) : all
    after.events += events
    this.#position.accounted += events - (joins ? before.events : 0)
    unfinished.set(thread, after)
    for (const row of arrived) this.#offer(entry, rows, row)
    return true
  }

  #takeSealed(entry: SegmentEntry): boolean {
    const position = this.#position
    const { thread, events } = entry.summary
    const before = position.unfinished.get(thread)
    const settle = (): true => {
      position.accounted += events - (before?.events ?? 0)
      position.unfinished.delete(thread)
      this.#replaced.delete(thread)
      position.partial = undefined
      return true
    }
    if (this.#predicate.rulesOut(entry) !== undefined) return settle()
    const rows = this.#rowsOf(entry)
    if (typeof rows === 'string') return this.#passUnreadable(entry, rows) && settle()
    const arrived = arrivedInSealed(rows, before)
    let { taken, events: told } = position.partial ?? { taken: 0, events: 0 }
    for (; taken < arrived.length; taken++) {
      if (this.#isFull) {
        position.partial = { segment: entry.id, taken, events: told }
        return false
      }
      const row = arrived[taken]!
      told += eventsOf(rows.word[row]!)
      this.#offer(entry, rows, row)
    }
    return settle()
  }

  #offer(entry: SegmentEntry, rows: Rows, row: number): void {
    const { view, reader, cost, node, anchors } = this.#parts
    this.#rowsSeen++
    this.#position.lastNs = Math.max(this.#position.lastNs, endOf(rows, row))
    if (!this.#predicate.keeps(rows, row)) return
    if (this.#predicate.values !== undefined) {
      const { value, result } = reader.values(entry, rows, row)
      if (!this.#predicate.values.passes(value, result, rows.site[row]!)) return
    }
    cost.rowsMatched++
    const values = this.#wanted.values ? reader.valuesIfLight(entry, rows, row) : NO_VALUES
    this.items.push(buildEvent(node, view, { thread: entry.summary.thread, rows, row, anchors }, values))
  }

  #rowsOf(entry: SegmentEntry): Rows | 'corrupt' | 'pruned' {
    const { reader, cost } = this.#parts
    const before = cost.corrupt
    return reader.rows(entry) ?? (cost.corrupt > before ? 'corrupt' : 'pruned')
  }

  /** One that went during a rest is told as missing by the page after this. */
  #passUnreadable(entry: SegmentEntry, why: 'corrupt' | 'pruned'): boolean {
    if (why === 'pruned') return false
    const { thread, events, timeLow: from, timeHigh: to } = entry.summary
    const count = events - (entry.isTail ? 0 : (this.#position.unfinished.get(thread)?.events ?? 0))
    if (entry.isTail) this.#position.accounted += events
    this.#tell({ reason: 'corrupt', count, from, to }, thread)
    return true
  }

  /** Finds tails that were seen and have been replaced; forgets them where what replaced them was removed before it was seen. */
  #forgetPruned(unseen: readonly SegmentEntry[]): void {
    const { unfinished, seen, partial } = this.#position
    const segments = unfinished.size === 0 ? [] : this.#parts.reader.segments()
    const growing = new Set(
      segments.flatMap(({ id, isTail, summary }) => (isTail && id <= seen ? [summary.thread] : [])),
    )
    for (const [thread, before] of unfinished) {
      if (growing.has(thread)) continue
      const next = unseen.find(({ summary }) => summary.thread === thread)
      const rows = next === undefined ? undefined : this.#rowsOf(next)
      if (rows !== undefined && (typeof rows === 'string' || isWhatBecameOf(rows, before))) this.#replaced.add(thread)
      else unfinished.delete(thread)
    }
    if (partial === undefined || unseen.some(({ id }) => id === partial.segment)) return
    this.#position.accounted += partial.events
    this.#position.partial = undefined
  }

  /** What the account of the recording holds beyond all that was seen and all that there is to be seen. */
  #tellMissing(unseen: readonly SegmentEntry[]): void {
    const { view, reader } = this.#parts
    // after a rest the account may be newer than the list: the page after this will tell
    if (view.segments() !== reader.segments()) return
    const position = this.#position
    const rows = view.ledger()
    const pruned = totalOf(rows, 'pruned')
    let known = position.accounted + unseen.reduce((sum, { summary }) => sum + summary.events, 0)
    for (const [thread, { events }] of position.unfinished) if (this.#replaced.has(thread)) known -= events
    const count = totalOf(rows, 'stored') + pruned - known
    const reason = pruned > position.pruned ? 'pruned' : 'corrupt'
    position.pruned = pruned
    if (count <= 0) return
    position.accounted += count
    const to = unseen.reduce((low, { summary }) => Math.min(low, summary.timeLow), Infinity)
    const gap = { reason, count, from: position.lastNs, to: Number.isFinite(to) ? to : position.lastNs } as const
    this.#tell(gap, unseen[0]?.summary.thread ?? this.#lastThread())
  }

  #tell(gap: TailGap, thread: number): void {
    this.items.push(gapEvent(gap, { node: this.#parts.node, thread, anchors: this.#parts.anchors }))
  }

  #lastThread(): number {
    return this.#parts.reader.segments().at(-1)?.summary.thread ?? 0
  }
}

/** Events of one reason in a ledger's rows. */
export function totalOf(rows: readonly { readonly reason: string; readonly count: number }[], reason: string): number {
  return rows.reduce((sum, row) => (row.reason === reason ? sum + row.count : sum), 0)
}
