import { describe, expect, it } from 'vitest'
import { ExitWait } from '../../src/scope/exit-wait.ts'

/** A wait that begins at 1000 ms, and what it sees. */
function begin(given: { isUp: boolean; hasRecorded?: boolean; waiting?: number }) {
  const world = { now: 1000, waiting: given.waiting ?? 0 }
  const wait = new ExitWait({
    isUp: given.isUp,
    hasRecorded: given.hasRecorded ?? true,
    waitingInGrown: () => world.waiting,
    now: () => world.now,
  })
  const leftAt = (now: number, isUp = true): number => {
    world.now = now
    return wait.leftMs(isUp)
  }
  return { world, leftAt }
}

describe('a process that ends waits for its writer', () => {
  it('500 ms once it is up, and 3 s for it to be, if anything was recorded', () => {
    expect(begin({ isUp: true }).leftAt(1499)).toBe(1)
    expect(begin({ isUp: true }).leftAt(1500)).toBe(0)
    expect(begin({ isUp: false, hasRecorded: false }).leftAt(1500, false)).toBe(0)
    const { leftAt } = begin({ isUp: false })
    expect(leftAt(3999, false)).toBe(1)
    expect(leftAt(3999)).toBe(500)
    expect(leftAt(4499)).toBe(0)
  })

  it('500 ms more as often as it has taken from a ring that has grown, 5 s in all', () => {
    const { world, leftAt } = begin({ isUp: true, waiting: 100 })
    for (let now = 1500; now < 6000; now += 500) {
      world.waiting -= 2
      expect(leftAt(now)).toBe(500)
      expect(leftAt(now + 499)).toBe(1)
    }
    world.waiting--
    expect(leftAt(6000)).toBe(0)
  })

  it('no longer for one that takes nothing, or a ring that has not grown', () => {
    const { world, leftAt } = begin({ isUp: true, waiting: 100 })
    world.waiting = 40
    expect(leftAt(1510)).toBe(500)
    expect(leftAt(2010)).toBe(0)
    expect(begin({ isUp: true, waiting: 0 }).leftAt(1501)).toBe(-1)
  })
})
