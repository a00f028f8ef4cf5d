import { describe, expect, it } from 'vitest'
import { steadyGrowth } from '../torture/growth.ts'

/**
 * MB resident of a process that recorded 36,000,000 events under a budget, every 2 s from its first removal on, while the bytes that
 * it had allocated stayed the same: by a straight line its second half grows by 22 MB, by 16 at least.
 */
const LEVEL: readonly number[] = [
  202.7, 203.0, 204.1, 205.2, 205.4, 205.5, 205.5, 205.5, 205.5, 205.5, 205.9, 205.9, 206.0, 206.0, 206.0, 206.0, 206.0,
  206.0, 206.0, 206.0, 206.0, 206.0, 206.0, 206.0, 206.0, 206.1, 206.0, 206.0, 206.0, 206.0, 206.0, 206.1, 206.0, 206.0,
  206.0, 206.1, 206.0, 206.0, 206.0, 206.0, 206.1, 207.4, 209.8, 209.7, 209.7, 209.7, 209.7, 209.7, 209.8, 209.7, 209.7,
  210.3, 210.6, 210.6, 210.7, 210.7, 210.7, 210.7, 210.7, 210.7, 210.7, 210.7, 210.7, 210.7, 210.7, 210.7, 210.7, 210.8,
  210.8, 210.7, 210.7, 210.7, 210.7, 210.7, 210.7, 210.7, 210.7, 210.7, 210.7, 210.7, 210.7, 210.7, 210.7, 210.7, 210.7,
  210.8, 210.8, 224.5, 224.6, 224.8, 224.9, 224.9, 224.9, 224.9, 224.9, 224.9, 225.0, 225.1, 225.1, 225.6, 226.2, 226.2,
  226.2, 226.3, 226.2, 226.3, 226.3, 226.2, 226.2, 226.2, 226.2, 226.2, 226.1, 226.2, 226.2, 226.2, 226.2, 226.2,
]

/** The same with so much more that stays behind in its second half. */
function leaking(mb: number): number[] {
  return LEVEL.map((level, i) => level + (2 * mb * i) / LEVEL.length)
}

describe('growth', () => {
  it('is nothing where memory has reached a level in steps', () => {
    expect(steadyGrowth(LEVEL)).toBeLessThan(1)
    expect(Math.max(...LEVEL) - LEVEL[LEVEL.length >> 1]!).toBeGreaterThan(15)
  })

  it('is what stays behind at each event, with such steps or without', () => {
    for (const mb of [4, 8, 18]) {
      const leak = leaking(mb)
      const alone = leak.map((each, i) => each - LEVEL[i]!)
      for (const growth of [steadyGrowth(leak), steadyGrowth(alone)]) {
        expect(growth).toBeGreaterThan(mb * 0.85)
        expect(growth).toBeLessThan(mb * 1.05)
      }
    }
  })

  it('of what goes up and down is not told as growth', () => {
    expect(steadyGrowth(Array.from({ length: 400 }, (_, i) => 200 + 20 * Math.sin(i)))).toBeLessThan(1)
  })

  it('cannot be told from a few samples', () => {
    expect(steadyGrowth(LEVEL.slice(0, 26))).toBeNaN()
    expect(steadyGrowth(LEVEL.slice(0, 28))).not.toBeNaN()
  })
})
