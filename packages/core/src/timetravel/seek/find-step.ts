/** Finds the step after and before a place. */

import type { Rows } from '@cinescope/protocol'
import type { SegmentEntry } from '../../store/event-store.ts'
import type { ViewParts } from '../../store/read/view-parts.ts'
import type { StepSpace } from './space.ts'
import { compareSteps, endOf, STEP, type Step, type StepPlace } from './step.ts'

/**
 * The first step after a place. What begins and ends within a segment stands in it, so only those are read whose times reach
 * from the place to the best step so far.
 */
export async function stepAfter(parts: ViewParts, space: StepSpace, from: StepPlace): Promise<Step | undefined> {
  return nearest(parts, space, from, 1)
}

/** The last step before a place. */
export async function stepBefore(parts: ViewParts, space: StepSpace, from: StepPlace): Promise<Step | undefined> {
  return nearest(parts, space, from, -1)
}

async function nearest(
  { reader, cost }: ViewParts,
  space: StepSpace,
  from: StepPlace,
  direction: 1 | -1,
): Promise<Step | undefined> {
  const search = new Search(space, from, direction)
  const segments = reader.segments()
  // in the order of what lies ahead, so that the first that has a step is mostly the only one
  for (const entry of direction > 0 ? segments : segments.toReversed()) {
    if (!search.mayGain(entry)) continue
    await cost.breathe()
    const rows = reader.rows(entry)
    if (rows !== undefined) search.look(entry, rows)
  }
  return search.best
}

class Search {
  best: Step | undefined
  readonly #space: StepSpace
  readonly #from: StepPlace
  readonly #direction: 1 | -1
  #bestTime: number

  constructor(space: StepSpace, from: StepPlace, direction: 1 | -1) {
    this.#space = space
    this.#from = from
    this.#direction = direction
    this.#bestTime = direction > 0 ? Infinity : -Infinity
  }

  mayGain(entry: SegmentEntry): boolean {
    const { timeLow, timeHigh } = entry.summary
    const isAhead = this.#direction > 0 ? timeHigh >= this.#from.time : timeLow <= this.#from.time
    if (!isAhead || !this.#space.mayHold(entry)) return false
    if (this.best === undefined) return true
    return this.#direction > 0 ? timeLow <= this.best.time : timeHigh >= this.best.time
  }

  look(entry: SegmentEntry, rows: Rows): void {
    // from the side where the nearest is likely to be: times alone then rule out the rest
    if (this.#direction > 0) for (let row = 0; row < rows.length; row++) this.#lookAt(entry, rows, row)
    else for (let row = rows.length - 1; row >= 0; row--) this.#lookAt(entry, rows, row)
  }

  #lookAt(entry: SegmentEntry, rows: Rows, row: number): void {
    const time = rows.time[row]!
    const end = endOf(rows, row)
    // of a span that two segments tell of the begin is one step all the same
    const isBeginNear = this.#isNear(time)
    const isEndNear = end >= 0 && this.#isNear(end)
    if (!(isBeginNear || isEndNear) || !this.#space.keeps(rows, row)) return
    const { thread } = entry.summary
    const seq = rows.seq[row]!
    if (isBeginNear) this.#consider({ time, thread, phase: STEP.begin, seq, entry, rows, row })
    if (isEndNear) this.#consider({ time: end, thread, phase: STEP.end, seq, entry, rows, row })
  }

  /** True for an instant between the place and the best step so far. */
  #isNear(time: number): boolean {
    return this.#direction > 0
      ? time >= this.#from.time && time <= this.#bestTime
      : time <= this.#from.time && time >= this.#bestTime
  }

  #consider(step: Step): void {
    const { best } = this
    if (compareSteps(step, this.#from) * this.#direction <= 0) return
    if (best === undefined || compareSteps(step, best) * this.#direction < 0) {
      this.best = step
      this.#bestTime = step.time
    }
  }
}
