import { constants, runInNewContext, runInThisContext } from 'node:vm'
import { Omitted, Special } from '@cinescope/protocol'
import { describe, expect, it } from 'vitest'
import { Fixture, plain } from './fixture.ts'

/** A proxy for which every trap is an assault. */
function trapdoor(target: object = {}): object {
  const traps = new Proxy(
    {},
    {
      get(): never {
        throw new Error('a trap was run')
      },
    },
  )
  return new Proxy(target, traps)
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

/** A real module namespace: the test runner wraps those that tests import in proxies. */
function namespace(): Promise<object> {
  const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER
  return runInThisContext("import('node:path')", { importModuleDynamically }) as Promise<object>
}

const detonate = (): never => {
  throw new Error('user code was run')
}

describe('hostile values', () => {
  it('accessors are told, not run', () => {
    const list = [1, 2]
    Object.defineProperty(list, 0, { get: detonate })
    const value = Object.defineProperty({ list }, 'x', { get: detonate, enumerable: true })
    Object.defineProperty(value, 'y', { set: detonate, enumerable: true })
    expect(new Fixture().roundTrip(value)).toEqual(
      Object.assign(Object.create(null) as object, {
        list: [new Omitted('getter', 0), 2],
        x: new Omitted('getter', 0),
        y: new Omitted('getter', 0),
      }),
    )
  })

  it('proxies are never touched, wherever they stand', () => {
    class Strange {}
    Object.defineProperty(Strange.prototype, 'constructor', { value: trapdoor(Strange) })
    const error = new Error('e', { cause: trapdoor() })
    const value = [
      trapdoor(),
      trapdoor([]),
      trapdoor(detonate),
      revoked(),
      Object.create(trapdoor()) as object,
      Object.setPrototypeOf([1], trapdoor()) as object,
      Object.setPrototypeOf(Object.assign([], { 1: 'x' }), trapdoor()) as object,
      new Strange(),
      new Map([[trapdoor(), trapdoor()]]),
      new Set([trapdoor()]),
      error,
      { name: trapdoor(), value: 1 },
      Object.setPrototypeOf(new Uint8Array(1), trapdoor()) as object,
      Object.setPrototypeOf(new Date(0), trapdoor()) as object,
    ]
    const fixture = new Fixture()
    const decoded = fixture.roundTrip(value) as unknown[]
    expect(fixture.encoder.faults).toBe(0)
    const omitted = new Omitted('proxy', 0)
    expect(decoded.slice(0, 4)).toEqual([omitted, omitted, omitted, omitted])
    expect(plain(decoded.slice(4, 10))).toEqual([
      {},
      [1],
      [null, 'x'],
      {},
      { $type: 'Map', entries: [[{ $omitted: 'proxy' }, { $omitted: 'proxy' }]] },
      { $type: 'Set', items: [{ $omitted: 'proxy' }] },
    ])
    expect((decoded[10] as Special).members['cause']).toEqual(omitted)
  })

  it('conversions, iterators and tags of the program are not called', () => {
    const value = {
      toJSON: detonate,
      valueOf: detonate,
      toString: detonate,
      [Symbol.toPrimitive]: detonate,
      [Symbol.iterator]: detonate,
      map: Object.assign(new Map([[1, 2]]), { forEach: detonate, entries: detonate, [Symbol.iterator]: detonate }),
      regexp: Object.defineProperty(/x/g, 'flags', { get: detonate }),
      date: Object.assign(new Date(0), { getTime: detonate, toISOString: detonate }),
      number: Object.assign(new Number(1), { valueOf: detonate }),
    }
    Object.defineProperty(value, Symbol.toStringTag, { get: detonate })
    expect(plain(new Fixture().roundTrip(value))).toMatchObject({
      map: { $type: 'Map', entries: [[1, 2]] },
      regexp: { $type: 'RegExp', text: '/x/g' },
      date: { $type: 'Date', text: '1970-01-01T00:00:00.000Z' },
      number: 1,
    })
  })

  it('patched prototypes are not called', () => {
    const patches: [object, PropertyKey][] = [
      [Map.prototype, 'get'],
      [Map.prototype, 'entries'],
      [Set.prototype, 'values'],
      [Date.prototype, 'getTime'],
      [String.prototype, 'charCodeAt'],
      [Object.prototype, '__lookupGetter__'],
      [WeakMap.prototype, 'get'],
    ]
    const fixture = new Fixture()
    const value = [new Map([[{ a: 1 }, 'abcdefgh']]), new Set(['x']), new Date(0), { k: 1 }, new (class A {})()]
    fixture.roundTrip(value)
    const saved = patches.map(([target, key]) => Object.getOwnPropertyDescriptor(target, key))
    const into = new Uint8Array(8192)
    let calls = 0
    try {
      for (const [target, key] of patches) {
        const original = Reflect.get(target, key) as (...args: unknown[]) => unknown
        const counting = function (this: unknown, ...args: unknown[]): unknown {
          calls++
          return Reflect.apply(original, this, args)
        }
        Object.defineProperty(target, key, { value: counting, configurable: true, writable: true })
      }
      fixture.encoder.encode(value, into, 0)
    } finally {
      for (const [i, [target, key]] of patches.entries()) Object.defineProperty(target, key, saved[i] ?? {})
    }
    expect(calls).toBe(0)
  })

  it('a polluted Object.prototype runs nothing', () => {
    const fixture = new Fixture()
    const getter = { get: detonate, configurable: true }
    Object.defineProperty(Object.prototype, 'value', getter)
    try {
      const value = Object.defineProperty({ a: 1 }, 'x', { __proto__: null, get: detonate, enumerable: true } as object)
      expect(plain(fixture.roundTrip(value))).toEqual({ a: 1, x: { $omitted: 'getter' } })
    } finally {
      Reflect.deleteProperty(Object.prototype, 'value')
    }
    expect(fixture.encoder.faults).toBe(0)
  })

  it('values of another realm are told by what they are', () => {
    const value: unknown = runInNewContext(
      `({ map: new Map([[1, 2]]), date: new Date(0), error: new TypeError('t'), list: [1], re: /x/, bytes: new Uint8Array([1]),
          none: Object.create(null), own: new (class Own { a = 1 })(), set: new Set([1]) })`,
    )
    expect(plain(new Fixture().roundTrip(value))).toMatchObject({
      map: { $type: 'Map', entries: [[1, 2]] },
      date: { $type: 'Date' },
      error: { $type: 'TypeError', message: 't' },
      list: [1],
      re: { $type: 'RegExp', text: '/x/' },
      bytes: { $type: 'Uint8Array', length: 1, hex: '01' },
      none: {},
      own: { $type: 'Own', a: 1 },
      set: { $type: 'Set', items: [1] },
    })
  })

  it('an impostor of a built-in class is only its own fields, and spoils no real one', () => {
    const fixture = new Fixture()
    const impostors = [Date, Map, Set, RegExp, Promise].map((type) => Object.create(type.prototype as object) as object)
    fixture.roundTrip(impostors)
    expect(fixture.encoder.faults).toBe(0)
    expect(plain(fixture.roundTrip([new Date(0), new Map([[1, 1]])]))).toEqual([
      { $type: 'Date', text: '1970-01-01T00:00:00.000Z' },
      { $type: 'Map', entries: [[1, 1]] },
    ])
  })

  it('strings of 100 MB are neither copied nor read beyond their limit', () => {
    let rope = 'x'.repeat(1_000_000)
    for (let i = 0; i < 7; i++) rope += rope
    const flat = Buffer.alloc(100_000_000, 97).toString('latin1')
    const fixture = new Fixture()
    const start = process.cpuUsage()
    const decoded = fixture.roundTrip([rope, flat, { a: rope }, new String(flat), new Error(flat)]) as Special[]
    expect(process.cpuUsage(start).user).toBeLessThan(50_000)
    expect(decoded[0]).toEqual(new Special('cut', { length: 128_000_000, text: '' }))
    expect(decoded[1]?.members['length']).toBe(100_000_000)
  })

  it('a million digits of BigInt are not worked out', () => {
    const start = process.cpuUsage()
    const value = [1n << 3_000_000n, -(1n << 3_000_000n), 1n << 1023n]
    expect(plain(new Fixture().roundTrip(value))).toEqual([
      { $type: 'bigint', text: '[size]' },
      { $type: 'bigint', text: '[size]' },
      { $type: 'bigint', text: String(1n << 1023n) },
    ])
    expect(process.cpuUsage(start).user).toBeLessThan(50_000)
  })

  it('100 000 keys, 100 000 000 items and a million entries are cut to the width', () => {
    const keys = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${String(i)}`, i]))
    const map = new Map(Array.from({ length: 1_000_000 }, (_, i) => [i, i]))
    const fixture = new Fixture({ limits: { maxWidth: 3 } })
    // oxlint-disable-next-line unicorn/no-new-array -- a length without elements is the point
    const decoded = fixture.roundTrip([keys, new Array(100_000_000), map]) as [
      Record<string, unknown>,
      unknown[],
      Special,
    ]
    expect(decoded[0]['$omitted']).toEqual(new Omitted('width', 99_997))
    expect(decoded[1].at(-1)).toEqual(new Omitted('width', 99_999_997))
    expect((decoded[2].members['entries'] as unknown[]).at(-1)).toEqual(new Omitted('width', 999_997))
  })

  it('views with a plain or no prototype are not listed element by element', () => {
    for (const prototype of [null, Object.prototype]) {
      const view = Object.setPrototypeOf(new Uint8Array(100_000_000), prototype) as object
      expect(plain(new Fixture().roundTrip(view))).toMatchObject({ $type: 'Uint8Array', length: 100_000_000 })
    }
  })

  it('detached buffers, module namespaces and generators are told by class', async () => {
    const detached = new Uint8Array(8)
    const view = new DataView(detached.buffer)
    structuredClone(detached.buffer, { transfer: [detached.buffer] })
    const generator = (function* () {
      yield detonate()
    })()
    const fixture = new Fixture()
    const decoded = fixture.roundTrip([detached, view, await namespace(), generator, [1][Symbol.iterator]()])
    expect(fixture.encoder.faults).toBe(0)
    expect(plain(decoded)).toMatchObject([
      { $type: 'Uint8Array', length: 0 },
      { $type: 'DataView', length: 0 },
      { $type: 'Module' },
      { $type: 'Generator' },
      {},
    ])
  })

  it('20 000 levels and as many causes end at the depth limit', () => {
    let deep: unknown = 1
    let error = new Error('root')
    for (let i = 0; i < 20_000; i++) {
      deep = { deep }
      error = new Error('e', { cause: error })
    }
    const fixture = new Fixture({ limits: { maxDepth: 32, maxBytes: 65_536 } })
    fixture.roundTrip([deep, error])
    expect(fixture.encoder.faults).toBe(0)
    expect(fixture.encoder.truncated).toBe(true)
  })

  it('an error whose members are accessors or no strings is still an error', () => {
    const error = new Error('x')
    Object.defineProperty(error, 'message', { get: detonate })
    Object.defineProperty(error, 'stack', { get: detonate })
    Object.defineProperty(error, 'cause', { get: detonate })
    const other = Object.assign(new Error('y'), { message: { a: 1 } })
    const decoded = new Fixture().roundTrip([error, other]) as [Special, Special]
    expect(decoded[0].members).toMatchObject({
      message: new Omitted('getter', 0),
      stack: new Omitted('getter', 0),
      cause: new Omitted('getter', 0),
    })
    expect(decoded[1].type).toBe('Error')
  })

  it('a stack formatter that throws costs the stack only', () => {
    const saved = Error.prepareStackTrace
    Error.prepareStackTrace = detonate
    try {
      const fixture = new Fixture()
      expect((fixture.roundTrip(new Error('kept')) as Special).members['message']).toBe('kept')
      expect(fixture.encoder.faults).toBe(0)
    } finally {
      if (saved === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace')
      else Error.prepareStackTrace = saved
    }
  })

  it('an exhausted stack gives an omission, not an exception', () => {
    const fixture = new Fixture({ limits: { maxDepth: 32 } })
    let deep: unknown = 1
    for (let i = 0; i < 30; i++) deep = [deep]
    const into = new Uint8Array(8192)
    let wasCut = false
    const descend = (): void => {
      try {
        descend()
      } catch {
        // every frame on the way back has a little more stack left
        const end = fixture.encoder.encode(deep, into, 0)
        wasCut ||= end === 3
      }
    }
    descend()
    expect(fixture.roundTrip([1])).toEqual([1])
    expect(wasCut || fixture.encoder.faults === 0).toBe(true)
  })
})
