import { arbitraryDamage, damaged } from '@cinescope/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CinescopeError,
  decodeSegmentMeta,
  encodeSegmentMeta,
  MAX_META_ENTRIES,
  type SegmentMeta,
  timeNs,
  wallMs,
} from '../src/index.ts'

const EMPTY: SegmentMeta = { pages: [], anchors: [], closes: [], open: [], kinds: [] }
const ascending = fc
  .array(fc.integer({ min: 1, max: 2 ** 48 }), { maxLength: 30 })
  .map((list) => list.toSorted((a, b) => a - b))
const meta: fc.Arbitrary<SegmentMeta> = fc.record({
  pages: fc.array(fc.record({ firstRow: fc.nat({ max: 65_535 }), rawLength: fc.nat({ max: 2 ** 24 }) }), {
    maxLength: 10,
  }),
  anchors: fc.array(fc.record({ atNs: fc.maxSafeNat().map(timeNs), wallMs: fc.double({ noNaN: true }).map(wallMs) }), {
    maxLength: 10,
  }),
  closes: ascending,
  open: ascending,
  kinds: fc.array(fc.record({ kind: fc.nat({ max: 63 }), events: fc.maxSafeNat() }), { maxLength: 10 }),
})

function expectCoded(act: () => unknown): void {
  try {
    act()
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(CinescopeError)
    expect(['CSC_ERR_CORRUPT', 'CSC_ERR_LIMIT']).toContain((thrown as CinescopeError).code)
  }
}

describe("a segment's meta block", () => {
  it('is read back as written', () => {
    fc.assert(
      fc.property(meta, (each) => {
        expect(decodeSegmentMeta(encodeSegmentMeta(each))).toEqual(each)
      }),
    )
  })

  it('of nothing is empty', () => {
    expect(encodeSegmentMeta(EMPTY)).toHaveLength(0)
    expect(decodeSegmentMeta(new Uint8Array(0))).toEqual(EMPTY)
  })

  it('passes over sections that it does not know', () => {
    const known = encodeSegmentMeta({ ...EMPTY, closes: [3, 9] })
    const unknown = [99, 1, 3, 1, 2, 3]
    expect(decodeSegmentMeta(Uint8Array.from([...unknown, ...known, ...unknown]))).toEqual({ ...EMPTY, closes: [3, 9] })
  })

  it('takes the most entries that a list may have and refuses one more', () => {
    const open = Array.from({ length: MAX_META_ENTRIES }, (_, i) => i + 1)
    expect(decodeSegmentMeta(encodeSegmentMeta({ ...EMPTY, open })).open).toEqual(open)
    const over = encodeSegmentMeta({ ...EMPTY, open: [...open, MAX_META_ENTRIES + 1] })
    expect(() => decodeSegmentMeta(over)).toThrow(expect.objectContaining({ code: 'CSC_ERR_LIMIT' }))
  })

  it('that is damaged gives lists or a coded error', () => {
    fc.assert(
      fc.property(meta, fc.array(arbitraryDamage(), { minLength: 1, maxLength: 4 }), (each, damage) => {
        expectCoded(() => decodeSegmentMeta(damaged(encodeSegmentMeta(each), damage)))
      }),
      { numRuns: 1000 },
    )
  })

  it('of arbitrary bytes gives lists or a coded error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expectCoded(() => decodeSegmentMeta(bytes))
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    ['more entries than bytes', [3, 5, 1, 7], 'CSC_ERR_CORRUPT'],
    ['a section longer than the block', [3, 1, 100, 7], 'CSC_ERR_CORRUPT'],
    ['2^48 entries', [3, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40, 0], 'CSC_ERR_LIMIT'],
  ])('that claims %s is refused', (_claim, bytes, code) => {
    expect(() => decodeSegmentMeta(Uint8Array.from(bytes))).toThrow(expect.objectContaining({ code }))
  })
})
