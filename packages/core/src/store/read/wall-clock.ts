/** The wall clock of a recording: the reading its process began with, and one for each step of the clock since. */

import type { Anchor, SegmentMeta } from '@cinescope/protocol'
import type { SegmentEntry } from '../event-store.ts'
import type { Cost } from './cost.ts'
import type { SegmentReader } from './segment-reader.ts'

/** Readings that agree with an earlier one to this are no step: a writer follows the machine's clock from 2 ms on. */
const SAME_MS = 1
/** Most steps that are kept, one a second for 18 hours; what comes after more of them is dated by the last. */
const MAX_STEPS = 65_536

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

  /** `origin` is the process's anchor. */
  constructor(origin: Anchor) {
    this.#origin = origin
    this.#anchors = [origin]
  }

  /** Ascending, at least one. Segments whose anchors are corrupt are dated by those before, and counted. */
  async anchors(reader: SegmentReader, cost: Cost): Promise<readonly Anchor[]> {
    const segments = reader.segments()
    if (segments !== this.#segments) await this.#read(segments, reader, cost)
    else cost.corrupt += this.#corrupt
    return this.#anchors
  }

  async #read(segments: readonly SegmentEntry[], reader: SegmentReader, cost: Cost): Promise<void> {
    const known = this.#steps
    const steps = new Map<number, readonly Anchor[] | undefined>()
    const anchors = [this.#origin]
    let corrupt = 0
    let read = 0
    for (const entry of tellers(segments)) {
      // seldom: most answers find one new tail, which is not worth a rest
      if (!known.has(entry.id) && ++read % READ_BETWEEN_RESTS === 0) await cost.breathe()
      const own = known.has(entry.id) ? known.get(entry.id) : stepsOf(reader.meta(entry))
      steps.set(entry.id, own)
      if (own === undefined) corrupt++
      else addSteps(anchors, own)
    }
    cost.corrupt += segments.filter(({ id }) => known.has(id) && known.get(id) === undefined).length
    this.#segments = segments
    this.#steps = steps
    this.#anchors = anchors
    this.#corrupt = corrupt
  }
}

/** Segments whose anchors have to be read: a tail repeats those of the tails before it. */
function tellers(segments: readonly SegmentEntry[]): SegmentEntry[] {
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
