/** Records as a host may offer them: overlapping spans, points, losses, and what must be read back of them. */

import { F64, FLAG, KINDS, OMISSION, PHASE, RECORD_BYTES, U32, VALUE_ABSENT } from '@cinescope/protocol'
import fc from 'fast-check'
import { encodePlainRecord } from '../../src/base/plain-value.ts'
import type { RecordSink, RecordView } from '../../src/ring/consumer.ts'

/** One record as it was offered; `isLost` if the ring refused it. */
export interface Offered {
  readonly seq: number
  readonly kind: number
  readonly phase: number
  readonly flags: number
  readonly time: number
  readonly since: number
  readonly number: number
  readonly site: number
  readonly parent: number
  readonly root: number
  readonly cause: number
  readonly subject: number
  readonly span: number
  /** A document `{ n }`, no value, or one that was lost in the arena. */
  readonly value: number | 'lost' | undefined
  readonly isLost: boolean
}

/** What a reader must see of one span, point or hole. */
export interface Expected {
  readonly seq: number
  readonly kind: number
  readonly time: number
  readonly duration: number | undefined
  readonly open: boolean
  readonly error: boolean
  readonly synthetic: boolean
  readonly site: number
  readonly parent: number
  readonly root: number
  readonly cause: number
  readonly subject: number
  readonly number: number
  readonly value: unknown
  readonly result: unknown
}

/** What a reader must see of one film. */
export interface ExpectedFilm {
  readonly seq: number
  readonly time: number
  readonly duration: number | undefined
  readonly status: number
  readonly events: number
  readonly errors: number
  readonly error: boolean
}

/** Number of sites and entities that a stream refers to. */
export const SITES = 5
export const ENTITIES = 4

const LOST = (VALUE_ABSENT | OMISSION.lost) >>> 0

type Choice =
  | {
      readonly what: 'begin'
      readonly parent: number
      readonly site: number
      readonly value: number | 'lost' | undefined
      readonly isLost: boolean
    }
  | {
      readonly what: 'end'
      readonly which: number
      readonly error: boolean
      readonly value: number | 'lost' | undefined
      readonly isLost: boolean
    }
  | {
      readonly what: 'point'
      readonly parent: number
      readonly kind: number
      readonly subject: number
      readonly value: number | 'lost' | undefined
      readonly isLost: boolean
    }

/** How often records are lost. */
export interface StreamOptions {
  readonly minRecords?: number
  readonly maxRecords?: number
  readonly losses?: boolean
}

/** Any interleaving of spans and points. The first seq may lie just before a border of 32 bits. */
export function arbitraryStream(options: StreamOptions = {}): fc.Arbitrary<readonly Offered[]> {
  const index = fc.nat({ max: 1000 })
  const value = fc.oneof(fc.constant(undefined), fc.nat({ max: 1000 }), fc.constant('lost' as const))
  const isLost = options.losses === false ? fc.constant(false) : fc.integer({ min: 0, max: 5 }).map((n) => n === 5)
  const choice: fc.Arbitrary<Choice> = fc.oneof(
    fc.record({
      what: fc.constant('begin' as const),
      parent: index,
      site: fc.integer({ min: 1, max: SITES }),
      value,
      isLost,
    }),
    fc.record({ what: fc.constant('end' as const), which: index, error: fc.boolean(), value, isLost }),
    fc.record({
      what: fc.constant('point' as const),
      parent: index,
      kind: fc.constantFrom(KINDS.log, KINDS.error, KINDS['state.snapshot'], KINDS.attribute),
      subject: fc.nat({ max: ENTITIES }),
      value,
      isLost,
    }),
  )
  const first = fc.oneof(
    fc.constant(1),
    fc.nat({ max: 60 }).map((back) => 2 ** 32 + 1 - back),
  )
  return fc
    .tuple(
      first,
      // whole milliseconds in half of the streams, so that borders of time and duration are met exactly
      fc
        .constantFrom<fc.Arbitrary<number>>(fc.constantFrom(0, 1_000_000, 2_000_000), fc.nat({ max: 2_000_000 }))
        .chain((elapsed) =>
          fc.array(fc.tuple(choice, elapsed), {
            minLength: options.minRecords ?? 0,
            maxLength: options.maxRecords ?? 80,
          }),
        ),
    )
    .map(([from, choices]) => streamOf(from, choices))
}

