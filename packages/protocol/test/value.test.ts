import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CinescopeError,
  decodeValue,
  KEY,
  OMISSION,
  omissionName,
  Omitted,
  putVarint,
  Special,
  TAG,
} from '../src/index.ts'

const KEYS = ['name', 'password', 'Order']
const keyOf = (key: number): string | undefined => KEYS[key]
const key = (id: number): number => id + KEY.first

function decode(...bytes: readonly number[]): unknown {
  return decodeValue(new Uint8Array(bytes), keyOf)
}

function text(value: string): readonly number[] {
  return [TAG.latin1, value.length, ...Buffer.from(value, 'latin1')]
}

function f64(value: number): readonly number[] {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value, true)
  return [...new Uint8Array(view.buffer)]
}

function record(members: object): object {
  return Object.assign(Object.create(null) as object, members)
}

describe('decoding', () => {
  it.each<[string, readonly number[], unknown]>([
    ['undefined', [TAG.undefined], undefined],
    ['null', [TAG.null], null],
    ['true', [TAG.true], true],
    ['false', [TAG.false], false],
    ['NaN', [TAG.nan], Number.NaN],
    ['infinity', [TAG.infinity], Number.POSITIVE_INFINITY],
    ['-infinity', [TAG.negativeInfinity], Number.NEGATIVE_INFINITY],
    ['-0', [TAG.negativeZero], -0],
    ['an integer', [TAG.uint, 0x80, 0x01], 128],
    ['a negative one', [TAG.negative, 5], -5],
    ['a double', [TAG.double, ...f64(0.1)], 0.1],
    ['a string', text('h\u00e9'), 'h\u00e9'],
    ['a wide string with a lone surrogate', [TAG.utf16, 2, 0x03, 0x26, 0x00, 0xd8], '\u2603\ud800'],
    ['a bigint', [TAG.bigint, ...text('12')], new Special('bigint', { text: '12' })],
    ['a cut string', [TAG.cut, 9, ...text('ab')], new Special('cut', { length: 9, text: 'ab' })],
    ['an array', [TAG.array, TAG.uint, 1, TAG.array, TAG.end, TAG.end], [1, []]],
    ['a set', [TAG.set, TAG.uint, 1, TAG.end], new Special('Set', { items: [1] })],
    ['a map', [TAG.map, TAG.uint, 1, TAG.null, TAG.end], new Special('Map', { entries: [[1, null]] })],
    ['a date', [TAG.date, ...f64(0)], new Special('Date', { text: '1970-01-01T00:00:00.000Z' })],
    ['no date', [TAG.date, ...f64(Number.NaN)], new Special('Date', { text: 'Invalid Date' })],
    ['an expression', [TAG.regexp, ...text('/x/g')], new Special('RegExp', { text: '/x/g' })],
    ['a function', [TAG.function, ...text('f')], new Special('function', { name: 'f' })],
    ['a symbol', [TAG.symbol, ...text('s')], new Special('symbol', { description: 's' })],
    ['an opaque object', [TAG.opaque, key(2)], new Special('Order', {})],
    ['bytes', [TAG.bytes, key(2), 9, 2, 1, 255], new Special('Order', { length: 9, hex: '01ff' })],
    ['a cycle', [TAG.cycle, 2], new Special('cycle', { levels: 2 })],
    ['an omission', [TAG.omitted, OMISSION.width, 7], new Omitted('width', 7)],
    ['an omission of a later version', [TAG.omitted, 200, 0], new Omitted('corrupt', 0)],
  ])('%s', (_, bytes, expected) => {
    expect(decode(...bytes)).toStrictEqual(expected)
  })

  it('objects with interned, inline, unknown and left out keys', () => {
    const bytes = [
      key(0),
      TAG.true,
      KEY.inline,
      ...text('own'),
      TAG.null,
      key(9),
      TAG.false,
      KEY.omitted,
      OMISSION.size,
      3,
      KEY.end,
    ]
    const expected = { name: true, own: null, '?9': false, $omitted: new Omitted('size', 3) }
    expect(decode(TAG.object, ...bytes)).toStrictEqual(record(expected))
    expect(decode(TAG.instance, key(2), ...bytes)).toStrictEqual(new Special('Order', record(expected) as never))
  })

  it('errors with and without stack and cause', () => {
    const bare = [TAG.error, key(2), ...text('m'), TAG.undefined, TAG.undefined, KEY.end]
    const full = [TAG.error, key(2), ...text('m'), ...text('at'), ...bare, key(0), TAG.true, KEY.end]
    const inner = new Special('Order', record({ message: 'm' }) as never)
    expect(decode(...bare)).toStrictEqual(inner)
    expect(decode(...full)).toStrictEqual(
      new Special('Order', record({ message: 'm', stack: 'at', cause: inner, name: true }) as never),
    )
  })

  it('a key of a map that was left out is a key, but width and size end the map', () => {
    const omitted = (reason: number): readonly number[] => [TAG.omitted, reason, 2]
    expect(decode(TAG.map, ...omitted(OMISSION.redacted), TAG.true, ...omitted(OMISSION.width), TAG.end)).toStrictEqual(
      new Special('Map', { entries: [[new Omitted('redacted', 2), true], new Omitted('width', 2)] }),
    )
  })

  it('no key reaches a prototype', () => {
    const decoded = decode(TAG.object, KEY.inline, ...text('__proto__'), TAG.object, KEY.end, KEY.end) as object
    expect(Object.getPrototypeOf(decoded)).toBe(null)
    expect(Object.keys(decoded)).toStrictEqual(['__proto__'])
  })

  it('JSON of what was left out and of special values says so', () => {
    const decoded = [new Omitted('width', 3), new Omitted('proxy', 0), new Special('Date', { text: 'x' })]
    expect(JSON.stringify(decoded)).toBe(
      '[{"$omitted":"width","amount":3},{"$omitted":"proxy"},{"$type":"Date","text":"x"}]',
    )
  })

  it('every reason has its name', () => {
    for (const [name, code] of Object.entries(OMISSION)) expect(omissionName(code)).toBe(name)
  })
})

