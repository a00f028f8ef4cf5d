/** The clocks of a process, injectable. */

import { type Anchor, timeNs, wallMs } from '@cinescope/protocol'

/** Both clocks of a process. */
export interface Clock {
  /** Monotonic milliseconds since the process's anchor, as `performance.now()`; the same in every thread of the process. */
  now(): number
  /** Milliseconds since 1970. */
  wall(): number
}

/** The machine's clocks. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
}

/** Reads both clocks as one anchor. */
export function anchorOf(clock: Clock): Anchor {
  return { atNs: timeNs(Math.round(clock.now() * 1e6)), wallMs: wallMs(clock.wall()) }
}
