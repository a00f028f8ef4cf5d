/** The wall clock of a recording: the reading its process began with, and one for each step of the clock since. */

import type { Anchor, SegmentMeta } from '@cinescope/protocol'
import type { SegmentEntry } from '../event-store.ts'
import type { Cost } from './cost.ts'
import type { SegmentReader } from './segment-reader.ts'

/** Readings that agree with an earlier one to this are no step: a writer follows the machine's clock from 2 ms on. */
const SAME_MS = 1
/** Most steps that are kept, one a second for 18 hours; what comes after more of them is dated by the last. */
const MAX_STEPS = 65_536

/** Steps that segments are remembered to tell of, one a segment beside them. */
const MAX_REMEMBERED = 262_144

/** Most answers find one new tail, which is not worth a rest. */
const READ_BETWEEN_RESTS = 64

/**
 * The one list of anchors by which everything in a recording is dated. Events, films, filters and states must agree, so none
 * goes by its own segment's anchors alone. They are read once a segment; an answer later on costs those that are new.
 */
export class WallClock {
  readonly #origin: Anchor
  #segments: readonly SegmentEntry[] | undefined
  /** Steps within each segment; undefined where they are corrupt. */
  #steps = new Map<number, readonly Anchor[] | undefined>()
  #anchors: readonly Anchor[]
  #corrupt = 0
  #remembered = 0

  /** `origin` is the process's anchor. */
  constructor(origin: Anchor) {
    this.#origin = origin
    this.#anchors = [origin]
  }

  /** Ascending, at least one. At once when there is little to read. Segments whose anchors are corrupt are dated by those before, and counted. */
  anchors(reader: SegmentReader, cost: Cost): readonly Anchor[] | Promise<readonly Anchor[]> {
    const segments = reader.segments()
    if (segments === this.#segments) {
      cost.corrupt += this.#corrupt
      return this.#anchors
    }
    const tellers = tellersOf(segments)
    const unread = tellers.filter(({ id }) => !this.#steps.has(id))
    // what is corrupt is counted by whoever reads it, and here when that was in an earlier answer
    cost.corrupt += tellers.filter(({ id }) => this.#steps.has(id) && this.#steps.get(id) === undefined).length
    if (unread.length > READ_BETWEEN_RESTS) {
      return this.#learn(unread, reader, cost).then(() => this.#settle(segments, tellers))
    }
    for (const entry of unread) this.#remember(entry.id, stepsOf(reader.meta(entry)))
    return this.#settle(segments, tellers)
  }

  async #learn(unread: readonly SegmentEntry[], reader: SegmentReader, cost: Cost): Promise<void> {
    for (const [i, entry] of unread.entries()) {
      if (i % READ_BETWEEN_RESTS === 0) await cost.breathe()
      this.#remember(entry.id, stepsOf(reader.meta(entry)))
    }
  }

  #remember(id: number, steps: readonly Anchor[] | undefined): void {
    const length = steps?.length ?? 0
    const kept = this.#remembered + length > MAX_REMEMBERED ? steps?.slice(0, 1) : steps
    this.#steps.set(id, kept)
    this.#remembered += kept?.length ?? 0
  }

  #settle(segments: readonly SegmentEntry[], tellers: readonly SegmentEntry[]): readonly Anchor[] {
    const steps = new Map(tellers.map(({ id }) => [id, this.#steps.get(id)]))
    const anchors = [this.#origin]
    // a segment repeats readings of those before it, and one thread may tell late what another has told of
    const told = Array.from(steps.values()).flatMap((own) => own ?? [])
    addSteps(
      anchors,
      told.toSorted((a, b) => a.atNs - b.atNs),
    )
    this.#segments = segments
    this.#steps = steps
    this.#remembered = told.length
    this.#anchors = anchors
    this.#corrupt = tellers.filter(({ id }) => steps.get(id) === undefined).length
    return anchors
  }
}

/** Segments whose anchors have to be read: a tail repeats those of the tails before it. */
function tellersOf(segments: readonly SegmentEntry[]): SegmentEntry[] {
  return segments.filter(({ isTail, summary }, i) => {
    const next = segments[i + 1]
    return !isTail || next?.isTail !== true || next.summary.thread !== summary.thread
  })
}

function stepsOf(meta: SegmentMeta | undefined): readonly Anchor[] | undefined {
  if (meta === undefined) return undefined
  const [first, ...others] = meta.anchors.filter(isReading)
  if (first === undefined) return []
  const steps = [first]
  addSteps(steps, others)
  return steps
}

/** Adds what is later than all there is and shows another wall clock. */
function addSteps(anchors: Anchor[], more: readonly Anchor[]): void {
  for (const anchor of more) {
    const last = anchors.at(-1)
    if (last === undefined || anchor.atNs <= last.atNs || anchors.length > MAX_STEPS) continue
    const elapsedMs = (anchor.atNs - last.atNs) / 1e6
    if (Math.abs(anchor.wallMs - last.wallMs - elapsedMs) > SAME_MS) anchors.push(anchor)
  }
}

/** A recording may claim any number. */
function isReading({ atNs, wallMs }: Anchor): boolean {
  return Number.isSafeInteger(atNs) && Math.abs(wallMs) <= Number.MAX_SAFE_INTEGER
}