describe('corrupt bytes', () => {
  it.each<[string, readonly number[]]>([
    ['nothing', []],
    ['an unknown tag', [0x7f]],
    ['bytes behind the value', [TAG.null, TAG.null]],
    ['a string longer than the bytes', [TAG.latin1, 3, 65, 65]],
    ['a wide string of a huge length', [TAG.utf16, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]],
    ['a number of nine bytes', [TAG.uint, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1]],
    ['half a double', [TAG.double, 1, 2]],
    ['an array without end', [TAG.array, TAG.null]],
    ['an object without end', [TAG.object, key(0), TAG.null]],
    ['a class name that is the end of keys', [TAG.opaque, KEY.end]],
    ['a name that is no string', [TAG.function, TAG.null]],
    ['a prefix longer than the bytes', [TAG.bytes, key(2), 9, 9, 1]],
  ])('%s is refused', (_, bytes) => {
    expect(() => decode(...bytes)).toThrowError(expect.objectContaining({ code: 'CSC_ERR_CORRUPT' }))
  })

  it('64 levels are read and 65 refused', () => {
    const nested = (levels: number): readonly number[] => [
      ...Array.from({ length: levels }, () => TAG.array),
      ...Array.from({ length: levels }, () => TAG.end),
    ]
    expect(() => decode(...nested(64))).not.toThrow()
    expect(() => decode(...nested(65))).toThrowError(expect.objectContaining({ code: 'CSC_ERR_CORRUPT' }))
    const cuts = Array.from({ length: 10_000 }, () => [TAG.cut, 1]).flat()
    expect(() => decode(TAG.bigint, ...cuts, ...text(''))).toThrowError(
      expect.objectContaining({ code: 'CSC_ERR_CORRUPT' }),
    )
  })

  it('200 000 items are read and one more refused', () => {
    const items = (count: number): Uint8Array => {
      const bytes = new Uint8Array(count + 1).fill(TAG.null)
      bytes[0] = TAG.array
      bytes[count] = TAG.end
      return bytes
    }
    expect(decodeValue(items(200_000), keyOf)).toHaveLength(199_999)
    expect(() => decodeValue(items(200_001), keyOf)).toThrowError(expect.objectContaining({ code: 'CSC_ERR_CORRUPT' }))
  })

  it('of any kind give a value or a coded error', () => {
    const tag = fc.constantFrom(...Object.values(TAG), 0, 1, 2, 3, 4)
    const soup = fc.array(fc.oneof({ weight: 3, arbitrary: tag }, fc.nat(255)), { maxLength: 60 })
    fc.assert(
      fc.property(soup, (bytes) => {
        try {
          JSON.stringify(decode(...bytes))
        } catch (error) {
          expect(error).toBeInstanceOf(CinescopeError)
          expect((error as CinescopeError).code).toBe('CSC_ERR_CORRUPT')
        }
      }),
      { numRuns: 5000 },
    )
  })
})

describe('varints', () => {
  it('of every size come back', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const into = new Uint8Array(10)
        into[0] = TAG.uint
        const end = putVarint(into, 1, value)
        return end <= 9 && decodeValue(into.subarray(0, end), keyOf) === value
      }),
    )
  })
})
