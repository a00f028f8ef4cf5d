/** Recordings as they may come about, and the same without what is made of segments when they are sealed. */

import { type EventFilter, type Kind, timeNs, wallMs } from '@cinescope/protocol'
import fc from 'fast-check'
import { Correlator } from '../../src/correlate/correlator.ts'
import type { EventSource, EventStore, StoreView } from '../../src/store/event-store.ts'
import { commitOf, DEFINITIONS, PROCESS } from '../recording/recording-fixture.ts'
import { arbitraryStream, type Offered, play } from '../recording/stream.ts'

/** When the process began. */
export const ORIGIN: number = PROCESS.anchor.wallMs

/** How a recording comes about. */
export interface Making {
  readonly stream: readonly Offered[]
  readonly maxRows: number
  /** Records after which something is committed, with whether the segment is finished. */
  readonly commits: ReadonlyMap<number, boolean>
  /** Records after which the wall clock is read: that many ms from where it should be. */
  readonly readings: ReadonlyMap<number, number>
  /** The part of the bytes that is left by retention. */
  readonly left: number
  readonly isSealed: boolean
}

const index = fc.nat({ max: 240 })
export const makings: fc.Arbitrary<Making> = fc.record({
  stream: fc.oneof(arbitraryStream(), arbitraryStream({ minRecords: 60, maxRecords: 240 })),
  maxRows: fc.integer({ min: 4, max: 60 }),
  commits: fc.array(fc.tuple(index, fc.boolean()), { maxLength: 12 }).map((list) => new Map(list)),
  readings: fc.array(fc.tuple(index, fc.constantFrom(0, 25, -25)), { maxLength: 2 }).map((list) => new Map(list)),
  left: fc.constantFrom(1, 1, 0.7, 0.3),
  isSealed: fc.boolean(),
})

/** Makes it in a store. */
export function make(store: EventStore, { stream, maxRows, commits, readings, left, isSealed }: Making): void {
  const fold = new Correlator({ thread: 0, maxRows, maxValueBytes: 100_000 })
  let definitions = DEFINITIONS
  const commit = (seal: boolean): void => {
    store.commit(commitOf(fold.cut(seal, 1000), fold.taken, definitions))
    definitions = []
  }
  play(stream, fold, (at) => {
    const { time } = stream[at]!
    const step = readings.get(at)
    if (step !== undefined) fold.anchor({ atNs: timeNs(time), wallMs: wallMs(ORIGIN + time / 1e6 + step) })
    const seal = commits.get(at)
    if (seal !== undefined) commit(seal)
  })
  commit(isSealed)
  if (left < 1) store.prune({ maxBytes: store.bytes() * left })
}

/** The same recording without what one method of its views gives of a segment. */
export function without(source: EventSource, method: keyof StoreView, instead: unknown): EventSource {
  const hiding = (view: StoreView): StoreView =>
    new Proxy(view, {
      get: (target, name) => {
        if (name === method) return () => instead
        const member: unknown = Reflect.get(target, name)
        return typeof member === 'function' ? member.bind(target) : member
      },
    })
  return new Proxy(source, {
    get: (target, name) => {
      if (name === 'read') return (read: (view: StoreView) => unknown) => target.read((view) => read(hiding(view)))
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}

/** Filters of such recordings. */
const time = fc.integer({ min: 0, max: 300 }).map((ms) => wallMs(ORIGIN + ms))
export const filters: fc.Arbitrary<EventFilter> = fc.record(
  {
    from: time,
    to: time,
    kinds: fc.subarray<Kind>(['span', 'log', 'error', 'gap', 'state.snapshot'], { minLength: 1 }),
    error: fc.boolean(),
    site: fc.constantFrom('site 1', 'site *', 'nothing'),
    minDurationMs: fc.constantFrom(1, 5),
  },
  { requiredKeys: [] },
)
