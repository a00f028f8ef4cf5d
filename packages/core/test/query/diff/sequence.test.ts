import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyMatch, longestMatch, type Match } from '../../../src/query/diff/sequence.ts'

const numbers = fc.array(fc.nat({ max: 4 }), { maxLength: 40 })

/** Length of the longest common subsequence, by the table of all pairs of prefixes. */
function lengthByTable(a: readonly number[], b: readonly number[]): number {
  let above = Array.from({ length: b.length + 1 }, () => 0)
  for (const each of a) {
    const row = [0]
    for (const [j, other] of b.entries()) row.push(each === other ? above[j]! + 1 : Math.max(above[j + 1]!, row[j]!))
    above = row
  }
  return above.at(-1)!
}

function expectMatch(a: readonly number[], b: readonly number[], matches: readonly Match[]): void {
  let [i, j] = [-1, -1]
  for (const [nextI, nextJ] of matches) {
    expect(nextI).toBeGreaterThan(i)
    expect(nextJ).toBeGreaterThan(j)
    expect(a[nextI]).toBe(b[nextJ])
    expect(nextI).toBeLessThan(a.length)
    ;[i, j] = [nextI, nextJ]
  }
}

describe('an alignment of two sequences', () => {
  it('is as long as the longest there is', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const matches = longestMatch(a, b)!
        expectMatch(a, b, matches)
        expect(matches).toHaveLength(lengthByTable(a, b))
      }),
      { numRuns: 1000 },
    )
  })

  it('is given up beyond the last edit allowed, not before', () => {
    expect(longestMatch([1, 2, 3], [1, 4, 3], 2)).toEqual([
      [0, 0],
      [2, 2],
    ])
    expect(longestMatch([1, 2, 3], [1, 4, 3], 1)).toBeUndefined()
  })

  it('that is rough is in order, and whole where the sequences are equal', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        expectMatch(a, b, anyMatch(a, b))
        expect(anyMatch(a, a)).toHaveLength(a.length)
      }),
    )
  })
})
