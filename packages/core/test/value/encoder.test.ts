import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { decodeValue, MAX_VALUE_BYTES, Omitted, Special } from '@cinescope/protocol'
import { describe, expect, it } from 'vitest'
import { Attributes } from '../../src/value/attributes.ts'
import { ValueEncoder } from '../../src/value/encoder.ts'
import { createKeyTable } from '../../src/value/keys.ts'
import { createRedaction } from '../../src/value/redaction.ts'
import { Fixture, plain, WIDE } from './fixture.ts'

const cut = (length: number, text: string): Special => new Special('cut', { length, text })
const record = (members: object): object => Object.assign(Object.create(null) as object, members)

describe('primitives', () => {
  it.each([
    [undefined],
    [null],
    [true],
    [false],
    [0],
    [-0],
    [1],
    [127],
    [128],
    [-1],
    [2 ** 31 - 1],
    [2 ** 31],
    [-(2 ** 31)],
    [-(2 ** 31) - 1],
    [Number.MAX_SAFE_INTEGER],
    [Number.MIN_SAFE_INTEGER],
    [2 ** 53],
    [0.1],
    [-1.5],
    [5e-324],
    [Number.MAX_VALUE],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY],
    [''],
    ['x'],
    ['h\u00e9llo \u00ff'],
    ['\u0100'],
    ['snow \u2603 and \u{1f600}'],
    ['\ud800 alone, \udfff too'],
    ['nul \0 inside'],
    ['x'.repeat(127)],
    ['x'.repeat(128)],
  ])('%s comes back as itself', (value) => {
    expect(new Fixture().roundTrip(value)).toBe(value)
  })

  it('bigints, symbols and functions are told by text and name', () => {
    const named = { run() {} }.run
    expect(plain(new Fixture().roundTrip([12n, -(2n ** 70n), Symbol('why'), Symbol(), named]))).toEqual([
      { $type: 'bigint', text: '12' },
      { $type: 'bigint', text: String(-(2n ** 70n)) },
      { $type: 'symbol', description: 'why' },
      { $type: 'symbol', description: '' },
      { $type: 'function', name: 'run' },
    ])
  })
})

