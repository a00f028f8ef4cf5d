import { allocateRows, bytesOfRows, type Rows } from '@cinescope/protocol'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { PassingCache } from '../../src/store/read/passing-cache.ts'

const MEBIBYTE = 1024 * 1024

it('a pass over a recording keeps the rows of the segments that it has come through last, and few of them', () => {
  const cache = createCache()
  for (let id = 1; id <= 1000; id++) read(cache, id)
  const bytes = cache.size * bytesOfRows(allocateRows(8192))
  expect(bytes).toBeLessThanOrEqual(8 * MEBIBYTE)
  expect(cache.size).toBeGreaterThan(5)
  expect(cache.get(1000)?.seq).toHaveLength(8192)
  expect(cache.get(900)).toBeUndefined()
})

it('what is asked for again and again stays, whatever passes by', () => {
  const cache = createCache()
  const often = Array.from({ length: 40 }, (_, i) => i + 1)
  for (let time = 1; time < 3; time++) {
    for (const id of often) read(cache, id)
    for (let id = 1; id <= 20; id++) read(cache, 100 * time + id)
  }
  for (let id = 1001; id <= 3000; id++) read(cache, id)
  expect(often.filter((id) => cache.get(id) === undefined)).toEqual([])
})

it('of what is asked for again and again that goes which was not for the longest time', () => {
  const cache = createCache()
  for (let time = 0; time < 3; time++) for (let id = 1; id <= 60; id++) read(cache, id)
  // the second is asked for while others come
  for (let time = 0; time < 2; time++) {
    for (let id = 61; id <= 100; id++) {
      read(cache, id)
      cache.get(2)
    }
  }
  expect(cache.get(2)?.seq).toHaveLength(8192)
  expect(cache.get(1)).toBeUndefined()
})

it('a segment that is larger than all that is kept is there until the next', () => {
  const cache = createCache()
  const large = allocateRows(200_000)
  cache.keep(1, large)
  expect(cache.get(1)).toBe(large)
  cache.keep(2, allocateRows(1))
  expect(cache.get(1)).toBeUndefined()
})

it('never gives rows of another segment, nor keeps more bytes than it may, whatever is asked for', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(120), { maxLength: 600 }), fc.nat(200), (asked, modulus) => {
      const cache = createCache()
      const rowsOf = new Map<number, Rows>()
      for (const [i, id] of asked.entries()) {
        const known = cache.get(id)
        if (known !== undefined) expect(known).toBe(rowsOf.get(id))
        else {
          rowsOf.set(id, allocateRows(8192))
          cache.keep(id, rowsOf.get(id)!)
          expect(cache.get(id)).toBe(rowsOf.get(id))
        }
        if (modulus > 20 && i % modulus === modulus - 1) cache.forget((each) => each % 3 === 0)
      }
      expect(cache.size * bytesOfRows(allocateRows(8192))).toBeLessThanOrEqual(48 * MEBIBYTE)
    }),
    { numRuns: 50 },
  )
})

it('what is forgotten makes room', () => {
  const cache = createCache()
  for (let id = 1; id <= 5; id++) read(cache, id)
  cache.forget(() => true)
  expect(cache.size).toBe(0)
  for (let id = 11; id <= 18; id++) read(cache, id)
  expect([11, 12, 13, 14, 15, 16, 17, 18].filter((id) => cache.get(id) === undefined)).toEqual([])
})

function createCache(): PassingCache<Rows> {
  return new PassingCache({ passing: 8 * MEBIBYTE, asked: 40 * MEBIBYTE, weigh: bytesOfRows })
}

function read(cache: PassingCache<Rows>, id: number): void {
  if (cache.get(id) === undefined) cache.keep(id, allocateRows(8192))
}
