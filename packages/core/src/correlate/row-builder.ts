/** Rows of the segment being built, with their values, and how they are sealed. One per ring. */

import {
  addToBloom,
  allocateRows,
  type Anchor,
  BLOOM_SALT,
  ByteWriter,
  copyRow,
  createBloom,
  encodeSegment,
  encodeSegmentMeta,
  eventsOf,
  EXTENT,
  GramIndex,
  type KindCount,
  KIND_LIMIT,
  kindOf,
  KINDS,
  type Rows,
  valueBytes,
  type ValuePage,
  withPhase,
  WriteFilterBuilder,
} from '@cinescope/protocol'
import type { SealedSegment, SegmentSummary } from '../base/sealed-segment.ts'
import { ownPart } from './own-part.ts'
import { RollupBuilder } from './rollup/rollup-builder.ts'
import { TileBuilder } from './tiles/tile-builder.ts'

const SNAPSHOT = KINDS['state.snapshot']
const PATCH = KINDS['state.patch']
/** Values of neighbouring rows are stored together in pages of about this many bytes. */
const PAGE_BYTES = 32_768

/** A roll-up may take so many bytes, and so large a part of the columns' before compression; a tile likewise. */
const SMALL_BYTES = 2048
const MOST_OF_COLUMNS = 0.5

/** What makes the indexes of finished segments, one after the other: they take memory, and need be there once a writer. */
export interface SegmentIndexes {
  readonly grams: GramIndex
  readonly rollups: RollupBuilder
  readonly tiles: TileBuilder
  readonly writes: WriteFilterBuilder
}

/** See above. */
export function createSegmentIndexes(): SegmentIndexes {
  return {
    grams: new GramIndex(),
    rollups: new RollupBuilder(),
    tiles: new TileBuilder(),
    writes: new WriteFilterBuilder(),
  }
}

/** What a seal needs to know beyond the rows. */
export interface SealContext {
  readonly thread: number
  readonly anchors: readonly Anchor[]
  /** Spans that rows here close for earlier segments. */
  readonly closes: readonly number[]
  /** Spans open when the segment began. */
  readonly open: readonly number[]
}

/** Collects rows until they are sealed. Row indexes are valid until `clear`. */
export class RowBuilder {
  readonly rows: Rows
  readonly capacity: number
  /** Bytes of values held. */
  valueLength = 0
  #values: Uint8Array
  readonly #inAt: Uint32Array
  readonly #outAt: Uint32Array
  readonly #scratch: Rows
  readonly #scratchFrom: Uint32Array
  readonly #writer = new ByteWriter(262_144)
  readonly #indexes: SegmentIndexes

  constructor(capacity: number, valueCapacity: number, indexes: SegmentIndexes = createSegmentIndexes()) {
    this.capacity = capacity
    this.rows = allocateRows(capacity)
    this.#values = new Uint8Array(valueCapacity)
    this.#inAt = new Uint32Array(capacity)
    this.#outAt = new Uint32Array(capacity)
    this.#scratch = allocateRows(capacity)
    this.#scratchFrom = new Uint32Array(capacity)
    this.#indexes = indexes
  }

  get isFull(): boolean {
    return this.rows.length >= this.capacity
  }

  /** Appends a row with all columns zero but `seq` and `duration` (-1); gives its index. */
  append(seq: number): number {
    const rows = this.rows
    const row = rows.length++
    rows.seq[row] = seq
    rows.duration[row] = -1
    rows.cause[row] = 0
    rows.subject[row] = 0
    rows.number[row] = 0
    rows.valueIn[row] = 0
    rows.valueOut[row] = 0
    return row
  }

  /** Keeps a copy of the value of a row's begin; `length` may say that it is absent. */
  setIn(row: number, bytes: Uint8Array, at: number, length: number): void {
    this.rows.valueIn[row] = length
    this.#inAt[row] = this.#keep(bytes, at, valueBytes(length))
  }

