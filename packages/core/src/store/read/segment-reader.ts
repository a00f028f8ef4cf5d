/** Rows and values of segments, decoded once and kept while memory allows; corrupt ones are counted and left out. */

import {
  CinescopeError,
  decodeDocument,
  EXTENT,
  gramFilters,
  keyNumber,
  type Omission,
  Omitted,
  omissionName,
  phaseOf,
  type Rows,
  type SegmentMeta,
  VALUE_ABSENT,
  valueBytes,
} from '@cinescope/protocol'
import type { SegmentEntry, StoreView } from '../event-store.ts'
import type { Cost } from './cost.ts'
import { markRows, type Needle, pageHolds, pageMayHold } from './needle.ts'
import { type Failure, failureOf } from './failure.ts'
import { Closings } from './closings.ts'
import type { SegmentCache } from './segment-cache.ts'
import { SegmentFigures } from './segment-figures.ts'

/** Reads segments of one view for one page of an answer. */
export class SegmentReader {
  /** What was made of segments when they were sealed. */
  readonly figures: SegmentFigures
  readonly #view: StoreView
  readonly #cache: SegmentCache
  readonly #cost: Cost
  /** The last row that was looked for, and where its values begin in its page: rows are mostly read in order. */
  #located: { readonly rows: Rows; readonly row: number; readonly at: number } | undefined
  #segments: readonly SegmentEntry[] | undefined
  /** Of the segment that was asked about last: rows are mostly asked about segment by segment. */
  #closings: Closings | undefined

  constructor(view: StoreView, cache: SegmentCache, cost: Cost) {
    this.#view = view
    this.#cache = cache
    this.#cost = cost
    this.figures = new SegmentFigures(view, cache)
  }

  /** All segments, the same list throughout the answer; corrupt ones are left out, which is counted once. */
  segments(): readonly SegmentEntry[] {
    if (this.#segments === undefined) {
      this.#segments = this.#view.segments()
      this.#cache.forgetGone(this.#segments)
      this.#cost.corrupt += this.#view.corruptSegments()
    }
    return this.#segments
  }

  /** The rows of a segment; undefined when it is corrupt, or has been pruned since it was listed, which are counted. */
  rows(entry: SegmentEntry): Rows | undefined {
    const cost = this.#cost
    cost.segmentsRead++
    let rows = this.#cache.rows.get(entry.id)
    if (rows === undefined) {
      const read = this.#guarded(() => this.#view.rows(entry))
      if (read === 'pruned') {
        cost.segmentsRead--
        cost.skip('pruned')
        return undefined
      }
      if (read === 'corrupt') return undefined
      rows = read
      this.#cache.rows.keep(entry.id, rows)
    }
    cost.rowsRead += rows.length
    return rows
  }

  /** Undefined when it is corrupt, which is counted, or has been pruned. */
  meta(entry: SegmentEntry): SegmentMeta | undefined {
    const known = this.#meta(entry)
    return typeof known === 'string' ? undefined : known
  }

