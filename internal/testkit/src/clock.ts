/** A clock that only tests move. */

/** Both clocks of a process, as the recorder reads them; moved by hand. */
export interface ManualClock {
  /** Monotonic milliseconds. */
  now(): number
  /** Milliseconds since 1970. */
  wall(): number
  /** Lets `ms` pass on both clocks. */
  advance(ms: number): void
  /** Sets the wall clock by `ms`, as an operator or NTP does; the monotonic one goes on. */
  stepWall(ms: number): void
}

/** A clock that stands at `wall` on the wall and at zero since the process's anchor. */
export function createManualClock(wall = 1_760_000_000_000): ManualClock {
  let now = 0
  let offset = wall
  return {
    now: () => now,
    wall: () => now + offset,
    advance(ms) {
      now += ms
    },
    stepWall(ms) {
      offset += ms
    },
  }
}
