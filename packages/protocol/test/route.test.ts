import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteWriter } from '../src/bytes.ts'
import { CinescopeError } from '../src/errors.ts'
import { decodeSketch, encodeSketch } from '../src/route.ts'
import { MAX_BIN, QuantileSketch } from '../src/sketch.ts'

function bytesOf(...numbers: readonly number[]): Uint8Array {
  const writer = new ByteWriter(64)
  for (const number of numbers) writer.varint(number)
  return writer.take()
}

describe('the sketch of a route', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e15, noNaN: true }))), (values) => {
        const sketch = new QuantileSketch()
        for (const value of values) sketch.add(value)
        const read = decodeSketch(encodeSketch(sketch))
        expect([read.count, read.bins()]).toEqual([sketch.count, sketch.bins()])
      }),
    )
  })

  it('is refused with a code, whatever its bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          decodeSketch(bytes)
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(CinescopeError)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('has bins and counts as a sketch can have them', () => {
    expect(decodeSketch(bytesOf(1, MAX_BIN, 1)).count).toBe(1)
    expect(() => decodeSketch(bytesOf(1, MAX_BIN + 1, 1))).toThrow('a sketch counts what it cannot')
    expect(() => decodeSketch(bytesOf(1, 1, 0))).toThrow('a sketch counts what it cannot')
    expect(() => decodeSketch(bytesOf(2, 1, 2 ** 53 - 1, 1, 1))).toThrow('a sketch counts what it cannot')
    expect(decodeSketch(bytesOf(0)).count).toBe(0)
    expect(() => decodeSketch(bytesOf(8201))).toThrow('claims 8201 bins')
  })
})
