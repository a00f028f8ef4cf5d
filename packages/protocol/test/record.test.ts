import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seqBefore } from '../src/index.ts'

describe('references to earlier records', () => {
  it('give the whole number back up to 2^31 records later, across any border of 32 bits', () => {
    const later = fc.oneof(
      fc.integer({ min: 1, max: 2 ** 48 - 1 }),
      fc
        .tuple(fc.integer({ min: 1, max: 2 ** 15 }), fc.integer({ min: -3, max: 3 }))
        .map(([laps, by]) => laps * 2 ** 32 + by),
    )
    const distance = fc.oneof(fc.nat({ max: 10 }), fc.nat({ max: 2 ** 31 }), fc.constant(2 ** 31))
    fc.assert(
      fc.property(later, distance, (seq, back) => {
        fc.pre(seq - back > 0)
        expect(seqBefore(seq, (seq - back) >>> 0)).toBe(seq - back)
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    [2 ** 32, 0xffffffff, 2 ** 32 - 1],
    [2 ** 32 + 5, 5, 2 ** 32 + 5],
    [2 ** 32 + 5, 6, 6],
    [2 ** 47, 0, 2 ** 47],
  ])('at %d with low bits %d mean %d', (later, low, whole) => {
    expect(seqBefore(later, low)).toBe(whole)
  })
})
