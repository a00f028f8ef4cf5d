import { arbitraryNumber } from '@cinescope/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteReader, ByteWriter, checksum32, putVarint } from '../src/index.ts'

const CORRUPT = expect.objectContaining({ code: 'CSC_ERR_CORRUPT' })
const unsigned = fc.oneof(
  fc.maxSafeNat(),
  fc.integer({ min: 0, max: 52 }).map((bit) => 2 ** bit),
  fc.integer({ min: 0, max: 53 }).map((bit) => 2 ** bit - 1),
)
const signed = fc.oneof(
  fc.integer({ min: -(2 ** 52) + 1, max: 2 ** 52 - 1 }),
  fc.integer({ min: 0, max: 51 }).map((bit) => -(2 ** bit)),
)

type Step =
  | { readonly type: 'u8' | 'u32' | 'f64' | 'varint' | 'zigzag'; readonly value: number }
  | { readonly type: 'bytes'; readonly value: Uint8Array }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant('u8' as const), value: fc.integer({ min: 0, max: 255 }) }),
  fc.record({ type: fc.constant('u32' as const), value: fc.integer({ min: 0, max: 0xffffffff }) }),
  fc.record({ type: fc.constant('f64' as const), value: arbitraryNumber() }),
  fc.record({ type: fc.constant('varint' as const), value: unsigned }),
  fc.record({ type: fc.constant('zigzag' as const), value: signed }),
  fc.record({ type: fc.constant('bytes' as const), value: fc.uint8Array({ maxLength: 40 }) }),
)

function write(writer: ByteWriter, { type, value }: Step): void {
  if (type === 'bytes') writer.bytes(value)
  else writer[type](value)
}

function read(reader: ByteReader, { type, value }: Step): unknown {
  return type === 'bytes' ? Uint8Array.from(reader.bytes(value.length)) : reader[type]()
}

describe('bytes', () => {
  it('are read back as written, whatever was written and however small the writer began', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.integer({ min: 0, max: 64 }), (steps, capacity) => {
        const writer = new ByteWriter(capacity)
        for (const each of steps) write(writer, each)
        const reader = new ByteReader(writer.take())
        for (const each of steps) expect(read(reader, each)).toEqual(each.value)
        expect(reader.remaining).toBe(0)
        expect(writer.length).toBe(0)
      }),
      { numRuns: 300 },
    )
  })

  it('hold any unsigned integer below 2^53 in at most eight bytes', () => {
    fc.assert(
      fc.property(unsigned, (value) => {
        const into = new Uint8Array(8)
        const end = putVarint(into, 0, value)
        expect(end).toBeLessThanOrEqual(8)
        expect(new ByteReader(into.subarray(0, end)).varint()).toBe(value)
      }),
      { numRuns: 1000 },
    )
  })

  it('that were taken are not changed by later writing', () => {
    const writer = new ByteWriter(4)
    writer.u32(1)
    const taken = writer.take()
    writer.u32(2)
    expect([...taken]).toEqual([1, 0, 0, 0])
  })

  it('can be patched behind the pen', () => {
    const writer = new ByteWriter(2)
    writer.u32(0)
    writer.u8(7)
    writer.patchU32(0, 0xdeadbeef)
    expect([...writer.written()]).toEqual([0xef, 0xbe, 0xad, 0xde, 7])
  })

  it('are never read beyond their end, nor before it by a negative length', () => {
    // a reader over a window must not see the bytes around it
    const around = new Uint8Array(64).fill(0x7f)
    const moves = fc.array(
      fc.oneof(
        fc.constantFrom('u8' as const, 'u32' as const, 'f64' as const, 'varint' as const),
        fc.integer({ min: -5, max: 40 }),
      ),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 24 }), moves, (length, list) => {
        const reader = new ByteReader(around.subarray(8, 8 + length))
        let left = length
        for (const move of list) {
          const size = typeof move === 'number' ? move : { u8: 1, u32: 4, f64: 8, varint: 1 }[move]
          const act = (): unknown => (typeof move === 'number' ? reader.bytes(move).length : reader[move]())
          if (size < 0 || size > left) expect(act).toThrow(CORRUPT)
          else {
            act()
            left -= size
          }
          expect(reader.remaining).toBe(left)
        }
      }),
    )
  })

  it('of a number that does not end are refused after eight', () => {
    expect(() => new ByteReader(new Uint8Array(9).fill(0x80)).varint()).toThrow(CORRUPT)
    expect(() => new ByteReader(new Uint8Array(3).fill(0x80)).varint()).toThrow(CORRUPT)
  })
})

describe('the checksum', () => {
  it('sees every flipped bit, added byte and swapped pair', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 2, maxLength: 100 }),
        fc.nat(),
        fc.integer({ min: 0, max: 7 }),
        (bytes, at, bit) => {
          const sum = checksum32(bytes)
          const flipped = Uint8Array.from(bytes)
          flipped[at % bytes.length] = flipped[at % bytes.length]! ^ (1 << bit)
          expect(checksum32(flipped)).not.toBe(sum)
          expect(checksum32(Uint8Array.from([...bytes, 0]))).not.toBe(sum)
          const i = at % (bytes.length - 1)
          const swapped = Uint8Array.from(bytes)
          swapped[i] = bytes[i + 1]!
          swapped[i + 1] = bytes[i]!
          if (bytes[i] !== bytes[i + 1]) expect(checksum32(swapped)).not.toBe(sum)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('is the same for the same bytes at any place in memory', () => {
    const bytes = Uint8Array.from({ length: 100 }, (_, i) => (i * 37) & 255)
    const shifted = new Uint8Array(111)
    shifted.set(bytes, 11)
    expect(checksum32(shifted.subarray(11))).toBe(checksum32(bytes))
  })
})