  /** Keeps a copy of the value of a row's end. */
  setOut(row: number, bytes: Uint8Array, at: number, length: number): void {
    this.rows.valueOut[row] = length
    this.#outAt[row] = this.#keep(bytes, at, valueBytes(length))
  }

  /** A copy of the value of a row's begin. */
  copyIn(row: number): Uint8Array {
    const at = this.#inAt[row]!
    return this.#values.slice(at, at + valueBytes(this.rows.valueIn[row]!))
  }

  /** Seals all rows. The rows stay until `clear`. */
  sealAll(context: SealContext): SealedSegment {
    const from = this.#scratchFrom
    for (let row = 0; row < this.rows.length; row++) from[row] = row
    const { grams, rollups, tiles, writes } = this.#indexes
    for (let row = 0; row < this.rows.length; row++) this.#addWrite(row, writes)
    const sealed = this.#seal(this.rows, { ...context, writes: writes.take() })
    for (const page of sealed.pages) grams.add(page)
    const mostBytes = SMALL_BYTES + sealed.columns.length * MOST_OF_COLUMNS
    const own = ownPart(this.rows)
    const rollup = rollups.build(this.rows, own, context.thread, mostBytes)
    return { ...sealed, grams: grams.take(), rollup, tiles: tiles.build(this.rows, own, mostBytes) }
  }

  /** Seals rows from `first` on, and those of `changed`, whose begins an earlier tail holds, as resumed. */
  sealTail(first: number, changed: readonly number[], context: SealContext): SealedSegment {
    const scratch = this.#scratch
    scratch.length = 0
    for (const row of changed) this.#pick(row, EXTENT.resumed)
    for (let row = first; row < this.rows.length; row++) this.#pick(row, undefined)
    return this.#seal(scratch, context)
  }

