/** Processes and threads that record side by side and cause each other, and the plain graph that must be read back of them. */

import {
  type CausalHow,
  CinescopeError,
  derivedTraceId,
  F64,
  FLAG,
  KINDS,
  type NodeId,
  nodeId,
  PHASE,
  RECORD_BYTES,
  seq as seqOf,
  type SpanId,
  spanIdOf,
  type TraceId,
  U32,
} from '@cinescope/protocol'
import fc from 'fast-check'
import { encodePlainRecord } from '../../../src/base/plain-value.ts'
import { Correlator } from '../../../src/correlate/correlator.ts'
import type { Ground } from '../../../src/query/causality/ground.ts'
import { SourceReader } from '../../../src/query/reading.ts'
import type { RecordView } from '../../../src/ring/consumer.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import { commitOf, PROCESS } from '../../recording/recording-fixture.ts'

/** An event of the model. */
export interface Actual {
  readonly id: SpanId
  readonly node: NodeId
  readonly thread: number
  readonly seq: number
  /** Id of its root; undefined for a point of no film. */
  readonly film: SpanId | undefined
  readonly isSpan: boolean
  readonly trace: TraceId
  /** Ms since all began. */
  readonly from: number
  /** Infinity for a span that never ends. */
  readonly to: number
  readonly causes: readonly { readonly from: SpanId; readonly how: CausalHow }[]
}

/** How one event is made of those before it. */
export interface Choice {
  readonly what: 'root' | 'span' | 'point' | 'send'
  readonly strand: number
  readonly parent: number
  /** Of the same strand; undefined for none. */
  readonly cause: number | undefined
  /** What a root adopts; undefined for nothing. */
  readonly sender: number | undefined
  readonly ends: 'never' | 'late' | 'lost begin'
}

/** A record. Times in ms. */
export interface Words {
  readonly seq: number
  readonly kind: number
  readonly phase: number
  readonly time: number
  readonly since?: number
  readonly flags?: number
  readonly parent?: number
  readonly root?: number
  readonly cause?: number
  readonly span?: number
  readonly value?: Readonly<Record<string, string>>
}

/** What happened. */
export interface World {
  readonly events: readonly Actual[]
  /** All processes, each cut into segments of a few rows. */
  readonly ground: Ground
}

const PROCESSES = 2
const THREADS = 2
const NS = 1e6

/** Any world. */
export function arbitraryWorld(maxEvents: number = 40): fc.Arbitrary<World> {
  const index = fc.nat({ max: 1000 })
  const choice: fc.Arbitrary<Choice> = fc.record({
    what: fc.constantFrom('root', 'span', 'span', 'point', 'send'),
    strand: fc.nat({ max: PROCESSES * THREADS - 1 }),
    parent: index,
    cause: fc.option(index, { freq: 4, nil: undefined }),
    sender: fc.option(index, { freq: 2, nil: undefined }),
    ends: fc.constantFrom('never', 'late', 'late', 'lost begin'),
  })
  return fc
    .tuple(fc.array(choice, { maxLength: maxEvents }), fc.integer({ min: 2, max: 12 }))
    .map(([choices, maxRows]) => worldOf(choices, maxRows))
}

/** The world of these choices; segments have `maxRows` rows at most. */
export function worldOf(choices: readonly Choice[], maxRows: number): World {
  const strands = Array.from({ length: PROCESSES * THREADS }, (_, i) => new Strand(i, maxRows))
  const events: Actual[] = []
  choices.forEach((choice, i) => strands[choice.strand]!.add(choice, events, i + 1))
  for (const strand of strands) strand.finish(choices.length + 1)
  const sources = Array.from({ length: PROCESSES }, (_, i) => {
    const store = createMemoryStore({ ...PROCESS, node: nodeOf(i) })
    for (const { fold, node } of strands) if (node === nodeOf(i)) store.commit(commitOf(fold.cut(true, 1), fold.taken))
    return new SourceReader(store)
  })
  const first: Ground['first'] = async (ask) => {
    for (const reader of sources) {
      const given = await ask(reader.reading({})).catch(unlessElsewhere)
      if (given !== undefined) return given
    }
    return undefined
  }
  return { events, ground: { first } }
}

/** As a directory does: what one recording has not, another may have. */
function unlessElsewhere(thrown: unknown): undefined {
  if (!(thrown instanceof CinescopeError) || thrown.code !== 'CSC_ERR_NOT_FOUND') throw thrown
}

function nodeOf(process: number): NodeId {
  return nodeId(`00000000000${process + 1}`)
}

/** One thread. */
class Strand {
  readonly node: NodeId
  readonly thread: number
  readonly fold: Correlator
  #seq = 0
  readonly #ends: Words[] = []

  constructor(index: number, maxRows: number) {
    this.node = nodeOf(Math.floor(index / THREADS))
    this.thread = index % THREADS
    this.fold = new Correlator({ thread: this.thread, maxRows, maxValueBytes: 1e6 })
  }