describe('containers', () => {
  it('plain data comes back with its keys in order', () => {
    const value = { b: [1, { c: 'x' }, []], a: { d: null }, '': 1, 'a b': 2 }
    expect(JSON.stringify(new Fixture().roundTrip(value))).toBe(JSON.stringify(value))
  })

  it('__proto__ as an own key is data', () => {
    const decoded = new Fixture().roundTrip(JSON.parse('{"__proto__": {"polluted": 1}}')) as object
    expect(Object.keys(decoded)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(decoded)).toBe(null)
  })

  it('attributes are an object of what is known', () => {
    const fixture = new Fixture({ limits: { maxWidth: 2 } })
    const attributes = (...values: unknown[]): Attributes => new Attributes(['a', 'b', 'c'], values)
    const written = (value: unknown): unknown => plain(fixture.roundTrip(value))
    expect(written(attributes(1, undefined, { x: 'y' }))).toEqual({ a: 1, c: { x: 'y' } })
    expect(written(attributes(1, 2, 3))).toEqual({ a: 1, b: 2, $omitted: { $omitted: 'width', amount: 1 } })
    expect(written({ x: attributes(1, attributes('d', null)) })).toEqual({ x: { a: 1, b: { a: 'd', b: null } } })
  })

  it('secrets among attributes are left out by their name and by the name beside them', () => {
    const redacted = { $omitted: 'redacted' }
    const fixture = new Fixture()
    const attributes = new Attributes(['authorization', 'name', 'value'], ['Basic eA==', 'password', 'hunter2'])
    expect(plain(fixture.roundTrip(attributes))).toEqual({ authorization: redacted, name: 'password', value: redacted })
  })

  it('holes and arguments objects are lists', () => {
    const holes: unknown[] = [1]
    holes[2] = 3
    const args = (
      function (): IArguments {
        return arguments
      } as (...args: unknown[]) => IArguments
    )('a', 2)
    expect(new Fixture().roundTrip([holes, args])).toEqual([
      [1, undefined, 3],
      ['a', 2],
    ])
  })

  it('class instances, dates, maps, sets, expressions and boxed primitives are told apart', () => {
    class Order {
      #secret = 1
      id = 7
      get total(): number {
        return this.#secret
      }
    }
    const value = [
      new Order(),
      new Date(0),
      new Date(Number.NaN),
      new Map<unknown, unknown>([
        ['a', 1],
        [{ k: 1 }, 2],
      ]),
      new Set([1, 'x']),
      /a\/b/giu,
      new String('boxed'),
      new Number(5),
      Object(7n),
      Promise.resolve(1),
      new WeakMap(),
    ]
    expect(plain(new Fixture().roundTrip(value))).toEqual([
      { $type: 'Order', id: 7 },
      { $type: 'Date', text: '1970-01-01T00:00:00.000Z' },
      { $type: 'Date', text: 'Invalid Date' },
      {
        $type: 'Map',
        entries: [
          ['a', 1],
          [{ k: 1 }, 2],
        ],
      },
      { $type: 'Set', items: [1, 'x'] },
      { $type: 'RegExp', text: '/a\\/b/giu' },
      'boxed',
      5,
      { $type: 'bigint', text: '7' },
      { $type: 'Promise' },
      { $type: 'WeakMap' },
    ])
  })

  it('buffers keep their class, length and first 32 bytes', () => {
    const value = [Buffer.alloc(100, 1), new Uint16Array([258]), new DataView(new ArrayBuffer(2)), new ArrayBuffer(3)]
    expect(plain(new Fixture().roundTrip(value))).toEqual([
      { $type: 'Buffer', length: 100, hex: '01'.repeat(32) },
      { $type: 'Uint16Array', length: 2, hex: '0201' },
      { $type: 'DataView', length: 2, hex: '0000' },
      { $type: 'ArrayBuffer', length: 3, hex: '000000' },
    ])
  })

  it('errors keep class, message, stack, causes and own fields', () => {
    class ShopError extends Error {
      readonly code = 'E_SHOP'
    }
    const error = new ShopError('broken', { cause: new AggregateError([new RangeError('part')], 'many') })
    const decoded = new Fixture({ limits: WIDE }).roundTrip(error) as Special
    expect(decoded.type).toBe('ShopError')
    expect(decoded.members['stack']).toBe(error.stack)
    expect(plain(decoded)).toMatchObject({
      message: 'broken',
      code: 'E_SHOP',
      cause: { $type: 'AggregateError', message: 'many', errors: [{ $type: 'RangeError', message: 'part' }] },
    })
  })

  it('the message of an aborted fetch is kept although it is an inherited getter', () => {
    expect(plain(new Fixture().roundTrip(new DOMException('stopped', 'AbortError')))).toMatchObject({
      $type: 'DOMException',
      message: 'stopped',
    })
  })

  it('streams and responses are told by class only', () => {
    const stream = new (class Upload extends EventTarget {
      _readableState = { buffer: ['content'] }
    })()
    expect(plain(new Fixture().roundTrip(stream))).toEqual({ $type: 'Upload' })
  })

  it('a cycle says how many levels up it leads, and a shared object is written twice', () => {
    const shared = { s: 1 }
    const value: Record<string, unknown> = { a: { shared }, shared }
    value['self'] = value
    ;(value['a'] as Record<string, unknown>)['up'] = value
    expect(plain(new Fixture().roundTrip(value))).toEqual({
      a: { shared: { s: 1 }, up: { $type: 'cycle', levels: 2 } },
      shared: { s: 1 },
      self: { $type: 'cycle', levels: 1 },
    })
  })
})

