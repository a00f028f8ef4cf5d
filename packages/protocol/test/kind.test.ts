import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  eventsOf,
  EXTENT,
  FLAG,
  isSpanKind,
  KIND_LIMIT,
  kindName,
  kindOf,
  KINDS,
  parentCertainty,
  phaseOf,
  withPhase,
} from '../src/index.ts'

const kind = fc.constantFrom(...Object.values(KINDS))
const phase = fc.integer({ min: 0, max: 3 })
const flags = fc.subarray(Object.values(FLAG)).map((list) => list.reduce<number>((sum, flag) => sum | flag, 0))

describe('the word of kind, phase and flags', () => {
  it('gives back each part, whatever the others are', () => {
    fc.assert(
      fc.property(kind, phase, flags, phase, (code, first, bits, second) => {
        const word = (code | (first << 8) | bits) >>> 0
        expect(kindOf(word)).toBe(code)
        expect(phaseOf(word)).toBe(first)
        const changed = withPhase(word, second)
        expect([kindOf(changed), phaseOf(changed), changed & ~0x33f]).toEqual([code, second, bits])
      }),
    )
  })

  it('stays unsigned with its highest bit set', () => {
    expect(withPhase(0xffffffff, 0)).toBe(0xfffffcff)
  })

  it('has flags that share no bit with each other, the kind or the phase', () => {
    const all = [0x3f, 0x300, ...Object.values(FLAG)]
    expect(all.reduce((sum, bits) => sum + bits, 0)).toBe(all.reduce((sum, bits) => sum | bits, 0))
  })

  it('names every kind by its code, and no other', () => {
    for (const [name, code] of Object.entries(KINDS)) {
      expect(kindName(code)).toBe(name)
      expect(code).toBeLessThan(KIND_LIMIT)
      expect(isSpanKind(code)).toBe(code < 32)
    }
    const known = new Set<number>(Object.values(KINDS))
    expect(known.size).toBe(Object.keys(KINDS).length)
    for (const code of [0, 24, 31, 46, 63, 64, -1, 1.5]) expect(kindName(code)).toBeUndefined()
    expect([isSpanKind(0), isSpanKind(31), isSpanKind(32)]).toEqual([false, true, false])
  })

  it('says how the parent is known; orphan is stronger than inferred', () => {
    expect(parentCertainty(0)).toBe('known')
    expect(parentCertainty(FLAG.parentInferred)).toBe('inferred')
    expect(parentCertainty(FLAG.parentOrphan)).toBe('orphan')
    expect(parentCertainty(FLAG.parentOrphan | FLAG.parentInferred)).toBe('orphan')
  })

  it.each([
    ['a point', EXTENT.point, 0, 1],
    ['an open span', EXTENT.open, 0, 1],
    ['a whole span', EXTENT.whole, 0, 2],
    ['the end of a span whose begin stands elsewhere', EXTENT.resumed, 0, 1],
    ['a span rebuilt from its end', EXTENT.whole, FLAG.beginLost, 1],
    ['what the recorder wrote itself', EXTENT.point, FLAG.synthetic, 0],
    ['a whole span of the recorder itself', EXTENT.whole, FLAG.synthetic, 0],
  ])('counts the offered events of %s', (_row, extent, bits, events) => {
    expect(eventsOf(KINDS.span | (extent << 8) | bits | FLAG.error)).toBe(events)
  })
})