interface Open {
  readonly seq: number
  readonly parent: number
  readonly root: number
  readonly since: number
  readonly site: number
}

function streamOf(first: number, choices: readonly (readonly [Choice, number])[]): Offered[] {
  const open: Open[] = []
  const records: Offered[] = []
  let time = 1_000_000
  for (const [choice, elapsed] of choices) {
    if (choice.what === 'end' && open.length === 0) continue
    time += elapsed
    // low bits of 0 stand for no span
    const seq = first + records.length
    const base = {
      seq,
      time,
      since: 0,
      flags: 0,
      number: 0,
      site: 0,
      cause: 0,
      subject: 0,
      span: 0,
      value: choice.value,
      isLost: choice.isLost,
    }
    if (choice.what === 'end') {
      const [span] = open.splice(choice.which % open.length, 1) as [Open]
      const flags = choice.error ? FLAG.error : 0
      records.push({
        ...base,
        kind: KINDS.span,
        phase: PHASE.end,
        flags,
        since: span.since,
        number: 200 + (seq % 300),
        site: span.site,
        parent: span.parent,
        root: span.root,
        span: span.seq,
      })
      continue
    }
    const parent = open.length === 0 || choice.parent % 4 === 0 ? undefined : open[choice.parent % open.length]
    const isBegin = choice.what === 'begin'
    // a span whose seq ends in 32 zero bits cannot be referred to
    const root = parent === undefined ? (isBegin ? seq : 0) : parent.root
    const place = {
      parent: parent?.seq ?? 0,
      root,
      cause: choice.parent % 7 === 3 && parent !== undefined ? parent.root : 0,
    }
    if (isBegin) {
      records.push({ ...base, ...place, kind: KINDS.span, phase: PHASE.begin, site: choice.site })
      open.push({ seq, parent: place.parent, root, since: time, site: choice.site })
    } else {
      const flags = choice.kind === KINDS.error ? FLAG.error : 0
      records.push({
        ...base,
        ...place,
        kind: choice.kind,
        phase: PHASE.point,
        flags,
        subject: choice.subject,
        number: seq % 17,
      })
    }
  }
  return records.some(({ seq }) => seq === 2 ** 32) ? withoutZeroSpan(records) : records
}

/** Seq 2^32 has no name in 32 bits; no span of the stream may have it. */
function withoutZeroSpan(records: Offered[]): Offered[] {
  const border = records.find(({ seq }) => seq === 2 ** 32)
  return border?.phase === PHASE.begin ? records.filter(({ seq }) => seq < 2 ** 32) : records
}

/** The record as a ring hands it over. */
function viewOf(record: Offered): RecordView {
  const buffer = new ArrayBuffer(RECORD_BYTES)
  const f64 = new Float64Array(buffer)
  const u32 = new Uint32Array(buffer)
  const bytes = typeof record.value === 'number' ? encodePlainRecord({ n: record.value }) : new Uint8Array(0)
  const valueLength = record.value === 'lost' ? LOST : bytes.length
  f64[F64.time] = record.time
  f64[F64.since] = record.since
  f64[F64.number] = record.number
  u32[U32.seq] = record.seq
  u32[U32.word] = record.kind | (record.phase << 8) | record.flags
  for (const name of ['site', 'parent', 'root', 'cause', 'subject', 'span'] as const) u32[U32[name]] = record[name]
  u32[U32.valueLength] = valueLength
  return { seq: record.seq, f64, u32, f64Base: 0, u32Base: 0, bytes, valueAt: 0, valueLength }
}

/** Hands the stream to a sink: delivered records, and gaps before the record that follows them. `between` runs after each record offered. */
export function play(
  stream: readonly Offered[],
  sink: RecordSink,
  between: (index: number) => void = () => undefined,
): void {
  let due = stream[0]?.seq ?? 1
  stream.forEach((record, index) => {
    if (!record.isLost) {
      if (record.seq > due) sink.gap(due, record.seq - 1, 'full')
      due = record.seq + 1
      sink.record(viewOf(record))
    }
    between(index)
  })
  const last = stream.at(-1)?.seq ?? 0
  if (due <= last) sink.gap(due, last, 'full')
}