  add(choice: Choice, events: Actual[], time: number): void {
    const own = events.filter(({ node, thread }) => node === this.node && thread === this.thread)
    const spans = own.filter(({ isSpan }) => isSpan)
    const parent = choice.what === 'root' || spans.length === 0 ? undefined : spans[choice.parent % spans.length]
    const isSpan = choice.what === 'root' || choice.what === 'span'
    const isAlone = parent === undefined && !isSpan
    const seq = ++this.#seq
    const id = this.#id(seq)
    const isLost = isSpan && choice.ends === 'lost begin'
    const cause = choice.cause === undefined || own.length === 0 ? undefined : own[choice.cause % own.length]
    const sender = parent !== undefined || !isSpan ? undefined : pick(events, choice.sender)
    const film = isAlone ? undefined : (parent?.film ?? id)
    const trace = sender?.trace ?? parent?.trace ?? derivedTraceId(this.node, { thread: this.thread, seq: seqOf(seq) })
    const kind = isSpan ? KINDS.span : choice.what === 'send' || isAlone ? KINDS.send : KINDS.log
    const root = film === undefined ? 0 : film === id ? seq : events.find((each) => each.id === film)!.seq
    const place = { parent: parent?.seq ?? 0, root }
    const words = { ...place, seq, kind, time, phase: isSpan ? PHASE.begin : PHASE.point, cause: cause?.seq ?? 0 }
    if (!isLost) this.#put(words)
    if (isSpan && choice.ends !== 'never')
      this.#ends.push({ ...place, seq: 0, kind, time: 0, phase: PHASE.end, span: seq, since: time })
    const causes = new Map<SpanId, CausalHow>()
    if (sender !== undefined) causes.set(sender.id, 'remote')
    if (cause !== undefined && !isLost) causes.set(cause.id, 'cause')
    if (parent !== undefined) causes.set(parent.id, 'parent')
    const to = isSpan ? (choice.ends === 'never' ? Infinity : -1) : time
    const named = Array.from(causes, ([from, how]) => ({ from, how }))
    events.push({ id, node: this.node, thread: this.thread, seq, film, isSpan, trace, from: time, to, causes: named })
    if (sender !== undefined) this.#adopt(events, { id, root: seq, sender, time })
  }

  /** Ends what ends, in the order of the begins. */
  finish(time: number): void {
    for (const end of this.#ends) this.#put({ ...end, seq: ++this.#seq, time })
  }

  #adopt(
    events: Actual[],
    { id, root, sender, time }: { id: SpanId; root: number; sender: Actual; time: number },
  ): void {
    const seq = ++this.#seq
    const value = { 'cinescope.trace.id': sender.trace, 'cinescope.remote.parent': sender.id }
    this.#put({ seq, kind: KINDS.edge, phase: PHASE.point, time, parent: root, root, value })
    const common = { node: this.node, thread: this.thread, isSpan: false, trace: sender.trace, from: time, to: time }
    events.push({ ...common, id: this.#id(seq), seq, film: id, causes: [{ from: id, how: 'parent' }] })
  }

  #id(seq: number): SpanId {
    return spanIdOf(this.node, { thread: this.thread, seq: seqOf(seq) })
  }

  #put(words: Words): void {
    this.fold.record(viewOf(words))
  }
}

/** The record as a ring hands it over. */
export function viewOf({ value, time, since = 0, ...words }: Words): RecordView {
  const buffer = new ArrayBuffer(RECORD_BYTES)
  const f64 = new Float64Array(buffer)
  const u32 = new Uint32Array(buffer)
  const bytes = value === undefined ? new Uint8Array(0) : encodePlainRecord(value)
  f64[F64.time] = time * NS
  f64[F64.since] = since * NS
  u32[U32.seq] = words.seq
  u32[U32.word] = words.kind | (words.phase << 8) | FLAG.async
  for (const name of ['parent', 'root', 'cause', 'span'] as const) u32[U32[name]] = words[name] ?? 0
  u32[U32.valueLength] = bytes.length
  return { seq: words.seq, f64, u32, f64Base: 0, u32Base: 0, bytes, valueAt: 0, valueLength: bytes.length }
}

function pick(events: readonly Actual[], index: number | undefined): Actual | undefined {
  return index === undefined || events.length === 0 ? undefined : events[index % events.length]
}

/** Ids by their distance from `start`, along edges in one direction. */
export function distances(
  events: readonly Actual[],
  start: SpanId,
  direction: 'causes' | 'effects',
): ReadonlyMap<SpanId, number> {
  const next = new Map<SpanId, SpanId[]>()
  for (const { id, causes } of events)
    for (const { from } of causes) {
      const [at, to] = direction === 'causes' ? [id, from] : [from, id]
      next.set(at, [...(next.get(at) ?? []), to])
    }
  const depths = new Map([[start, 0]])
  for (const [id, depth] of depths) for (const to of next.get(id) ?? []) if (!depths.has(to)) depths.set(to, depth + 1)
  return depths
}
