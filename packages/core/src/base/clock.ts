/** The clocks of a process, injectable. */

// the global `performance` is a getter, which takes half as long again as the clock itself
import { performance } from 'node:perf_hooks'
import { type Anchor, timeNs, wallMs } from '@cinescope/protocol'

/** Both clocks of a process. */
export interface Clock {
  /** Monotonic milliseconds since the process's anchor, as `performance.now()`; the same in every thread of the process. */
  now(): number
  /** Milliseconds since 1970, with a fraction. */
  wall(): number
}

/** Beyond this the machine's wall clock has been set or slewed, and ours follows. */
const STEP_MS = 2

/**
 * The machine's clocks. `Date.now()` tells whole milliseconds, which would date two events differently by which reading of
 * it they hang on; so the wall is counted on from the process's origin and corrected only when the two are apart.
 */
export function createSystemClock(): Clock {
  let correctionMs = 0
  return {
    now: () => performance.now(),
    wall() {
      const counted = performance.timeOrigin + performance.now() + correctionMs
      const apartMs = Date.now() + 0.5 - counted
      if (Math.abs(apartMs) <= STEP_MS) return counted
      correctionMs += apartMs
      return counted + apartMs
    },
  }
}

/** Two readings this close belong together. */
const TOGETHER_MS = 0.1
const TRIES = 5

/** Reads both clocks as one anchor; again when the thread was paused in between, which would pass for a step of the wall clock. */
export function anchorOf(clock: Clock): Anchor {
  let before = clock.now()
  for (let tries = 1; ; tries++) {
    const wall = clock.wall()
    const after = clock.now()
    if (after - before <= TOGETHER_MS || tries === TRIES) {
      return { atNs: timeNs(Math.round(((before + after) / 2) * 1e6)), wallMs: wallMs(wall) }
    }
    before = after
  }
}