/** What a reader must see of the stream: worked out from the list of records as a whole, without any folding on the way. */
export function expectedOf(stream: readonly Offered[]): Expected[] {
  const delivered = stream.filter(({ isLost }) => !isLost)
  const ends = new Map(delivered.filter(({ phase }) => phase === PHASE.end).map((end) => [end.span, end]))
  const expected = delivered.filter(({ phase }) => phase !== PHASE.end).map((each) => begun(each, ends.get(each.seq)))
  const known = new Set(expected.map(({ seq }) => seq))
  for (const end of ends.values()) if (!known.has(end.span)) expected.push(rebuilt(end))
  return [...expected, ...holesOf(stream)].toSorted(bySeq)
}

/** Order of comparison; a hole may begin where a rebuilt span began. */
export function bySeq(
  a: { readonly seq: number; readonly time?: number },
  b: { readonly seq: number; readonly time?: number },
): number {
  return a.seq - b.seq
}

function begun(record: Offered, end: Offered | undefined): Expected {
  const isSpan = record.phase === PHASE.begin
  return {
    seq: record.seq,
    kind: record.kind,
    time: record.time,
    duration: end === undefined ? undefined : end.time - record.time,
    open: isSpan && end === undefined,
    error: ((record.flags | (end?.flags ?? 0)) & FLAG.error) !== 0,
    synthetic: false,
    site: record.site,
    parent: record.parent,
    root: record.root,
    cause: record.cause,
    subject: record.subject,
    number: end === undefined ? record.number : end.number,
    value: documentOf(record.value),
    result: documentOf(end?.value),
  }
}

function rebuilt(end: Offered): Expected {
  return {
    seq: end.span,
    kind: end.kind,
    time: end.since,
    duration: end.time - end.since,
    open: false,
    error: (end.flags & FLAG.error) !== 0,
    synthetic: true,
    site: end.site,
    parent: end.parent,
    root: end.root,
    cause: 0,
    subject: 0,
    number: end.number,
    value: undefined,
    result: documentOf(end.value),
  }
}

function holesOf(stream: readonly Offered[]): Expected[] {
  const holes: Expected[] = []
  let time = 0
  stream.forEach((record, i) => {
    if (!record.isLost) time = record.time
    else if (i === 0 || stream[i - 1]?.isLost !== true) {
      const length = stream.slice(i).findIndex(({ isLost }) => !isLost)
      const count = length < 0 ? stream.length - i : length
      // a hole in the middle is told with the record behind it, dated by the record before
      holes.push({
        seq: record.seq,
        kind: KINDS.gap,
        time,
        duration: undefined,
        open: false,
        error: false,
        synthetic: true,
        site: 0,
        parent: 0,
        root: 0,
        cause: 0,
        subject: 0,
        number: count,
        value: { from: record.seq, to: record.seq + count - 1, count, reason: 'full' },
        result: undefined,
      })
    }
  })
  return holes
}

function documentOf(value: Offered['value']): unknown {
  return value === 'lost' ? 'lost' : value === undefined ? undefined : { n: value }
}

/** The films of the stream, by seq. */
export function expectedFilms(stream: readonly Offered[]): ExpectedFilm[] {
  const delivered = stream.filter(({ isLost, root }) => !isLost && root !== 0)
  const roots = [...new Set(delivered.map(({ root }) => root))].toSorted((a, b) => a - b)
  return roots.map((seq) => {
    const records = delivered.filter(({ root }) => root === seq)
    const begin = records.find((record) => record.seq === seq)
    const end = records.find((record) => record.span === seq && record.phase === PHASE.end)
    return {
      seq,
      time: begin?.time ?? end?.since ?? records[0]!.time,
      duration: end === undefined ? undefined : end.time - end.since,
      status: end?.number ?? 0,
      events: records.length,
      errors: records.filter(({ kind }) => kind === KINDS.error).length,
      error: ((end?.flags ?? 0) & FLAG.error) !== 0,
    }
  })
}
