import { arbitraryDamage, arbitraryRows, damaged } from '@cinescope/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  allocateRows,
  ByteWriter,
  bytesOfRows,
  checksum32,
  CinescopeError,
  type Column,
  copyRow,
  decodeSegment,
  encodeSegment,
  MAX_SEGMENT_ROWS,
  type Rows,
} from '../src/index.ts'

const COLUMNS = Object.keys(allocateRows(0)).filter((name) => name !== 'length') as Column[]

function columnsOf(rows: Rows, from = 0, to: number = rows.length): Record<string, number[]> {
  return Object.fromEntries(COLUMNS.map((name) => [name, Array.from(rows[name].subarray(from, to))]))
}

function encoded(rows: Rows, from?: number, to?: number): Uint8Array {
  return Uint8Array.from(encodeSegment(new ByteWriter(16), 3, rows, from, to))
}

/** The same bytes with a checksum that fits, as a hostile writer would leave them. */
function resigned(bytes: Uint8Array): Uint8Array {
  if (bytes.length >= 4)
    new DataView(bytes.buffer).setUint32(bytes.length - 4, checksum32(bytes.subarray(0, bytes.length - 4)), true)
  return bytes
}

const IDS = { seq: 1, time: 2, duration: 3, parent: 6, root: 7, cause: 8, number: 10 }

/** A segment of one row, of which a column holds a raw float64. */
function withRaw(column: keyof typeof IDS, value: number): Uint8Array {
  const rows = allocateRows(1)
  rows.length = 1
  rows.number[0] = value
  const bytes = encoded(rows)
  // the two change places in the directory
  const idAt = (name: keyof typeof IDS): number => 13 + (IDS[name] - 1) * 6
  bytes[idAt('number')] = IDS[column]
  if (column !== 'number') bytes[idAt(column)] = IDS.number
  return resigned(bytes)
}

function expectCoded(act: () => unknown): void {
  try {
    act()
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(CinescopeError)
    expect(['CSC_ERR_CORRUPT', 'CSC_ERR_LIMIT']).toContain((thrown as CinescopeError).code)
  }
}

describe('the segment codec', () => {
  it('gives columns of zeros no memory, and no other segment its numbers', () => {
    const rows = allocateRows(100)
    rows.length = 100
    rows.seq.forEach((_, i) => (rows.seq[i] = i + 1))
    rows.word.fill(7)
    const { rows: back } = decodeSegment(encoded(rows))
    // seq, time (which is told by differences, zeros too) and word
    expect(bytesOfRows(back)).toBe(100 * (8 + 8 + 4))
    expect(columnsOf(back)).toEqual(columnsOf(rows))
    rows.duration.fill(-1)
    const { rows: points } = decodeSegment(encoded(rows))
    expect(bytesOfRows(points)).toBe(100 * (8 + 8 + 4))
    expect(columnsOf(points)).toEqual(columnsOf(rows))
    rows.duration[99] = 0
    expect(columnsOf(decodeSegment(encoded(rows)).rows)).toEqual(columnsOf(rows))
    rows.duration.fill(0)
    expect(bytesOfRows(rows)).toBe(100 * (7 * 8 + 5 * 4))
    expect(columnsOf(decodeSegment(encoded(allocateRows(100), 0, 100)).rows)).toEqual(
      columnsOf(allocateRows(100), 0, 100),
    )
  })

  it('gives back any rows bit for bit', () => {
    fc.assert(
      fc.property(arbitraryRows(), (rows) => {
        const { thread, rows: back } = decodeSegment(encoded(rows))
        expect(thread).toBe(3)
        expect(back.length).toBe(rows.length)
        expect(columnsOf(back)).toEqual(columnsOf(rows))
      }),
      { numRuns: 500 },
    )
  })

  it('keeps a number that is the same in every row, whatever number it is', () => {
    for (const value of [0, -0, 200, -7, 0.25, Number.NaN, -Infinity, 2 ** 51, 2 ** 53, 1e300]) {
      const rows = allocateRows(3)
      rows.length = 3
      rows.seq.set([1, 2, 3])
      rows.number.fill(value)
      expect([...decodeSegment(encoded(rows)).rows.number]).toEqual([value, value, value])
      if (!Number.isSafeInteger(value)) continue
      rows.duration.fill(value)
      expect([...decodeSegment(encoded(rows)).rows.duration]).toEqual([value, value, value])
    }
  })

  it('tells 0 from -0 beside each other', () => {
    const rows = allocateRows(2)
    rows.length = 2
    rows.number.set([0, -0])
    expect([...decodeSegment(encoded(rows)).rows.number]).toEqual([0, -0])
  })

  it('encodes a range of rows as if it stood alone', () => {
    fc.assert(
      fc.property(arbitraryRows(), fc.nat(), fc.nat(), (rows, a, b) => {
        const [from, to] = [a % (rows.length + 1), b % (rows.length + 1)].toSorted((x, y) => x - y) as [number, number]
        expect(columnsOf(decodeSegment(encoded(rows, from, to)).rows)).toEqual(columnsOf(rows, from, to))
      }),
    )
  })

  it('decodes only the columns asked for, and always the seq', () => {
    fc.assert(
      fc.property(arbitraryRows(), fc.subarray(COLUMNS), (rows, wanted) => {
        const back = columnsOf(decodeSegment(encoded(rows), new Set(wanted)).rows)
        const all = columnsOf(rows)
        for (const name of COLUMNS) {
          const isThere = name === 'seq' || wanted.includes(name)
          expect(back[name]).toEqual(isThere ? all[name] : all[name]!.map(() => 0))
        }
      }),
    )
  })

  it('rewinds the writer it is given, so that one writer serves many segments', () => {
    const writer = new ByteWriter(16)
    const rows = allocateRows(1)
    rows.length = 1
    rows.seq[0] = 9
    const first = Uint8Array.from(encodeSegment(writer, 0, rows))
    expect(Uint8Array.from(encodeSegment(writer, 0, rows))).toEqual(first)
  })

  it('copies a row whole', () => {
    fc.assert(
      fc.property(arbitraryRows({ maxRows: 5 }), (rows) => {
        fc.pre(rows.length > 0)
        const target = allocateRows(2)
        copyRow(rows, rows.length - 1, target, 1)
        expect(columnsOf(target, 1, 2)).toEqual(columnsOf(rows, rows.length - 1, rows.length))
      }),
    )
  })

  it('holds as many rows as a reader accepts, and one more is refused', () => {
    const rows = allocateRows(MAX_SEGMENT_ROWS + 1)
    rows.length = MAX_SEGMENT_ROWS
    expect(decodeSegment(encoded(rows)).rows.length).toBe(MAX_SEGMENT_ROWS)
    rows.length = MAX_SEGMENT_ROWS + 1
    expect(() => decodeSegment(encoded(rows))).toThrow(expect.objectContaining({ code: 'CSC_ERR_LIMIT' }))
  })

  it('passes over a column that it does not know', () => {
    const rows = allocateRows(2)
    rows.length = 2
    rows.seq.set([5, 6])
    rows.subject.set([1, 2])
    const bytes = encoded(rows)
    // directory entry 8 is the subject's
    bytes[13 + 8 * 6] = 200
    const back = decodeSegment(resigned(bytes)).rows
    expect([...back.seq]).toEqual([5, 6])
    expect([...back.subject]).toEqual([0, 0])
  })
})

