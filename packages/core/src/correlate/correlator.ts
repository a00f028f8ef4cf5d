/** Folds a ring's records into rows: a begin and its end become one span row. Deterministic over any split into batches. */

import {
  type Anchor,
  EXTENT,
  F64,
  FLAG,
  KIND_LIMIT,
  kindOf,
  KINDS,
  OMISSION,
  PHASE,
  phaseOf,
  seqBefore,
  U32,
  VALUE_ABSENT,
  withPhase,
} from '@cinescope/protocol'
import { encodePlainRecord } from '../base/plain-value.ts'
import type { Cut } from '../base/commit.ts'
import type { SealedSegment } from '../base/sealed-segment.ts'
import type { GapReason, RecordSink, RecordView } from '../ring/consumer.ts'
import { addAnchor, carriedAnchors } from './carried-anchors.ts'
import { CarriedSpans } from './carried-spans.ts'
import { FilmChanges } from './films.ts'
import { RowBuilder, type SealContext, type SegmentIndexes } from './row-builder.ts'

/** Sizes at which a segment is sealed. */
export interface CorrelatorOptions {
  readonly thread: number
  readonly maxRows: number
  readonly maxValueBytes: number
  /** Shared with other rings of the same thread; default its own. */
  readonly indexes?: SegmentIndexes
  /** Told of each root that ends: all of them are kept. */
  readonly routes?: RouteSink | undefined
  /** Tails beside each other; the next one takes the place of all. Default `MAX_TAILS`. */
  readonly maxTails?: number
}

/** Counts films that end, by route. */
interface RouteSink {
  ended(site: number, kind: number, durationNs: number, isFailed: boolean, isKept: boolean): void
}

/** What was recorded apart of a film that is kept. */
export interface FilmCredit {
  readonly events: number
  readonly lastSeq: number
  /** FLAG bits of the film. */
  readonly flags: number
}

/** Of a thread that records little each commit leaves a tail, and readers refuse a recording of more than 32,768 segments. */
const MAX_TAILS = 128

/** See the file's first line. One per ring. */
export class Correlator implements RecordSink {
  /** When the earliest event began that may come late, out of the order of time; ns, Infinity for none. Readings of the clocks that date it are kept. */
  heldSince: number = Infinity
  /** Events taken so far by kind code. */
  readonly taken: Float64Array = new Float64Array(KIND_LIMIT)
  readonly #options: CorrelatorOptions
  readonly #rows: RowBuilder
  readonly #films: FilmChanges
  readonly #openRows = new Map<number, number>()
  readonly #carried = new CarriedSpans()
  #openAtStart: number[] = []
  #closes: number[] = []
  #sealed: SealedSegment[] = []
  #anchors: Anchor[] = []
  #tailRows = 0
  #changedRows: number[] = []
  #tailCloses = 0
  #tails = 0
  #replacesTails = false
  #lastTime = 0

  constructor(options: CorrelatorOptions) {
    this.#options = options
    this.#rows = new RowBuilder(options.maxRows, options.maxValueBytes, options.indexes)
    this.#films = new FilmChanges(options.thread)
  }