describe('limits', () => {
  it('depth counts containers and the one too many is left out', () => {
    const fixture = new Fixture({ limits: { maxDepth: 2 } })
    expect(fixture.roundTrip([[1]])).toEqual([[1]])
    expect(fixture.encoder.truncated).toBe(false)
    expect(fixture.roundTrip([[[1, 2]]])).toEqual([[new Omitted('depth', 2)]])
    expect(fixture.encoder.truncated).toBe(true)
  })

  it('width counts items, keys and entries', () => {
    const fixture = new Fixture({ limits: { maxWidth: 2 } })
    expect(fixture.roundTrip([1, 2])).toEqual([1, 2])
    expect(fixture.roundTrip([1, 2, 3, 4])).toEqual([1, 2, new Omitted('width', 2)])
    expect(fixture.roundTrip({ a: 1, b: 2, c: 3 })).toEqual(record({ a: 1, b: 2, $omitted: new Omitted('width', 1) }))
    expect(fixture.roundTrip(new Set([1, 2, 3]))).toEqual(
      new Special('Set', { items: [1, 2, new Omitted('width', 1)] }),
    )
    expect(
      fixture.roundTrip(
        new Map([
          [1, 1],
          [2, 2],
          [3, 3],
        ]),
      ),
    ).toEqual(new Special('Map', { entries: [[1, 1], [2, 2], new Omitted('width', 1)] }))
  })

  it('the first string too long is cut to its prefix and keeps its length', () => {
    const fixture = new Fixture({ limits: { maxStringLength: 4 } })
    expect(fixture.roundTrip('abcd')).toBe('abcd')
    expect(fixture.roundTrip('abcde')).toEqual(cut(5, 'abcd'))
    expect(fixture.roundTrip('\u2603\u2603\u2603\u2603\u2603')).toEqual(cut(5, '\u2603\u2603\u2603\u2603'))
  })

  it('every byte budget gives a whole document that fits', () => {
    const value = {
      list: ['x'.repeat(40), 2 ** 40, { deep: ['y'] }],
      error: new Error('e'),
      map: new Map([['k', [1]]]),
    }
    for (let maxBytes = 64; maxBytes < 700; maxBytes++) {
      const fixture = new Fixture({ limits: { maxBytes } })
      fixture.roundTrip(value)
      expect(fixture.encoder.faults).toBe(0)
    }
  })

  it('every byte budget gives a whole error', () => {
    const error = Object.assign(new Error('m'.repeat(90), { cause: new Error('c') }), { code: 'E', list: [1, [2]] })
    for (let maxBytes = 64; maxBytes < 700; maxBytes++) {
      const fixture = new Fixture({ limits: { maxBytes }, maxKeys: maxBytes % 3 === 0 ? 1 : 100 })
      for (const value of [
        error,
        [error, error],
        ['x'.repeat(maxBytes % 97), 2 ** 40, error],
        new Map([[error, error]]),
        new AggregateError([error], 'many'),
      ]) {
        fixture.roundTrip(value)
      }
      expect(fixture.encoder.faults).toBe(0)
    }
  })

  it('a string that does not fit the budget is cut, and what follows is counted', () => {
    const fixture = new Fixture({ limits: { maxBytes: 64 } })
    const [text, rest] = fixture.roundTrip(['x'.repeat(100), 1, 2]) as [Special, Omitted]
    expect(text.members['length']).toBe(100)
    expect(rest).toEqual(new Omitted('size', 2))
  })

  it.each([
    ['maxBytes', 63, 64],
    ['maxBytes', MAX_VALUE_BYTES + 1, MAX_VALUE_BYTES],
    ['maxDepth', 0, 1],
    ['maxDepth', 33, 32],
    ['maxWidth', 0, 1],
    ['maxWidth', 10_001, 10_000],
    ['maxStringLength', 0, 1],
    ['maxStringLength', MAX_VALUE_BYTES + 1, MAX_VALUE_BYTES],
  ])('%s refuses %i and takes %i', (name, wrong, right) => {
    expect(() => new Fixture({ limits: { [name]: right } })).not.toThrow()
    expect(() => new Fixture({ limits: { [name]: wrong } })).toThrowError(
      expect.objectContaining({ code: 'CSC_ERR_OPTION' }),
    )
  })
})

