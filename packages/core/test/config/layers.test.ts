import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Preset, ScopeOptions } from '../../src/options/scope-options.ts'
import { SCOPE_SCHEMA } from '../../src/options/scope-schema.ts'
import { mergeOptions } from '../../src/config/merge.ts'
import { settleThread, settleWith } from '../../src/config/settle.ts'

afterEach(() => void vi.unstubAllEnvs())

interface Layers {
  readonly start?: ScopeOptions
  readonly file?: ScopeOptions
  readonly code?: ScopeOptions
  readonly environment?: Readonly<Record<string, string>>
}

const settle = ({ file, code, environment = {}, start }: Layers) =>
  settleWith(file, { code, environment, program: undefined, ...(start === undefined ? {} : { start }) }).settings

describe('of the five layers', () => {
  it('each later one beats those before it, and leaves them what it does not name', () => {
    const ring = { strategy: 'overwrite', records: 64, arenaBytes: 131_072 } as const
    const layers: Layers[] = [{}, { file: { preset: 'production' } }]
    expect(layers.map((each) => settle(each).values.maxDepth)).toEqual([6, 4])
    const file: ScopeOptions = { preset: 'production', values: { maxDepth: 8, maxWidth: 9 }, ring }
    expect(settle({ file }).values).toEqual({ maxDepth: 8, maxWidth: 9, maxStringLength: 256, maxBytes: 2048 })
    const code: ScopeOptions = { values: { maxWidth: 10, maxStringLength: 11 }, ring: { records: 128 } }
    expect(settle({ file, code }).values).toEqual({ maxDepth: 8, maxWidth: 10, maxStringLength: 11, maxBytes: 2048 })
    const environment = { CINESCOPE_VALUES_MAX_STRING_LENGTH: '12', CINESCOPE_RING_STRATEGY: 'drop' }
    const all = settle({ file, code, environment })
    expect(all.values).toEqual({ maxDepth: 8, maxWidth: 10, maxStringLength: 12, maxBytes: 2048 })
    expect(all.ring).toEqual({ strategy: 'drop', records: 128, arenaBytes: 131_072, maxBytes: 67_108_864 })
    expect(all.store).toBe('sqlite')
  })

  it('undefined says nothing, in whichever it is', () => {
    const code = { maxBytes: undefined, ring: { records: undefined } } as unknown as ScopeOptions
    const settings = settle({ file: { maxBytes: 2_000_000, ring: { records: 64 } }, code })
    expect(settings).toMatchObject({ maxBytes: 2_000_000, ring: { records: 64 } })
  })

  it('lists are replaced', () => {
    const { redaction } = settle({
      file: { redaction: { names: ['a', 'b'], paths: ['x'] } },
      code: { redaction: { names: ['c'] } },
    })
    expect(redaction).toEqual({ names: ['c'], paths: ['x'], text: 'type-and-length' })
  })

  it.each<[string, Layers, readonly string[], readonly string[]]>([
    ['nothing said', {}, ['console', 'pg'], ['http.server']],
    ['some off', { code: { sources: { pg: false } } }, ['console'], ['pg', 'http.server']],
    ['all off but one', { file: { sources: false }, code: { sources: { pg: true } } }, ['pg'], ['console']],
    [
      'all on but one',
      { start: { sources: true }, file: { sources: { pg: false } } },
      ['http.server', 'console'],
      ['pg'],
    ],
    ['all off after one was on', { file: { sources: { pg: true } }, code: { sources: false } }, [], ['pg', 'console']],
    [
      'all off and one on by the environment',
      { environment: { CINESCOPE_SOURCES_PG: '1', CINESCOPE_SOURCES: '0' } },
      ['pg'],
      ['console'],
    ],
  ])('sources, with %s, are on and off as was said last of each', (_, layers, on, off) => {
    const settled = settle(layers).sources.on
    expect(settled).toEqual(expect.arrayContaining([...on]))
    expect(settled.filter((name) => off.includes(name))).toEqual([])
  })
})