  /** Adds a reading of the clocks; rows from here on are dated by it. */
  anchor(anchor: Anchor): void {
    addAnchor(this.#anchors, anchor)
  }

  record(view: RecordView): void {
    this.#take(view, true)
  }

  /** Takes a record that is there whatever becomes of its film: it tells of no film, and is not counted for one. */
  recordApart(view: RecordView): void {
    this.#take(view, false)
  }

  /** Counts for a film what was recorded apart. `time` is when its first record was written, in ns. */
  credit(root: number, time: number, { events, lastSeq, flags }: FilmCredit): void {
    this.#films.credit(root, Math.round(time), events, lastSeq, flags)
  }

  #take(view: RecordView, isOfFilm: boolean): void {
    const word = view.u32[view.u32Base + U32.word]!
    const kind = kindOf(word)
    this.taken[kind] = this.taken[kind]! + 1
    this.#lastTime = Math.round(view.f64[view.f64Base + F64.time]!)
    const phase = phaseOf(word)
    if (phase === PHASE.end) this.#end(view, word)
    else this.#begin(view, word, phase === PHASE.begin, isOfFilm)
    if (this.#rows.isFull || this.#rows.valueLength >= this.#options.maxValueBytes) this.#seal()
  }

  /** `atNs`: when it was noticed; default with the record before. */
  gap(from: number, to: number, reason: GapReason, atNs: number = this.#lastTime): void {
    const row = this.#rows.append(from)
    const rows = this.#rows.rows
    rows.time[row] = atNs
    rows.word[row] = KINDS.gap | FLAG.synthetic
    rows.site[row] = 0
    rows.parent[row] = 0
    rows.root[row] = 0
    rows.number[row] = to - from + 1
    const value = encodePlainRecord({ from, to, count: to - from + 1, reason })
    this.#rows.setIn(row, value, 0, value.length)
    if (this.#rows.isFull) this.#seal()
  }

  /** Rows not yet handed out by a cut. */
  get pendingRows(): number {
    return this.#rows.rows.length - this.#tailRows + this.#changedRows.length + this.#sealed.length
  }

  /** Hands out everything since the last cut. With `seal`, or from `sealRows` new rows on, the segment is finished; else a tail is cut. */
  cut(seal: boolean, sealRows: number): Cut {
    const fresh = this.#rows.rows.length - this.#tailRows
    if ((seal && this.#rows.rows.length > 0) || fresh >= sealRows) this.#seal()
    const tail = this.#cutTail()
    const replacesTailsOf = this.#replacesTails ? this.#options.thread : undefined
    const cut = { sealed: this.#sealed, tail, replacesTailsOf, films: this.#films.take() }
    this.#sealed = []
    this.#replacesTails = false
    return cut
  }

  #begin(view: RecordView, word: number, isSpan: boolean, isOfFilm: boolean): void {
    const { u32, u32Base: u, seq } = view
    const rows = this.#rows.rows
    const row = this.#rows.append(seq)
    const root = whole(seq, u32[u + U32.root]!)
    rows.time[row] = this.#lastTime
    rows.word[row] = withPhase(word, isSpan ? EXTENT.open : EXTENT.point)
    rows.site[row] = u32[u + U32.site]!
    rows.parent[row] = whole(seq, u32[u + U32.parent]!)
    rows.root[row] = root
    rows.cause[row] = whole(seq, u32[u + U32.cause]!)
    rows.subject[row] = u32[u + U32.subject]!
    rows.number[row] = view.f64[view.f64Base + F64.number]!
    this.#rows.setIn(row, view.bytes, view.valueAt, view.valueLength)
    if (isSpan) this.#openRows.set(seq, row)
    if (root === 0 || !isOfFilm) return
    this.#films.count(root, seq, this.#lastTime, word)
    if (isSpan && root === seq) this.#films.begin(root, this.#lastTime, word, u32[u + U32.site]!)
    if (kindOf(word) === KINDS.edge && view.valueLength > 0 && view.valueLength < VALUE_ABSENT) {
      this.#films.adopt(root, this.#lastTime, view.bytes.slice(view.valueAt, view.valueAt + view.valueLength))
    }
  }

  #end(view: RecordView, word: number): void {
    const { u32, u32Base: u, seq } = view
    const span = whole(seq, u32[u + U32.span]!)
    const row = this.#rowOf(view, span, word)
    const rows = this.#rows.rows
    const since = rows.time[row]!
    rows.duration[row] = Math.max(0, this.#lastTime - since)
    if (u32[u + U32.site] !== 0) rows.site[row] = u32[u + U32.site]!
    rows.number[row] = view.f64[view.f64Base + F64.number]!
    this.#rows.setOut(row, view.bytes, view.valueAt, view.valueLength)
    const root = whole(seq, u32[u + U32.root]!)
    if (root === 0) return
    this.#films.count(root, seq, this.#lastTime, word)
    if (root !== span) return
    const [site, duration] = [rows.site[row]!, rows.duration[row]]
    this.#films.end(root, since, duration, rows.word[row]!, site, rows.number[row])
    this.#options.routes?.ended(site, kindOf(word), duration, (word & FLAG.error) !== 0, true)
  }

  /** The row that an end completes: still here, resumed from an earlier segment, or rebuilt. */
  #rowOf(view: RecordView, span: number, word: number): number {
    const open = this.#openRows.get(span)
    if (open !== undefined) {
      this.#openRows.delete(span)
      if (open < this.#tailRows) this.#changedRows.push(open)
      this.#rows.rows.word[open] = withPhase(this.#rows.rows.word[open]! | word, EXTENT.whole)
      return open
    }
    const carried = this.#carried.take(span)
    const row = this.#rows.append(span)
    const rows = this.#rows.rows
    const { u32, u32Base: u, seq } = view
    rows.time[row] = Math.round(view.f64[view.f64Base + F64.since]!)
    rows.parent[row] = whole(seq, u32[u + U32.parent]!)
    rows.root[row] = whole(seq, u32[u + U32.root]!)
    rows.site[row] = u32[u + U32.site]!
    this.#closes.push(span)
    if (carried === undefined) {
      rows.word[row] = withPhase(word, EXTENT.whole) | FLAG.beginLost
      return row
    }
    rows.word[row] = withPhase(word | carried.word, EXTENT.resumed)
    rows.cause[row] = carried.cause
    rows.subject[row] = carried.subject
    this.#rows.setIn(row, carried.value, 0, carried.valueLength)
    return row
  }

  #seal(): void {
    this.#sealed.push(this.#rows.sealAll(this.#sealContext(this.#closes)))
    this.#carryOpenRows()
    this.#rows.clear()
    this.#openRows.clear()
    this.#replacesTails ||= this.#tails > 0
    this.#tails = 0
    this.#tailRows = 0
    this.#changedRows = []
    this.#closes = []
    this.#tailCloses = 0
    this.#openAtStart = this.#carried.seqs()
    // rows to come may be older than the last reading: out of the ring only now, held until now, or spans that are open still
    const since = Math.min(this.#lastTime, this.heldSince, this.#carried.earliest())
    this.#anchors = carriedAnchors(this.#anchors, since)
  }

  #cutTail(): SealedSegment | undefined {
    const length = this.#rows.rows.length
    if (length === this.#tailRows && this.#changedRows.length === 0) return undefined
    if (this.#tails >= (this.#options.maxTails ?? MAX_TAILS)) this.#joinTails()
    const changed = this.#changedRows
    const rows = this.#rows.rows
    const closes = [...this.#closes.slice(this.#tailCloses), ...changed.map((row) => rows.seq[row]!)]
    const tail = this.#rows.sealTail(this.#tailRows, changed, this.#sealContext(closes))
    this.#tailRows = length
    this.#tailCloses = this.#closes.length
    this.#changedRows = []
    this.#tails++
    return tail
  }

  /** Makes the next tail hold all rows: as if none had been cut. */
  #joinTails(): void {
    this.#replacesTails = true
    this.#tails = 0
    this.#tailRows = 0
    this.#tailCloses = 0
    this.#changedRows = []
  }

  #sealContext(closes: readonly number[]): SealContext {
    return {
      thread: this.#options.thread,
      anchors: this.#anchors,
      closes: closes.toSorted((a, b) => a - b),
      open: this.#openAtStart,
    }
  }

  #carryOpenRows(): void {
    const rows = this.#rows.rows
    for (const [seq, row] of this.#openRows) {
      const keep = this.#carried.hasRoomForValues
      const length = rows.valueIn[row]!
      this.#carried.add(seq, {
        time: rows.time[row]!,
        word: rows.word[row]!,
        cause: rows.cause[row]!,
        subject: rows.subject[row]!,
        valueLength: keep || length === 0 || length >= VALUE_ABSENT ? length : (VALUE_ABSENT | OMISSION.lost) >>> 0,
        value: keep ? this.#rows.copyIn(row) : new Uint8Array(0),
      })
    }
  }
}

/** A reference's whole seq; 0 stays 0. */
function whole(seq: number, low: number): number {
  return low === 0 ? 0 : seqBefore(seq, low)
}