describe('keys', () => {
  it('are defined once and written as numbers', () => {
    const fixture = new Fixture()
    fixture.roundTrip({ customerNumber: 1 })
    const { length } = fixture
    fixture.roundTrip({ customerNumber: 2 })
    expect(fixture.length).toBe(length)
    expect(fixture.definitions.filter((text) => text === 'customerNumber')).toHaveLength(1)
  })

  it('are not defined when too long, or ids by their digits', () => {
    const fixture = new Fixture()
    const keys = ['k'.repeat(64), 'k'.repeat(65), 'u123', 'u1234']
    const value = Object.fromEntries(keys.map((key) => [key, 1]))
    expect(Object.keys(fixture.roundTrip(value) as object)).toEqual(keys)
    expect(keys.filter((key) => fixture.definitions.includes(key))).toEqual(['k'.repeat(64), 'u123'])
  })

  it('are written inline when too long, when ids, and when the table is full', () => {
    const fixture = new Fixture({ maxKeys: 2 })
    const value = { ['k'.repeat(64)]: 1, ['k'.repeat(65)]: 2, u1234: 3, one: 4, two: 5, password: 6 }
    const decoded = fixture.roundTrip(value) as object
    expect(Object.keys(decoded)).toEqual(Object.keys(value))
    expect(decoded).toMatchObject({ one: 4, password: new Omitted('redacted', 0) })
    expect(fixture.definitions).toHaveLength(2)
  })
})

describe('faults of ours', () => {
  function faulty(): { encoder: ValueEncoder; calls: () => number } {
    let calls = 0
    const redaction = createRedaction()
    const onDefine = (_: number, text: string): boolean => {
      if (text !== 'boom') return true
      calls++
      throw new Error('a definition was lost')
    }
    const keys = createKeyTable({ maxKeys: 100, redaction, onDefine })
    return { encoder: new ValueEncoder(keys, redaction, WIDE), calls: () => calls }
  }

  it('are counted and give an omission, with nothing left of what was written before', () => {
    const { encoder, calls } = faulty()
    const into = new Uint8Array(WIDE.maxBytes)
    expect(encoder.encode({ a: 'written before', boom: 1 }, into, 0)).toBe(3)
    expect([calls(), encoder.faults, encoder.truncated]).toEqual([1, 1, true])
    expect(decodeValue(into.subarray(0, 3), () => undefined)).toEqual(new Omitted('threw', 0))
    expect(into.subarray(3).every((byte) => byte === 0)).toBe(true)
  })

  it('let go of the values that were being walked', async () => {
    const { encoder } = faulty()
    const encode = (): WeakRef<object> => {
      const value = { inner: { boom: 1 } }
      encoder.encode(value, new Uint8Array(WIDE.maxBytes), 0)
      return new WeakRef(value)
    }
    const held = encode()
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    await new Promise((resolve) => setImmediate(resolve))
    collect()
    expect(encoder.faults).toBe(1)
    expect(held.deref()).toBe(undefined)
  })
})

describe('arguments', () => {
  it('are an array that takes no depth', () => {
    expect(new Fixture({ limits: { maxDepth: 1 } }).arguments([1, { a: 'x' }])).toEqual([1, record({ a: 'x' })])
  })

  it('a probe that knows parameter names hides single ones', () => {
    const args = Array.from({ length: 40 }, (_, i) => i)
    const decoded = new Fixture().arguments(args, 0b10) as unknown[]
    expect(decoded.map((each, i) => (each instanceof Omitted ? i : -1)).filter((i) => i >= 0)).toEqual([1])
    expect((new Fixture().arguments(args, 0x80000000) as unknown[]).findIndex((each) => each instanceof Omitted)).toBe(
      31,
    )
  })
})
