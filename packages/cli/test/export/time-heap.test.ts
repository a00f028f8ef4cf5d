import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TimeHeap } from '../../src/export/time-heap.ts'

const step = fc.oneof(
  fc.record({ kind: fc.constant('push' as const), key: fc.oneof(fc.nat(20), fc.constant(Infinity)) }),
  fc.record({ kind: fc.constant('pop' as const), key: fc.oneof(fc.nat(20), fc.constant(Infinity)) }),
)

test('what comes out is the first of what is due, as of a plain list', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const heap = new TimeHeap<number>()
      const model: number[] = []
      for (const { kind, key } of steps) {
        if (kind === 'push') {
          heap.push(key, key)
          model.push(key)
        } else {
          model.sort((a, b) => a - b)
          const due = model[0] !== undefined && model[0] <= key ? model.shift() : undefined
          expect(heap.popUntil(key)).toBe(due)
        }
        expect(heap.size).toBe(model.length)
      }
    }),
    { numRuns: 500 },
  )
})
