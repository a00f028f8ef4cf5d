import { EventEmitter, once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer, get, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import {
  type CinescopeError,
  type CinescopeEvent,
  type Film,
  KINDS,
  parseTraceparent,
  wallMs,
} from '@cinescope/protocol'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { probeOf } from '../../src/capture/probe-of.ts'
import type { ScopeOptions } from '../../src/options/scope-options.ts'
import { createScope } from '../../src/scope.ts'
import type { Scope, ScopeStatus } from '../../src/scope/running-scope.ts'
import { temporaryDirectory } from '../store/directory.ts'

const disposables: Disposable[] = []
const faults: CinescopeError[] = []

afterEach(() => {
  for (const each of disposables.splice(0)) each[Symbol.dispose]()
  faults.splice(0)
})

function start(options: ScopeOptions = {}): Promise<Scope> {
  const directory = temporaryDirectory()
  disposables.push(directory)
  return createScope({
    directory: join(directory.path, 'recordings'),
    onInternalError: (error) => faults.push(error),
    // events are counted here
    sources: false,
    ...options,
  })
}

function total({ stored, pruned, dropped, pending }: ScopeStatus): number {
  return stored + pruned + dropped + pending
}

/** Names of a film's spans as a tree, children in order of their beginning. */
function treeOf(film: Film): unknown {
  const children = (parent: CinescopeEvent): unknown =>
    Object.fromEntries(
      film.events.filter((event) => event.parent === parent.id).map((event) => [event.name, children(event)]),
    )
  const roots = film.events.filter((event) => event.parent === undefined)
  return Object.fromEntries(roots.map((root) => [root.name, children(root)]))
}

async function filmNamed(scope: Scope, name: string): Promise<Film> {
  await scope.flush()
  const { items } = await scope.recording().films({ where: { name } })
  expect(items).toHaveLength(1)
  return scope.recording().film(items[0]!.id)
}

describe.each<ScopeOptions>([
  { store: 'sqlite' },
  { store: 'memory' },
  { ring: { strategy: 'overwrite', records: 131_072 } },
])('a scope with %o', (options) => {
  it('records spans, logs, errors, attributes and states, and reads them back in another thread', async () => {
    await using scope = await start(options)
    const failure = new TypeError('no such order', { cause: new Error('row missing') })
    const result = scope.span('checkout', () => {
      scope.log('checking', { cart: 3 })
      scope.current()?.set('user.id', 'u1')
      expect(() =>
        scope.span('pay', () => {
          throw failure
        }),
      ).toThrow(failure)
      return { ok: true }
    })
    expect(result).toEqual({ ok: true })
    const cart = scope.entity('cart', 'c1')
    cart.snapshot({ items: [1] })
    await sleep(20)
    cart.snapshot({ items: [1, 2] })
    await scope.flush()
    const film = await filmNamed(scope, 'checkout')
    expect(treeOf(film)).toEqual({ checkout: { log: {}, attribute: {}, pay: { pay: {} } } })
    expect(film.summary).toMatchObject({
      name: 'checkout',
      kind: 'span',
      error: false,
      marked: true,
      events: 7,
      errors: 1,
    })
    expect(film.events[0]?.result).toEqual({ ok: true })
    const page = await scope.recording().events({ where: { attributes: { 'user.id': 'u1' } } })
    expect(page.items.map(({ kind }) => kind)).toEqual(['attribute'])
    expect(await scope.recording().stateAt(cart.entity)).toMatchObject({ state: { items: [1, 2] } })
    const snapshots = await scope.recording().events({ where: { kinds: ['state.snapshot'] } })
    expect(await scope.recording().stateAt(cart.entity, wallMs(snapshots.items[0]!.at + 10))).toMatchObject({
      state: { items: [1] },
    })
    expect(await scope.recording().ledger()).toMatchObject({
      pending: 0,
      dropped: 0,
      produced: scope.status().produced,
    })
    expect(faults).toEqual([])
  })

  it('accounts for every event at every moment under load, and for all of them after a flush and a stop', async () => {
    const scope = await start({ ...options, ring: { ...options.ring, records: 131_072 } })
    let most = 0
    for (let turn = 0; turn < 300; turn++) {
      for (let i = 0; i < 30; i++) scope.span('work', () => scope.log('line', { i }))
      for (let look = 0; look < 50; look++) {
        const status = scope.status()
        expect(total(status)).toBe(status.produced)
        expect(status.dropped).toBe(0)
        expect(status.pending).toBeGreaterThanOrEqual(0)
        expect(status.stored).toBeGreaterThanOrEqual(most)
        most = status.stored
      }
      if (turn % 50 === 0) await setImmediate()
    }
    await scope.flush()
    expect(scope.status()).toMatchObject({
      produced: 27_000,
      stored: 27_000,
      pending: 0,
      dropped: 0,
      state: 'recording',
    })
    await scope.stop()
    expect(scope.status()).toMatchObject({ produced: 27_000, stored: 27_000, pending: 0, state: 'stopped' })
  })

  it('stops once: later stops, flushes and records do nothing', async () => {
    const scope = await start(options)
    scope.log('before')
    await Promise.all([scope.stop(), scope.stop(), scope.flush()])
    await scope.stop()
    await scope.flush()
    scope.log('after')
    expect(scope.span('after', () => 5)).toBe(5)
    expect(scope.current()).toBeUndefined()
    expect(scope.isEnabled).toBe(false)
    expect(scope.status()).toMatchObject({ produced: 1, stored: 1, pending: 0 })
    await expect(scope.record(() => 1)).rejects.toMatchObject({ code: 'CSC_ERR_STOPPED' })
    expect(faults).toEqual([])
  })

  it('loses nothing that was recorded between a flush that is under way and a stop', async () => {
    for (let round = 0; round < 6; round++) {
      const scope = await start(options)
      await scope.flush()
      for (let i = 0; i < 3000; i++) scope.log('early')
      const flushed = scope.flush()
      for (let i = 0; i < 3000 * (round + 1); i++) scope.log('late')
      await scope.stop()
      await flushed
      expect(scope.status()).toMatchObject({ stored: scope.status().produced, pending: 0, dropped: 0 })
    }
  })
})

describe('the ring of a scope', () => {
  it('refuses the newest when the writer cannot follow, and counts them', async () => {
    await using scope = await start({ ring: { records: 64, arenaBytes: 131_072 } })
    for (let i = 0; i < 5000; i++) scope.log('line')
    expect(total(scope.status())).toBe(5000)
    await scope.flush()
    const status = scope.status()
    expect(status).toMatchObject({ produced: 5000, pending: 0, stored: 5000 - status.dropped })
    expect(status.dropped).toBeGreaterThan(0)
    const ledger = await scope.recording().ledger()
    expect(ledger).toMatchObject({ produced: 5000, stored: status.stored, dropped: status.dropped, pending: 0 })
    scope.log('after')
    await scope.flush()
    const gaps = await scope.recording().events({ where: { kinds: ['gap'] }, limit: 10_000 })
    expect(gaps.items.reduce((sum, gap) => sum + gap.number, 0)).toBe(status.dropped)
  })

  it('is emptied without a pause when much is in it, however large it is', async () => {
    await using scope = await start({ ring: { records: 1_048_576 } })
    await scope.flush()
    for (let i = 0; i < 400_000; i++) scope.log('line')
    const started = performance.now()
    while (scope.status().pending > 0) await sleep(5)
    // 250 ms are promised of each event; a writer that slept between slices took six seconds for these
    expect(performance.now() - started).toBeLessThan(3000)
  })

  it('overwrites the oldest when it is told to, and counts them', async () => {
    await using scope = await start({ ring: { strategy: 'overwrite', records: 64, arenaBytes: 131_072 } })
    for (let i = 0; i < 5000; i++) scope.log('line', { i })
    await scope.flush()
    const status = scope.status()
    expect(status).toMatchObject({ produced: 5000, pending: 0, stored: 5000 - status.dropped })
    expect(status.dropped).toBeGreaterThan(0)
    const logs = await scope.recording().events({ where: { kinds: ['log'] }, order: '-time', limit: 1 })
    expect(logs.items[0]?.value).toEqual({ message: 'line', i: 4999 })
  })
})

describe('what a user hands to a scope', () => {
  it('is never run: getters and proxies stay untouched, also among the attributes of a log', async () => {
    await using scope = await start()
    let touched = 0
    const trap = (): never => {
      touched++
      throw new Error('touched')
    }
    const handler = Object.fromEntries(Reflect.ownKeys(Reflect).map((name) => [name, trap]))
    const getter = Object.defineProperty({ plain: 1 }, 'secret', {
      get: trap,
      enumerable: true,
    })
    scope.log('getter', getter)
    scope.log('proxy', new Proxy({}, handler))
    scope.log('nothing', undefined)
    scope.log('null', null as never)
    scope.span('span', () => new Proxy({}, handler))
    scope.entity('cart', '1').snapshot(new Proxy({}, handler))
    scope.span('set', () => scope.current()?.set('x', getter))
    expect(touched).toBe(0)
    await scope.flush()
    const logs = await scope.recording().events({ where: { kinds: ['log'] } })
    expect(logs.items.map(({ value }) => (value as { message: string }).message)).toEqual([
      'getter',
      'proxy',
      'nothing',
      'null',
    ])
    expect(logs.items[0]?.value).toMatchObject({ plain: 1 })
  })

  it('may be an entity of any name: the recording can be read', async () => {
    await using scope = await start()
    const long = 'x'.repeat(100_000)
    for (const id of ['', '\u0000', '\ud800', long]) scope.entity('session', id).snapshot({ id: id.length })
    await scope.flush()
    const { items } = await scope.recording().events({ where: { kinds: ['state.snapshot'] } })
    expect(items.map(({ value }) => (value as { id: number }).id)).toEqual([0, 1, 1, long.length])
    expect(await scope.recording().stateAt(scope.entity('session', long).entity)).toMatchObject({
      state: { id: long.length },
    })
  })

  it('may have a name that is none, as JavaScript lets it: nothing is thrown, and numbers are ids as they stand', async () => {
    await using scope = await start()
    const ids = [17, 17n, undefined, null, {}, Symbol('s')].map((id) => scope.entity('order', id as never).entity.id)
    expect(ids).toEqual(['17', '17', '<undefined>', '<null>', '<object>', '<symbol>'])
    expect(scope.span((() => 1) as never, () => 2)).toBe(2)
    expect(() => scope.span('x', undefined as never)).toThrow('fn is undefined; it must be a function')
    scope.entity('order', 17).snapshot({ total: 1 })
    await scope.flush()
    expect(await scope.recording().stateAt(scope.entity('order', 17).entity)).toMatchObject({ state: { total: 1 } })
    expect(scope.status().faults).toEqual([])
  })

  it('may be a root that ends with any number: films can be listed', async () => {
    await using scope = await start()
    const probe = probeOf(scope)
    for (const number of [200, 0.5, Number.NaN, -Infinity, 2 ** 60])
      probe.open(KINDS['actor.call'], 0, undefined).end(number)
    await scope.flush()
    const { items } = await scope.recording().films({ order: 'time' })
    expect(items.map(({ durationNs }) => typeof durationNs)).toEqual(Array.from({ length: 5 }, () => 'number'))
    const events = await scope.recording().events()
    expect(events.items.map(({ number }) => number)).toEqual([200, 0.5, Number.NaN, -Infinity, 2 ** 60])
  })
})

describe('context', () => {
  it('gives every span its right parent under Promise.all, timers, emitters, streams, microtasks and generators', async () => {
    await using scope = await start()
    const leaf = (name: string): void => scope.span(name, () => undefined)
    const emitter = new EventEmitter()
    emitter.on('outside', () => leaf('emitted'))
    await scope.span('root', async () => {
      await Promise.all([
        scope.span('all 1', async () => {
          await sleep(8)
          leaf('all 1 leaf')
        }),
        scope.span('all 2', async () => {
          await sleep(2)
          leaf('all 2 leaf')
        }),
      ])
      await scope.span(
        'timers',
        () =>
          new Promise<void>((resolve) => {
            setTimeout(() => {
              leaf('timeout')
              process.nextTick(() => {
                leaf('tick')
                resolve()
              })
            }, 2)
          }),
      )
      scope.span('emitter', () => emitter.emit('outside'))
      await scope.span(
        'microtask',
        () =>
          new Promise<void>((resolve) =>
            queueMicrotask(() => {
              leaf('micro')
              resolve()
            }),
          ),
      )
      await scope.span('stream', async () => {
        const each = new Transform({
          objectMode: true,
          transform(item, _encoding, done) {
            leaf(`chunk ${item}`)
            done(undefined, item)
          },
        })
        Readable.from([1, 2]).pipe(each).resume()
        await once(each, 'end')
        leaf('ended')
      })
      await scope.span('generator', async () => {
        async function* numbers() {
          yield 1
          await sleep(1)
          leaf('inside')
          yield 2
        }
        for await (const number of numbers()) leaf(`took ${number}`)
      })
    })
    const film = await filmNamed(scope, 'root')
    expect(treeOf(film)).toEqual({
      root: {
        'all 1': { 'all 1 leaf': {} },
        'all 2': { 'all 2 leaf': {} },
        timers: { timeout: {}, tick: {} },
        emitter: { emitted: {} },
        microtask: { micro: {} },
        stream: { 'chunk 1': {}, 'chunk 2': {}, ended: {} },
        generator: { 'took 1': {}, inside: {}, 'took 2': {} },
      },
    })
    expect(film.events.every(({ parentCertainty }) => parentCertainty === 'known')).toBe(true)
  })

  it('gives two hundred overlapping roots exactly their own spans', async () => {
    await using scope = await start()
    const one = async (i: number): Promise<void> => {
      await sleep(i % 7)
      await Promise.all([scope.span(`a ${i}`, () => sleep(i % 5)), scope.span(`b ${i}`, () => sleep(i % 3))])
      scope.span(`c ${i}`, () => undefined)
    }
    await Promise.all(Array.from({ length: 200 }, (_, i) => scope.span(`root ${i}`, () => one(i))))
    await scope.flush()
    const recording = scope.recording()
    const { items } = await recording.films({ limit: 1000 })
    expect(items).toHaveLength(200)
    for (const { id, name } of items) {
      const i = name.slice(5)
      expect(treeOf(await recording.film(id))).toEqual({ [name]: { [`a ${i}`]: {}, [`b ${i}`]: {}, [`c ${i}`]: {} } })
    }
  })

  it('leaves thenables alone: none is run, each is passed on as it is, and the span ends', async () => {
    await using scope = await start()
    class Lazy extends Promise<number> {
      override then(): never {
        throw new Error('it was waited for')
      }
    }
    const ran: string[] = []
    const thenables = {
      query: { then: () => ran.push('query') },
      getter: Object.defineProperty({}, 'then', { get: () => ran.push('getter') }),
      proxy: new Proxy({}, { get: () => ran.push('proxy'), has: () => ran.push('proxy') > 0 }),
      lazy: new Lazy(() => undefined),
      own: Object.assign(Promise.resolve(1), { cancel: () => undefined }),
    }
    for (const [name, thenable] of Object.entries(thenables)) expect(scope.span(name, () => thenable)).toBe(thenable)
    expect(ran).toEqual([])
    await scope.flush()
    for (const name of Object.keys(thenables))
      expect((await filmNamed(scope, name)).summary.durationNs, name).toBeTypeOf('number')
  })

  it('passes on what a span returns or throws: value, promise, thenable, error', async () => {
    await using scope = await start()
    const value = {}
    const error = new Error('thrown')
    expect(scope.span('value', () => value)).toBe(value)
    expect(() =>
      scope.span('throws', () => {
        throw error
      }),
    ).toThrow(error)
    await expect(scope.span('resolves', async () => value)).resolves.toBe(value)
    await expect(scope.span('rejects', () => Promise.reject(error))).rejects.toBe(error)
    const thenable = { then: (done: (value: number) => void) => done(5) }
    expect(await scope.span('thenable', () => thenable)).toBe(5)
    expect(() =>
      scope.span('throws nothing', () => {
        throw undefined
      }),
    ).toThrow()
  })
})

describe('two scopes in one process', () => {
  it('record apart from each other', async () => {
    await using a = await start()
    await using b = await start()
    a.span('of a', () => b.span('of b', () => a.log('of a too')))
    await Promise.all([a.flush(), b.flush()])
    const names = async (scope: Scope): Promise<string[]> =>
      (await scope.recording().events()).items.map(({ name }) => name)
    expect(await names(a)).toEqual(['of a', 'log'])
    expect(await names(b)).toEqual(['of b'])
    await a.stop()
    b.log('goes on')
    await b.flush()
    expect(await names(b)).toEqual(['of b', 'log'])
  })
})

describe('record', () => {
  async function serving(listener: RequestListener) {
    const server = createServer(listener).listen(0)
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    return {
      url,
      [Symbol.asyncDispose]: async () => {
        server.closeAllConnections()
        server.close()
        await once(server, 'close')
      },
    }
  }

  it('gives the film of the spans that a function opened itself, and what it returned', async () => {
    await using scope = await start()
    const film = await scope.record(async () => {
      await scope.span('step', () => sleep(1))
      return 42
    })
    expect(film.result).toBe(42)
    expect(treeOf(film)).toEqual({ record: { step: {} } })
  })

  it.each(['node:http', 'fetch'])(
    'gives the film that a server of this process made of the first request by %s',
    async (client) => {
      await using scope = await start()
      const probe = probeOf(scope)
      const site = probe.site({ name: 'GET /' })
      await using server = await serving((request, response) => {
        const trace = parseTraceparent(request.headers['traceparent'] as string | undefined)
        const root = probe.open(KINDS.request, site, undefined)
        if (trace !== undefined) probe.adopt(root, trace.traceId, trace.spanId)
        void probe.run(root, async () => {
          await scope.span('query', () => sleep(2))
          response.end('hello')
          setTimeout(() => root.end(200), 5)
        })
      })
      const film = await scope.record(async () => {
        if (client === 'fetch') return (await fetch(server.url)).text()
        const [response] = (await once(get(server.url), 'response')) as [IncomingMessage]
        return (await response.toArray()).join('')
      })
      expect(film.result).toBe('hello')
      expect(film.summary).toMatchObject({ name: 'GET /', status: 200, kind: 'request' })
      expect(film.films).toHaveLength(1)
      expect(film.events.map(({ kind }) => kind)).toEqual(['request', 'edge', 'span'])
    },
  )

  it('rejects with what the function throws, and leaves requests alone afterwards', async () => {
    await using scope = await start()
    const error = new Error('thrown')
    await expect(
      scope.record(() => {
        throw error
      }),
    ).rejects.toBe(error)
    let header: string | undefined = 'none yet'
    await using server = await serving((request, response) => {
      header = request.headers['traceparent'] as string | undefined
      response.end()
    })
    await (await fetch(server.url)).text()
    expect(header).toBeUndefined()
  })
})

describe('a scope that is off', () => {
  it('records nothing and says so, by option or by environment, which is stronger', async () => {
    vi.stubEnv('CINESCOPE_DISABLED', '1')
    const off = [await start({ enabled: true }), await start()]
    vi.unstubAllEnvs()
    off.push(await start({ enabled: false }))
    for (const scope of off) {
      expect(scope.isEnabled).toBe(false)
      expect(scope.span('x', () => scope.current())).toBeUndefined()
      scope.log('x')
      scope.entity('a', 'b').snapshot({})
      await scope.flush()
      expect(scope.status()).toMatchObject({ state: 'disabled', produced: 0, pending: 0, path: undefined })
      expect(() => scope.recording()).toThrow(expect.objectContaining({ code: 'CSC_ERR_STOPPED' }))
      await scope.stop()
    }
  })

  it('is not made by another value of the variable', async () => {
    vi.stubEnv('CINESCOPE_DISABLED', '0')
    await using scope = await start()
    vi.unstubAllEnvs()
    expect(scope.isEnabled).toBe(true)
  })
})

describe('a scope that cannot record', () => {
  const cannot: readonly (readonly [string, (path: string) => string])[] = [
    [
      'the directory is a file',
      (path) => {
        writeFileSync(join(path, 'file'), '')
        return join(path, 'file')
      },
    ],
    [
      'a parent of the directory is a file',
      (path) => {
        writeFileSync(join(path, 'file'), '')
        return join(path, 'file', 'below')
      },
    ],
    ['the directory is a device', () => '/dev/null'],
  ]
  it.each(cannot)('because %s says so in one line, counts it, and leaves the host running', async (_why, prepare) => {
    using directory = temporaryDirectory()
    const lines: string[] = []
    const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      lines.push(String(text))
      return true
    })
    const scope = await createScope({ directory: prepare(directory.path) })
    for (let i = 0; scope.isEnabled && i < 2000; i++) {
      scope.log('x')
      await sleep(1)
    }
    write.mockRestore()
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(
      /^cinescope: CSC_ERR_START: nothing is recorded, the program runs on: [^\n]*; see the option 'directory'\n$/,
    )
    expect(scope.status()).toMatchObject({ state: 'failed', stored: 0, faults: [{ code: 'CSC_ERR_START', count: 1 }] })
    expect(scope.span('x', () => 3)).toBe(3)
    await scope.flush()
    await scope.stop()
    expect(total(scope.status())).toBe(scope.status().produced)
  })
})

describe('a recording asked for after the stop', () => {
  it('is read from its file', async () => {
    const scope = await start()
    scope.log('x')
    await scope.stop()
    await using recording = scope.recording()
    expect((await recording.events()).items).toHaveLength(1)
  })

  it('is gone when it was kept in memory: asking is refused and does not hang', async () => {
    const scope = await start({ store: 'memory' })
    scope.log('x')
    await scope.stop()
    const asked = (async () => scope.recording().events())()
    await expect(Promise.race([asked, sleep(3000).then(() => 'hung')])).rejects.toMatchObject({
      name: 'CinescopeError',
    })
  })
})

it('a directory that holds recordings already gets one more', async () => {
  using directory = temporaryDirectory()
  mkdirSync(join(directory.path, 'deep'))
  for (let i = 0; i < 2; i++) {
    const scope = await createScope({ directory: join(directory.path, 'deep') })
    scope.log('x')
    await scope.stop()
    expect(existsSync(scope.path ?? '')).toBe(true)
  }
})