describe('damaged segments', () => {
  it.each(['seq', 'time', 'duration', 'parent', 'root', 'cause'] as const)(
    'are refused for a %s that none can be, and take any number for what was measured',
    (column) => {
      for (const wrong of [Infinity, -Infinity, Number.NaN, 0.5, 1e300]) {
        const bytes = withRaw(column, wrong)
        expect(() => decodeSegment(bytes)).toThrow(expect.objectContaining({ code: 'CSC_ERR_CORRUPT' }))
        expect(decodeSegment(withRaw('number', wrong)).rows.number[0]).toBe(wrong)
      }
    },
  )

  it('are refused when any one bit of them is flipped', () => {
    fc.assert(
      fc.property(arbitraryRows({ maxRows: 8 }), fc.nat(), fc.integer({ min: 0, max: 7 }), (rows, at, bit) => {
        const bytes = encoded(rows)
        bytes[at % bytes.length] = bytes[at % bytes.length]! ^ (1 << bit)
        expect(() => decodeSegment(bytes)).toThrow(expect.objectContaining({ code: 'CSC_ERR_CORRUPT' }))
      }),
      { numRuns: 300 },
    )
  })

  it('with a checksum that fits give rows or a coded error', () => {
    fc.assert(
      fc.property(
        arbitraryRows({ maxRows: 20 }),
        fc.array(arbitraryDamage(), { minLength: 1, maxLength: 4 }),
        (rows, damage) => {
          const bytes = resigned(damaged(encoded(rows), damage))
          expectCoded(() => expect(decodeSegment(bytes).rows.length).toBeLessThanOrEqual(MAX_SEGMENT_ROWS))
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('of arbitrary bytes give a coded error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expectCoded(() => decodeSegment(resigned(Uint8Array.from(bytes))))
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['4294967295 rows', 4, 0xffffffff, 'CSC_ERR_LIMIT'],
    ['more rows than its columns hold', 4, 65_536, 'CSC_ERR_CORRUPT'],
    ['fewer rows than its columns hold', 4, 1, 'CSC_ERR_CORRUPT'],
    ['a column of 4 GB', 15, 0xffffffff, 'CSC_ERR_CORRUPT'],
    ['no magic', 0, 0, 'CSC_ERR_CORRUPT'],
  ])('that claim %s are refused', (_claim, at, word, code) => {
    const rows = allocateRows(3)
    rows.length = 3
    rows.seq.set([1, 2, 3])
    const bytes = encoded(rows)
    new DataView(bytes.buffer).setUint32(at, word, true)
    expect(() => decodeSegment(resigned(bytes))).toThrow(expect.objectContaining({ code }))
  })

  it('never make the reader take more than 64 MB', () => {
    const rows = allocateRows(1)
    rows.length = 1
    const bytes = encoded(rows)
    new DataView(bytes.buffer).setUint32(4, MAX_SEGMENT_ROWS, true)
    const before = process.memoryUsage().arrayBuffers
    for (let i = 0; i < 4; i++) expectCoded(() => decodeSegment(resigned(Uint8Array.from(bytes))))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(67_108_864)
  })

  it('that are empty or too short are refused', () => {
    for (let length = 0; length < 17; length++) {
      expect(() => decodeSegment(resigned(new Uint8Array(length)))).toThrow(
        expect.objectContaining({ code: 'CSC_ERR_CORRUPT' }),
      )
    }
  })
})
