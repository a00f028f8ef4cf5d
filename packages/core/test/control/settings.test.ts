import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { askProcess } from '../../src/control/ask-process.ts'
import { createScope, type RunTimeSettings, type ScopeOptions } from '../../src/index.ts'
import type { Scope } from '../../src/scope/running-scope.ts'
import { temporaryDirectory } from '../store/directory.ts'
import { UID } from './client.ts'

let place: ReturnType<typeof temporaryDirectory>
let scope: Scope

beforeEach(async () => {
  place = temporaryDirectory()
  vi.stubEnv('TMPDIR', place.path)
  scope = await createScope({ sources: false, directory: place.path, config: false })
})

afterEach(async () => {
  await scope.stop()
  vi.unstubAllEnvs()
  place[Symbol.dispose]()
})

class Thread implements AsyncDisposable {
  readonly #worker: Worker

  constructor(options: ScopeOptions = {}) {
    this.#worker = new Worker(new URL('./thread.ts', import.meta.url), {
      workerData: options,
      execArgv: ['--conditions=@cinescope/source'],
    })
  }

  async heard(): Promise<unknown> {
    const [message] = (await once(this.#worker, 'message')) as [unknown]
    return message
  }

  async ask(order: 'settings' | 'set' | 'log' | 'flush'): Promise<RunTimeSettings> {
    const heard = this.heard()
    this.#worker.postMessage(order)
    return (await heard) as RunTimeSettings
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exit = once(this.#worker, 'exit')
    this.#worker.postMessage('stop')
    await exit
  }
}

/** Every change that is told of, by thread. */
async function changes(): Promise<unknown[]> {
  await scope.flush()
  const { items } = await scope.recording().events({ where: { kinds: ['control'], site: 'settings' } })
  return items.map(({ thread, value }) => [thread, value])
}

describe('scope.set()', () => {
  it('changes what it is told, at once, and nothing else', () => {
    const before = scope.settings
    scope.set({ values: { maxBytes: 100 }, keep: {}, maxAgeMs: 5000 })
    expect(scope.settings).toEqual({ ...before, maxAgeMs: 5000, values: { ...before.values, maxBytes: 100 } })
    scope.set({ maxAgeMs: null })
    expect(scope.settings).toEqual({ ...before, values: { ...before.values, maxBytes: 100 } })
  })

  it('has the next state of an entity told whole where limits of values have changed, and no others', async () => {
    const entity = scope.entity('cart', 1)
    const state = { long: 'a text that is long enough for a patch of anything else', n: 0 }
    const kinds: string[] = []
    for (const options of [{}, { maxAgeMs: 5000 }, { values: { maxWidth: 40 } }, { values: { maxWidth: 40 } }]) {
      scope.set(options)
      state.n++
      entity.snapshot(state)
    }
    await scope.flush()
    for (const { event } of (await scope.recording().history(entity.entity)).items) kinds.push(event.kind)
    expect(kinds).toEqual(['state.snapshot', 'state.patch', 'state.snapshot', 'state.patch'])
  })

  it('tells of each change once, in the film in which it was made, and of nothing where nothing changes', async () => {
    scope.set({ sample: 1, maxAgeMs: null })
    scope.span('a film', () => scope.set({ keep: { slowMs: 5 }, budget: { cpuPercent: 50 } }))
    scope.set({ budget: { cpuPercent: null } })
    expect(await changes()).toEqual([
      [0, { key: 'keep.slowMs', from: 1000, to: 5, by: 'code' }],
      [0, { key: 'budget.cpuPercent', from: 'none', to: 50, by: 'code' }],
      [0, { key: 'budget.cpuPercent', from: 50, to: 'none', by: 'code' }],
    ])
    const [film] = (await scope.recording().films({ where: { name: 'a film' } })).items
    const { events } = await scope.recording().film(film?.id ?? '')
    expect(events.map(({ kind }) => kind)).toContain('control')
  })

  it('tells of it in full where values are cut, and outside of a film that is not recorded', async () => {
    scope.set({ values: { maxBytes: 64, maxStringLength: 1, maxWidth: 1, maxDepth: 1 }, sample: 0 })
    scope.span('not recorded', () => scope.set({ maxEvents: 5000 }))
    const told = (await changes()) as [number, { key: string; by: string }][]
    expect(told.map(([, { key }]) => key)).toEqual([
      'sample',
      'values.maxDepth',
      'values.maxWidth',
      'values.maxStringLength',
      'values.maxBytes',
      'maxEvents',
    ])
    expect(told.every(([, { by }]) => by === 'code')).toBe(true)
  })

  it.each<[string, object, RegExp]>([
    [
      'does not exist',
      { values: { maxByte: 1 } },
      /scope\.set\.values has no option 'maxByte'; did you mean 'maxBytes'/,
    ],
    ['is not allowed', { sample: 1.5 }, /scope\.set\.sample is 1\.5; it must be a number from 0 to 1$/],
    ['always has a value', { maxBytes: null }, /scope\.set\.maxBytes is null; it must be an integer/],
    ['has another type', { maxAgeMs: '5' }, /scope\.set\.maxAgeMs is '5'; it must be an integer from .* or null/],
    ['cannot change', { directory: 'x' }, /scope\.set\.directory cannot change at run time; what can: sample, /],
    ['hides', { redaction: { names: [] } }, /scope\.set\.redaction\.names cannot change at run time/],
    ['is one of a source', { sources: { console: true } }, /scope\.set\.sources.* cannot change at run time/],
  ])('refuses what %s, and changes nothing', (_, options, message) => {
    const before = scope.settings
    const set = (): void => scope.set({ keep: { slowMs: 1 }, ...options })
    expect(set).toThrow(expect.objectContaining({ code: 'CSC_ERR_OPTION', message: expect.stringMatching(message) }))
    expect(scope.settings).toEqual(before)
  })

  it('holds in a scope that records nothing, and after the end', async () => {
    await using off = await createScope({ enabled: false, config: false })
    off.set({ sample: 0.5 })
    expect(off.settings.sample).toBe(0.5)
    await scope.stop()
    scope.set({ sample: 0.5 })
    expect(scope.settings.sample).toBe(0.5)
  })
})

describe('a change', () => {
  it('is for all threads, also those that said otherwise or start later, and each tells of it', async () => {
    await using early = new Thread({ values: { maxStringLength: 3 } })
    expect(await early.heard()).toMatchObject({ values: { maxStringLength: 3 } })
    scope.set({ values: { maxStringLength: 5 } })
    await vi.waitFor(async () => {
      expect(await early.ask('settings')).toMatchObject({ values: { maxStringLength: 5 } })
    }, 10_000)
    await using late = new Thread({ values: { maxStringLength: 3 } })
    expect(await late.heard()).toMatchObject({ values: { maxStringLength: 5 } })
    for (const thread of [early, late]) {
      await thread.ask('log')
      await thread.ask('flush')
    }
    await scope.flush()
    const { items } = await scope.recording().events({ where: { kinds: ['log'] } })
    expect(items.map(({ value }) => JSON.stringify(value))).toEqual([
      expect.stringContaining('abcde'),
      expect.stringContaining('abcde'),
    ])
    expect(JSON.stringify(items)).not.toContain('abcdef')
    expect(await changes()).toEqual([
      [0, { key: 'values.maxStringLength', from: 1024, to: 5, by: 'code' }],
      [1, { key: 'values.maxStringLength', from: 3, to: 5, by: 'code' }],
    ])
  })

  it('can be made by any of them', async () => {
    await using thread = new Thread()
    await thread.heard()
    expect(await thread.ask('set')).toMatchObject({ values: { maxStringLength: 7 } })
    await vi.waitFor(() => expect(scope.settings.values.maxStringLength).toBe(7), 10_000)
    await thread.ask('flush')
    expect(await changes()).toEqual([
      [1, { key: 'values.maxStringLength', from: 1024, to: 7, by: 'code' }],
      [0, { key: 'values.maxStringLength', from: 1024, to: 7, by: 'code' }],
    ])
  })

  it('can be asked for from outside, and says so', async () => {
    await scope.flush()
    await using thread = new Thread()
    await thread.heard()
    await askProcess({ node: scope.node, uid: UID }, { ask: 'set', options: { sample: '0.25', maxAgeMs: '' } })
    await vi.waitFor(async () => {
      expect([scope.settings.sample, (await thread.ask('settings')).sample]).toEqual([0.25, 0.25])
    }, 10_000)
    await thread.ask('flush')
    const told = await changes()
    expect(told).toHaveLength(2)
    for (const thread of [0, 1]) {
      expect(told).toContainEqual([thread, { key: 'sample', from: 1, to: 0.25, by: 'ctl' }])
    }
  })
})

describe('a budget', () => {
  it('that is taken away gives back at once what was left out for it, and says so', async () => {
    scope.set({ budget: { cpuPercent: 0.1 } })
    await vi.waitFor(() => {
      for (let i = 0; i < 500; i++) scope.span('film', () => String(Math.random()).repeat(20))
      expect(scope.status().valuesThinned).toBeGreaterThan(0)
    }, 15_000)
    scope.set({ budget: { cpuPercent: null } })
    const { spansThinned, valuesThinned } = scope.status()
    for (let i = 0; i < 100; i++) scope.span('film', () => `whole ${i}`)
    await scope.flush()
    expect(scope.status()).toMatchObject({ spansThinned, valuesThinned })
    const where = { kinds: ['control' as const], site: 'budget' }
    const { items } = await scope.recording().events({ where, limit: 1000 })
    expect(items.at(-1)?.value).toEqual({
      action: 'all is recorded again',
      'films.share': 1,
      'values.left_out': valuesThinned,
      'spans.left_out': spansThinned,
    })
  })
})
