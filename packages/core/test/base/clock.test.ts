import { createManualClock } from '@cinescope/testkit'
import { describe, expect, it } from 'vitest'
import { anchorOf } from '../../src/base/clock.ts'

const WALL = 1_760_000_000_000

describe('a reading of both clocks', () => {
  it('is taken again when the thread was paused between the two', () => {
    const clock = createManualClock(WALL)
    const pauses = [7, 40]
    const paused = {
      now: () => clock.now(),
      wall: () => {
        clock.advance(pauses.shift() ?? 0)
        return clock.wall()
      },
    }
    const { atNs, wallMs } = anchorOf(paused)
    expect(wallMs - atNs / 1e6).toBe(WALL)
    expect(atNs).toBe(47e6)
  })

  it('is taken as it is when there is a pause each time', () => {
    const clock = createManualClock(WALL)
    const paused = {
      now: () => clock.now(),
      wall: () => {
        clock.advance(4)
        return clock.wall()
      },
    }
    const { atNs, wallMs } = anchorOf(paused)
    expect(Math.abs(wallMs - atNs / 1e6 - WALL)).toBeLessThanOrEqual(4)
  })
})