  /** True if a later segment holds the end of this open row. */
  isSuperseded(entry: SegmentEntry, rows: Rows, row: number, segments: readonly SegmentEntry[]): boolean {
    if (phaseOf(rows.word[row]!) !== EXTENT.open) return false
    if (this.#closings?.isOf(entry, segments) !== true)
      this.#closings = new Closings(entry, segments, (other) => this.meta(other)?.closes ?? [])
    return this.#closings.has(rows.seq[row]!)
  }

  /** The same, or marks in their place when the answer is heavy already. */
  valuesIfLight(entry: SegmentEntry, rows: Rows, row: number): { readonly value: unknown; readonly result: unknown } {
    if (!this.#cost.isHeavy) return this.values(entry, rows, row)
    return { value: unread(rows.valueIn[row]!), result: unread(rows.valueOut[row]!) }
  }

  /** The values of a row's begin and end, decoded. */
  values(entry: SegmentEntry, rows: Rows, row: number): { readonly value: unknown; readonly result: unknown } {
    const inLength = rows.valueIn[row]!
    const outLength = rows.valueOut[row]!
    if (valueBytes(inLength) + valueBytes(outLength) === 0)
      return { value: absent(inLength), result: absent(outLength) }
    const place = this.#locate(entry, rows, row)
    if (typeof place === 'string') return { value: new Omitted(place, 0), result: new Omitted(place, 0) }
    const middle = place.at + valueBytes(inLength)
    return {
      value:
        inLength === 0 || inLength >= VALUE_ABSENT
          ? absent(inLength)
          : this.decode(place.page.subarray(place.at, middle), entry.summary.thread),
      result:
        outLength === 0 || outLength >= VALUE_ABSENT
          ? absent(outLength)
          : this.decode(place.page.subarray(middle, middle + outLength), entry.summary.thread),
    }
  }

  /** The encoded value of a row's begin, or why it is not there. The bytes are the reader's. */
  document(entry: SegmentEntry, rows: Rows, row: number): Uint8Array | Omission {
    const length = rows.valueIn[row]!
    if (length === 0) return 'off'
    if (length >= VALUE_ABSENT) return omissionName(length - VALUE_ABSENT)
    const place = this.#locate(entry, rows, row)
    return typeof place === 'string' ? place : place.page.subarray(place.at, place.at + length)
  }

  /** Decodes a document of a thread; what fails its checks is counted, and told in its place. */
  decode(bytes: Uint8Array, thread: number): unknown {
    const keyOf = (key: number): string | undefined => this.#view.key(keyNumber(thread, key))
    const decoded = this.#guarded(() => ({ value: decodeDocument(bytes, keyOf, this.#cost) }))
    return typeof decoded === 'string' ? new Omitted(decoded, 0) : decoded.value
  }

  /** Indexes of the value pages whose bytes have every needle somewhere, ascending; none when the segment cannot be read. */
  pagesHolding(entry: SegmentEntry, needles: readonly Needle[]): number[] {
    const known = this.#meta(entry)
    if (typeof known === 'string') return []
    const filters = this.#filters(entry, known.pages.length)
    const found: number[] = []
    for (let index = 0; index < known.pages.length; index++) {
      const filter = filters[index]
      if (filter !== undefined && !pageMayHold(filter, needles)) {
        this.#cost.valuePagesSkipped++
        continue
      }
      const page = this.#page(entry, index)
      if (typeof page !== 'string' && pageHolds(page, needles)) found.push(index)
    }
    return found
  }

  /** A mark for each row whose bytes have every needle, by these pages. */
  rowsHolding(entry: SegmentEntry, rows: Rows, pages: readonly number[], needles: readonly Needle[]): Uint8Array {
    const marks = new Uint8Array(rows.length)
    const known = this.#meta(entry)
    if (typeof known === 'string') return marks
    for (const index of pages) {
      const page = this.#page(entry, index)
      const directory = known.pages[index]
      if (typeof page !== 'string' && directory !== undefined) markRows(page, rows, directory.firstRow, needles, marks)
    }
    return marks
  }

  #locate(entry: SegmentEntry, rows: Rows, row: number): { page: Uint8Array; at: number } | Failure {
    const known = this.#meta(entry)
    if (typeof known === 'string') return known
    const { pages } = known
    let index = pages.length - 1
    while (index > 0 && pages[index]!.firstRow > row) index--
    const first = pages[index]
    if (first === undefined || first.firstRow > row) return 'corrupt'
    const last = this.#located
    const isNear = last !== undefined && last.rows === rows && last.row >= first.firstRow && last.row <= row
    let at = isNear ? last.at : 0
    for (let i = isNear ? last.row : first.firstRow; i < row; i++)
      at += valueBytes(rows.valueIn[i]!) + valueBytes(rows.valueOut[i]!)
    this.#located = { rows, row, at }
    const page = this.#page(entry, index)
    if (typeof page === 'string') return page
    const end = at + valueBytes(rows.valueIn[row]!) + valueBytes(rows.valueOut[row]!)
    return end > page.length ? 'corrupt' : { page, at }
  }

  /** The text filters of a segment's pages; none where there is no index, or one that fails its checks, which is counted. */
  #filters(entry: SegmentEntry, pages: number): readonly Uint8Array[] {
    const known = this.#cache.filters.get(entry.id)
    if (known !== undefined) return known
    const filters = this.#guarded(() => {
      const bytes = this.#view.grams(entry)
      const list = bytes === undefined ? [] : gramFilters(bytes)
      if (list.length !== 0 && list.length !== pages)
        throw new CinescopeError('CSC_ERR_CORRUPT', 'the text index of a segment is that of another')
      return list
    })
    if (typeof filters === 'string') return []
    this.#cache.keepFilters(entry.id, filters)
    return filters
  }

  #page(entry: SegmentEntry, index: number): Uint8Array | Failure {
    const cached = this.#cache.page(entry.id, index)
    if (cached !== undefined) return cached
    this.#cost.valuePagesRead++
    const page = this.#guarded(() => this.#view.page(entry, index))
    if (typeof page !== 'string') this.#cache.keepPage(entry.id, index, page)
    return page
  }

  #meta(entry: SegmentEntry): SegmentMeta | Failure {
    const known = this.#cache.metas.get(entry.id)
    if (known !== undefined) return known
    const meta = this.#guarded(() => this.#view.meta(entry))
    if (typeof meta !== 'string') this.#cache.keepMeta(entry.id, meta)
    return meta
  }

  /** Runs a read of stored bytes; what fails its checks is counted. */
  #guarded<T extends object>(read: () => T): T | Failure {
    try {
      return read()
    } catch (thrown) {
      const failure = thrown instanceof CinescopeError ? failureOf(thrown) : undefined
      if (failure === undefined) throw thrown
      if (failure === 'corrupt') this.#cost.corrupt++
      return failure
    }
  }
}

function unread(length: number): unknown {
  return valueBytes(length) === 0 ? absent(length) : new Omitted('size', valueBytes(length))
}

function absent(length: number): unknown {
  return length >= VALUE_ABSENT ? new Omitted(omissionName(length - VALUE_ABSENT), 0) : undefined
}