describe('a preset', () => {
  const bodies = (layers: Layers) => {
    const { incoming, outgoing } = settle(layers).sources
    return [incoming.bodies, outgoing.bodies]
  }
  const production = { NODE_ENV: 'production' }

  it('may be named in file, code or environment, and the last holds', () => {
    const file = { preset: 'production' } as const
    const code = { preset: 'development' } as const
    expect(settle({ file }).preset).toBe('production')
    expect(settle({ file, code }).preset).toBe('development')
    expect(settle({ file, code, environment: { CINESCOPE_PRESET: 'production' } }).preset).toBe('production')
  })

  it('that nobody names follows NODE_ENV in bodies and in nothing else', () => {
    expect(bodies({ environment: production })).toEqual([false, false])
    const named = settle({ environment: production })
    const { sources, ...rest } = settle({})
    expect(named).toEqual({ ...rest, sources: expect.anything() })
    expect(named.sources).toMatchObject({ on: sources.on, vitals: sources.vitals })
  })

  it('that is named beats NODE_ENV', () => {
    expect(bodies({ code: { preset: 'development' }, environment: production })).toEqual([true, true])
    expect(bodies({ code: { preset: 'production' } })).toEqual([false, false])
    expect(settle({ code: { preset: 'development' } }).sources.on).toContain('http.server')
  })

  it('is beaten by what is said beside it', () => {
    const code = { preset: 'production' as Preset, outgoing: { bodies: true } }
    expect(bodies({ code })).toEqual([false, true])
  })
})

describe('a thread that joins a recording', () => {
  it('has the settings of the recording, but for what it says of its own records', () => {
    const file: ScopeOptions = { values: { maxDepth: 3, maxWidth: 4 }, sources: { pg: false }, maxBytes: 2_000_000 }
    const started = settle({ file, code: { preset: 'production' } })
    const code: ScopeOptions = { values: { maxDepth: 9 }, sources: { console: false }, maxBytes: 3_000_000 }
    const environment = { CINESCOPE_VALUES_MAX_WIDTH: '7' }
    const settings = settleThread(started, { code, environment, program: undefined })
    expect(settings).toMatchObject({ preset: 'production', maxBytes: 2_000_000 })
    expect(settings.values).toEqual({ maxDepth: 9, maxWidth: 7, maxStringLength: 256, maxBytes: 2048 })
    expect(settings.sources.on).not.toContain('pg')
    expect(settings.sources.on).not.toContain('console')
    expect(settings.sources.incoming.bodies).toBe(false)
    const again = settleThread(started, { code: undefined, environment: {}, program: undefined })
    expect(again).toEqual({ ...started, onInternalError: expect.any(Function) })
  })
})

describe('merging', () => {
  const scalar = fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined })
  const names = fc.option(fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }), { nil: undefined })
  const layer = fc.record(
    {
      maxBytes: scalar,
      values: fc.record({ maxDepth: scalar, maxWidth: scalar }, { requiredKeys: [] }),
      redaction: fc.record({ names }, { requiredKeys: [] }),
      sources: fc.oneof(
        fc.boolean(),
        fc.record({ console: fc.boolean(), pg: fc.boolean(), net: fc.boolean() }, { requiredKeys: [] }),
      ),
    },
    { requiredKeys: [] },
  )
  const merge = (...layers: object[]) => mergeOptions(SCOPE_SCHEMA, layers)

  it('gives the same however layers are joined, and changes none of them', () => {
    fc.assert(
      fc.property(layer, layer, layer, (a, b, c) => {
        const before = structuredClone([a, b, c])
        const all = merge(a, b, c)
        expect(merge(merge(a, b), c)).toEqual(all)
        expect(merge(a, {}, b, {}, c)).toEqual(all)
        expect(merge(all, c)).toEqual(all)
        expect([a, b, c]).toEqual(before)
      }),
    )
  })

  it('has each value from the last layer that says it', () => {
    fc.assert(
      fc.property(fc.array(layer, { maxLength: 4 }), (layers) => {
        const last = (read: (options: ScopeOptions) => unknown): unknown =>
          layers.map((each) => read(each as ScopeOptions)).findLast((value) => value !== undefined)
        const all: ScopeOptions = merge(...layers)
        expect(all.maxBytes).toBe(last((each) => each.maxBytes))
        expect(all.values?.maxDepth).toBe(last((each) => each.values?.maxDepth))
        expect(all.redaction?.names).toEqual(last((each) => each.redaction?.names))
        const isOn = ({ sources }: ScopeOptions): boolean | undefined =>
          typeof sources === 'object' ? sources.pg : sources
        expect(isOn(all)).toBe(last(isOn))
      }),
    )
  })
})