  /** A whole state that stands beside a patch wrote nothing. */
  #addWrite(row: number, writes: WriteFilterBuilder): void {
    const kind = kindOf(this.rows.word[row]!)
    const entity = this.rows.subject[row]!
    if (entity === 0 || (kind !== SNAPSHOT && kind !== PATCH)) return
    if (kind === PATCH) writes.patch(entity, this.copyIn(row))
    else if (this.rows.number[row] === 0) writes.whole(entity)
  }

  clear(): void {
    this.rows.length = 0
    this.valueLength = 0
  }

  #pick(row: number, extent: number | undefined): void {
    const scratch = this.#scratch
    const to = scratch.length++
    copyRow(this.rows, row, scratch, to)
    if (extent !== undefined) scratch.word[to] = withPhase(scratch.word[to]!, extent)
    this.#scratchFrom[to] = row
  }

  #keep(bytes: Uint8Array, at: number, length: number): number {
    const start = this.valueLength
    const end = start + length
    if (end > this.#values.length) {
      const grown = new Uint8Array(Math.max(end, this.#values.length * 2))
      grown.set(this.#values.subarray(0, start))
      this.#values = grown
    }
    if (length < 64) for (let i = 0; i < length; i++) this.#values[start + i] = bytes[at + i]!
    else this.#values.set(bytes.subarray(at, at + length), start)
    this.valueLength = end
    return start
  }

  #seal(rows: Rows, context: SealContext & { readonly writes?: Uint8Array | undefined }): SealedSegment {
    const { pages, directory } = this.#pages(rows)
    const kinds = new Float64Array(KIND_LIMIT)
    const summary = summarize(rows, context.thread, kinds)
    return {
      summary,
      bloom: bloomOf(rows),
      meta: encodeSegmentMeta({
        pages: directory,
        anchors: context.anchors,
        closes: context.closes,
        open: context.open,
        kinds: kindCounts(kinds),
        writes: context.writes,
      }),
      columns: encodeSegment(this.#writer, context.thread, rows).slice(),
      pages,
      grams: undefined,
      rollup: undefined,
      tiles: [],
    }
  }

  /** Lays the values of `rows` out in row order, in pages that begin at a row. */
  #pages(rows: Rows): { pages: Uint8Array[]; directory: ValuePage[] } {
    const pages: Uint8Array[] = []
    const directory: ValuePage[] = []
    let firstRow = 0
    let size = 0
    for (let row = 0; row < rows.length; row++) {
      const next = valueBytes(rows.valueIn[row]!) + valueBytes(rows.valueOut[row]!)
      if (size > 0 && size + next > PAGE_BYTES) {
        pages.push(this.#page(rows, firstRow, row, size))
        directory.push({ firstRow, rawLength: size })
        firstRow = row
        size = 0
      }
      size += next
    }
    if (size > 0) {
      pages.push(this.#page(rows, firstRow, rows.length, size))
      directory.push({ firstRow, rawLength: size })
    }
    return { pages, directory }
  }

  #page(rows: Rows, from: number, to: number, size: number): Uint8Array {
    const page = new Uint8Array(size)
    let at = 0
    for (let row = from; row < to; row++) {
      const source = this.#scratchFrom[row]!
      at = this.#copy(page, at, this.#inAt[source]!, valueBytes(rows.valueIn[row]!))
      at = this.#copy(page, at, this.#outAt[source]!, valueBytes(rows.valueOut[row]!))
    }
    return page
  }

  #copy(page: Uint8Array, at: number, from: number, length: number): number {
    if (length < 64) for (let i = 0; i < length; i++) page[at + i] = this.#values[from + i]!
    else page.set(this.#values.subarray(from, from + length), at)
    return at + length
  }
}

function summarize(rows: Rows, thread: number, kinds: Float64Array): SegmentSummary {
  const summary = { thread, rows: rows.length, events: 0, seqLow: Infinity, seqHigh: 0, timeLow: Infinity, timeHigh: 0 }
  let kindsLow = 0
  let kindsHigh = 0
  let flags = 0
  let maxDuration = -1
  for (let row = 0; row < rows.length; row++) {
    const word = rows.word[row]!
    const kind = kindOf(word)
    const events = eventsOf(word)
    const time = rows.time[row]!
    const duration = rows.duration[row]!
    kinds[kind] = kinds[kind]! + events
    summary.events += events
    if (kind < 32) kindsLow |= 1 << kind
    else kindsHigh |= 1 << (kind - 32)
    flags |= word
    if (rows.seq[row]! < summary.seqLow) summary.seqLow = rows.seq[row]!
    if (rows.seq[row]! > summary.seqHigh) summary.seqHigh = rows.seq[row]!
    if (time < summary.timeLow) summary.timeLow = time
    if (time + Math.max(0, duration) > summary.timeHigh) summary.timeHigh = time + Math.max(0, duration)
    if (duration > maxDuration) maxDuration = duration
  }
  return { ...summary, kindsLow: kindsLow >>> 0, kindsHigh: kindsHigh >>> 0, flags: flags >>> 0, maxDuration }
}

function kindCounts(kinds: Float64Array): KindCount[] {
  const counts: KindCount[] = []
  for (let kind = 0; kind < kinds.length; kind++) if (kinds[kind]! > 0) counts.push({ kind, events: kinds[kind]! })
  return counts
}

/** Roots, sites and subjects of the rows; consecutive repeats are added once. */
function bloomOf(rows: Rows): Uint8Array {
  let keys = 0
  for (let row = 0; row < rows.length; row++) if (row === 0 || rows.root[row] !== rows.root[row - 1]) keys++
  const subjects = new Set<number>()
  for (let row = 0; row < rows.length; row++) if (rows.subject[row] !== 0) subjects.add(rows.subject[row]!)
  const bloom = createBloom(keys + subjects.size + 64)
  for (let row = 0; row < rows.length; row++) {
    if (row === 0 || rows.root[row] !== rows.root[row - 1]) addToBloom(bloom, BLOOM_SALT.root, rows.root[row]!)
  }
  for (const subject of subjects) addToBloom(bloom, BLOOM_SALT.subject, subject)
  const sites = new Set<number>()
  for (let row = 0; row < rows.length; row++) sites.add(rows.site[row]!)
  for (const site of sites) addToBloom(bloom, BLOOM_SALT.site, site)
  return bloom
}
