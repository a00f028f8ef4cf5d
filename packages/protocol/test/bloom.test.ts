import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addToBloom, BLOOM_SALT, bloomMayHold, createBloom } from '../src/index.ts'

const key = fc.oneof(fc.nat(), fc.integer({ min: 0, max: 2 ** 48 }), fc.integer({ min: 0, max: 2 ** 53 - 1 }))

describe('the bloom filter of a segment', () => {
  it('holds every key that was added, in its own key space', () => {
    fc.assert(
      fc.property(
        fc.array(key, { maxLength: 200 }),
        fc.constantFrom(...Object.values(BLOOM_SALT)),
        fc.nat({ max: 300 }),
        (keys, salt, room) => {
          const bloom = createBloom(room)
          for (const each of keys) addToBloom(bloom, salt, each)
          for (const each of keys) expect(bloomMayHold(bloom, salt, each)).toBe(true)
        },
      ),
    )
  })

  it.each([
    ['consecutive numbers', (i: number) => i + 1],
    ['every twentieth number', (i: number) => 20 * i + 1],
    ['numbers beyond 32 bits', (i: number) => 2 ** 40 + i * 2 ** 20],
  ])('is wrong about fewer than three keys in a hundred when it holds %s', (_which, keyAt) => {
    for (const count of [10, 100, 819, 1000, 8192]) {
      const bloom = createBloom(count)
      for (let i = 0; i < count; i++) addToBloom(bloom, BLOOM_SALT.root, keyAt(i))
      let wrong = 0
      for (let i = 0; i < 20_000; i++) if (bloomMayHold(bloom, BLOOM_SALT.root, keyAt(count + i))) wrong++
      expect(wrong / 20_000).toBeLessThan(0.03)
    }
  })

  it('keeps roots, sites and subjects apart', () => {
    const bloom = createBloom(300)
    for (let i = 1; i <= 100; i++) addToBloom(bloom, BLOOM_SALT.root, i)
    const asSites = Array.from({ length: 100 }, (_, i) => bloomMayHold(bloom, BLOOM_SALT.site, i + 1)).filter(
      Boolean,
    ).length
    expect(asSites).toBeLessThan(5)
  })

  it('tells keys apart that share their low 32 bits', () => {
    const bloom = createBloom(100)
    addToBloom(bloom, BLOOM_SALT.root, 7)
    const others = Array.from({ length: 200 }, (_, i) => bloomMayHold(bloom, BLOOM_SALT.root, 7 + (i + 1) * 2 ** 32))
    expect(others.filter(Boolean).length).toBeLessThan(10)
  })

  it('is a power of two of bytes, eight at least', () => {
    expect([0, 6, 7, 51, 52, 8192].map((keys) => createBloom(keys).length)).toEqual([8, 8, 16, 64, 128, 16_384])
  })

  it('rules nothing out when its length is none that we write', () => {
    for (const length of [0, 3, 12, 100]) expect(bloomMayHold(new Uint8Array(length), BLOOM_SALT.root, 1)).toBe(true)
  })
})
