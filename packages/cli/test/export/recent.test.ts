import { describe, expect, test } from 'vitest'
import { Recent } from '../../src/export/recent.ts'

describe('recent entries', () => {
  test('the last of them are there, twice as many at most', () => {
    const recent = new Recent<number, number>(3)
    for (let i = 0; i < 100; i++) recent.set(i, i)
    expect([99, 98, 97].map((key) => recent.get(key))).toEqual([99, 98, 97])
    const there = Array.from({ length: 97 }, (_, key) => recent.get(key)).filter((value) => value !== undefined)
    expect(there.length).toBeLessThanOrEqual(3)
  })

  test('what is asked for stays, however much is added', () => {
    const recent = new Recent<number, string>(3)
    recent.set(-1, 'kept')
    for (let i = 0; i < 100; i += 2) {
      recent.set(i, 'passing')
      recent.set(i + 1, 'passing')
      expect(recent.get(-1)).toBe('kept')
    }
  })

  test('what is set again is the newer', () => {
    const recent = new Recent<string, number>(2)
    for (const [key, value] of [
      ['a', 1],
      ['b', 2],
      ['a', 3],
    ] as const)
      recent.set(key, value)
    expect([recent.get('a'), recent.get('b'), recent.get('c')]).toEqual([3, 2, undefined])
  })
})
