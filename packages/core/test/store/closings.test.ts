import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { SegmentEntry } from '../../src/store/event-store.ts'
import { Closings } from '../../src/store/read/closings.ts'

/** As much of a segment's entry as its closings are looked for by. */
function entry(id: number, thread: number, seqLow: number, seqHigh: number): SegmentEntry {
  return {
    id,
    isTail: false,
    bloom: new Uint8Array(0),
    summary: { thread, seqLow, seqHigh },
  } as unknown as SegmentEntry
}

it('a span has ended if a later segment of its thread says so; each is read once at most, and none that cannot', () => {
  const later = fc.record({
    thread: fc.nat(1),
    seqLow: fc.integer({ min: 1, max: 30 }),
    closes: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 8 }),
  })
  fc.assert(
    fc.property(fc.array(later, { maxLength: 12 }), fc.array(fc.integer({ min: 10, max: 20 })), (all, asked) => {
      const own = entry(5, 0, 10, 20)
      const others = all.map(({ thread, seqLow }, i) => entry(i, thread, seqLow, 40))
      const closesOf = (i: number): readonly number[] => all[i]!.closes.filter((seq) => seq >= all[i]!.seqLow)
      const read: number[] = []
      const closings = new Closings(own, others, ({ id }) => {
        read.push(id)
        return closesOf(id)
      })
      for (const seq of asked) {
        const has = others.some(({ id, summary }) => id > 5 && summary.thread === 0 && closesOf(id).includes(seq))
        expect(closings.has(seq)).toBe(has)
      }
      expect(new Set(read).size).toBe(read.length)
      expect(read.every((id) => id > 5 && all[id]!.thread === 0 && all[id]!.seqLow <= 20)).toBe(true)
    }),
  )
})
