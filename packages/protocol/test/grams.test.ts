import { arbitraryDamage, damaged } from '@cinescope/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CinescopeError, gramFilters, GramIndex, gramsMayHold } from '../src/index.ts'

const page = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  fc
    .array(fc.constantFrom('refund', 'order ', 'plan', 'pro'), { maxLength: 200 })
    .map((words) => bytesOf(words.join(''))),
)

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

function indexOf(pages: readonly Uint8Array[]): readonly Uint8Array[] {
  const index = new GramIndex()
  for (const each of pages) index.add(each)
  const bytes = index.take()
  return bytes === undefined ? [] : gramFilters(bytes)
}

/** Bytes that do not repeat for long. */
function noise(length: number, seed: number): Uint8Array {
  let state = seed
  return Uint8Array.from({ length }, () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 24)
}

describe('the text index of a segment', () => {
  it('never rules out a page that has the bytes', () => {
    fc.assert(
      fc.property(fc.array(page, { maxLength: 5 }), fc.nat(), fc.nat(), (pages, from, length) => {
        const filters = indexOf(pages)
        expect(filters).toHaveLength(pages.length)
        pages.forEach((each, i) => {
          const start = from % (each.length + 1)
          const part = each.subarray(start, start + (length % 30))
          expect(gramsMayHold(filters[i]!, part)).toBe(true)
        })
      }),
      { numRuns: 500 },
    )
  })

  it('rules out nearly all pages that lack the bytes, however full they are, and is small where they repeat', () => {
    const [full, repeating] = indexOf([noise(20_000, 1), bytesOf('refund of an order '.repeat(1700))])
    const wanted = Array.from({ length: 1000 }, (_, i) => noise(12, i + 2))
    const held = (filter: Uint8Array): number => wanted.filter((each) => gramsMayHold(filter, each)).length
    expect(held(full!)).toBeLessThan(30)
    expect(held(repeating!)).toBeLessThan(30)
    expect(full).toHaveLength(4096)
    expect(repeating!.length).toBeLessThanOrEqual(16)
  })

  it('says maybe to fewer than five bytes, and of a page without a filter', () => {
    const [filter] = indexOf([bytesOf('refund')])
    expect(gramsMayHold(filter!, bytesOf('wxyz'))).toBe(true)
    expect(gramsMayHold(filter!, bytesOf('vwxyz'))).toBe(false)
    expect(gramsMayHold(new Uint8Array(0), bytesOf('wxyz'))).toBe(true)
  })

  it('of one segment knows nothing of the one before', () => {
    const index = new GramIndex()
    index.add(bytesOf('refund'))
    index.take()
    expect(index.take()).toBeUndefined()
    index.add(bytesOf('orders'))
    const filters = gramFilters(index.take()!)
    expect(filters.map((filter) => gramsMayHold(filter, bytesOf('refund')))).toEqual([false])
  })

  it('is refused when it is damaged, whatever the damage', () => {
    const index = new GramIndex()
    fc.assert(
      fc.property(
        fc.array(page, { minLength: 1, maxLength: 4 }),
        fc.array(arbitraryDamage(), { maxLength: 3 }),
        (pages, damage) => {
          for (const each of pages) index.add(each)
          const bytes = index.take()!
          const other = damaged(bytes, damage)
          if (Buffer.compare(bytes, other) === 0) return
          expect(() => gramFilters(other)).toThrow(CinescopeError)
        },
      ),
    )
  })
})
