/**
 * What a segment knows beyond its rows: the value pages' directory, clock anchors, spans it closes for earlier segments and
 * spans open at its beginning. Tagged sections, so that later versions can add some; unknown ones are skipped.
 */

import { ByteReader, ByteWriter } from './bytes.ts'
import { CinescopeError } from './errors.ts'
import type { Anchor, TimeNs, WallMs } from './time.ts'

/** A run of rows whose values stand together: rows from `firstRow` to the next page's. */
export interface ValuePage {
  readonly firstRow: number
  readonly rawLength: number
}

/** See above. Lists are bounded by `MAX_META_ENTRIES`. */
export interface SegmentMeta {
  readonly pages: readonly ValuePage[]
  readonly anchors: readonly Anchor[]
  /** Seqs of spans whose begin row stands in an earlier segment and whose resumed row stands here, ascending. */
  readonly closes: readonly number[]
  /** Seqs of spans open when the segment begins, ascending. */
  readonly open: readonly number[]
  /** Events per kind code in this segment, for kinds that occur. */
  readonly kinds: readonly KindCount[]
  /** Filter of the paths of states that were written; undefined where there is none, as of a tail. */
  readonly writes?: Uint8Array | undefined
}

/** How many events of a kind a segment holds. */
export interface KindCount {
  readonly kind: number
  readonly events: number
}

/** Most entries of each list; a writer leaves out the oldest, a reader refuses more. */
export const MAX_META_ENTRIES = 65_536

const SECTION = { pages: 1, anchors: 2, closes: 3, open: 4, kinds: 5, writes: 6 } as const

/** Encodes the meta block. */
export function encodeSegmentMeta(meta: SegmentMeta): Uint8Array {
  const writer = new ByteWriter(256)
  section(writer, SECTION.pages, meta.pages.length, (body) => {
    for (const page of meta.pages) {
      body.varint(page.firstRow)
      body.varint(page.rawLength)
    }
  })
  section(writer, SECTION.anchors, meta.anchors.length, (body) => {
    for (const anchor of meta.anchors) {
      body.f64(anchor.atNs)
      body.f64(anchor.wallMs)
    }
  })
  section(writer, SECTION.closes, meta.closes.length, (body) => putAscending(body, meta.closes))
  section(writer, SECTION.open, meta.open.length, (body) => putAscending(body, meta.open))
  section(writer, SECTION.kinds, meta.kinds.length, (body) => {
    for (const { kind, events } of meta.kinds) {
      body.varint(kind)
      body.varint(events)
    }
  })
  if (meta.writes !== undefined) section(writer, SECTION.writes, 1, (body) => body.bytes(meta.writes ?? EMPTY))
  return writer.take()
}

const EMPTY: Uint8Array = new Uint8Array(0)

/** Decodes a meta block. @throws CSC_ERR_CORRUPT, CSC_ERR_LIMIT */
export function decodeSegmentMeta(bytes: Uint8Array): SegmentMeta {
  const reader = new ByteReader(bytes)
  let pages: ValuePage[] = []
  let anchors: Anchor[] = []
  let closes: number[] = []
  let open: number[] = []
  let kinds: KindCount[] = []
  let writes: Uint8Array | undefined
  while (reader.remaining > 0) {
    const tag = reader.u8()
    const count = reader.varint()
    const body = new ByteReader(reader.bytes(reader.varint()))
    if (count > MAX_META_ENTRIES) throw new CinescopeError('CSC_ERR_LIMIT', `a segment's list claims ${count} entries`)
    if (tag === SECTION.pages) pages = times(count, () => ({ firstRow: body.varint(), rawLength: body.varint() }))
    else if (tag === SECTION.anchors)
      anchors = times(count, () => ({ atNs: body.f64() as TimeNs, wallMs: body.f64() as WallMs }))
    else if (tag === SECTION.closes) closes = ascending(body, count)
    else if (tag === SECTION.open) open = ascending(body, count)
    else if (tag === SECTION.writes) writes = body.bytes(body.remaining).slice()
    else if (tag === SECTION.kinds) kinds = times(count, () => ({ kind: body.varint(), events: body.varint() }))
  }
  return { pages, anchors, closes, open, kinds, ...(writes === undefined ? {} : { writes }) }
}

function section(writer: ByteWriter, tag: number, count: number, fill: (body: ByteWriter) => void): void {
  if (count === 0) return
  const body = new ByteWriter(64)
  fill(body)
  writer.u8(tag)
  writer.varint(count)
  writer.varint(body.length)
  writer.bytes(body.written())
}

function putAscending(body: ByteWriter, values: readonly number[]): void {
  let last = 0
  for (const value of values) {
    body.varint(value - last)
    last = value
  }
}

function ascending(body: ByteReader, count: number): number[] {
  let last = 0
  return times(count, () => (last += body.varint()))
}

function times<T>(count: number, make: () => T): T[] {
  const list: T[] = []
  for (let i = 0; i < count; i++) list.push(make())
  return list
}
