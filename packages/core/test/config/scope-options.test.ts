import { MAX_VALUE_BYTES } from '@cinescope/protocol'
import { describe, expect, it } from 'vitest'
import type { ScopeOptions } from '../../src/options/scope-options.ts'
import { settleWith } from '../../src/config/settle.ts'
import { ringBytes } from '../../src/ring/memory.ts'

const settle = (options: unknown, environment = {}, program?: string) =>
  settleWith(undefined, { code: options as ScopeOptions, environment, program }).settings
const nested = (path: string, value: unknown): object =>
  path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object

describe('the options of a scope', () => {
  it('have defaults', () => {
    expect(settle(undefined, {}, '/srv/app/server.js')).toMatchObject({
      enabled: true,
      directory: '.cinescope',
      service: 'server.js',
      store: 'sqlite',
      maxBytes: 512 * 1024 * 1024,
      ring: { strategy: 'drop', records: 32_768, arenaBytes: 4_194_304, maxBytes: 67_108_864 },
      values: { maxDepth: 6, maxWidth: 50, maxStringLength: 1024, maxBytes: 8192 },
      redaction: {},
      handleSignals: true,
    })
    expect(settle({}).service).toBe('node')
  })

  it('take undefined for the default, nested options included', () => {
    const nothing = {
      ring: { records: undefined, strategy: undefined, arenaBytes: undefined },
      values: { maxBytes: undefined, maxDepth: undefined },
      store: undefined,
      maxBytes: undefined,
    }
    expect(settle(nothing)).toEqual({ ...settle({}), onInternalError: expect.any(Function) })
  })

  it.each([
    ['maxBytes', 1_048_576, 1_048_575],
    ['maxBytes', 2 ** 44, 2 ** 44 + 1],
    ['maxAgeMs', 1000, 999],
    ['maxAgeMs', 31_536_000_000, 31_536_000_001],
    ['maxEvents', 1000, 999],
    ['maxEvents', 2 ** 44, 2 ** 44 + 1],
    ['ring.records', 64, 32],
    ['ring.records', 4_194_304, 8_388_608],
    ['ring.records', 128, 129],
    ['ring.arenaBytes', 131_072, 65_536],
    ['ring.arenaBytes', 1_073_741_824, 2_147_483_648],
    ['ring.arenaBytes', 262_144, 262_145],
    ['ring.strategy', 'grow', 'Grow'],
    ['values.maxDepth', 1, 0],
    ['values.maxDepth', 32, 33],
    ['values.maxWidth', 10_000, 10_001],
    ['values.maxStringLength', 1, 0],
    ['values.maxStringLength', MAX_VALUE_BYTES, MAX_VALUE_BYTES + 1],
    ['values.maxBytes', 64, 63],
    ['values.maxBytes', MAX_VALUE_BYTES, MAX_VALUE_BYTES + 1],
    ['enabled', false, 'false'],
    ['directory', '', 5],
    ['service', 'x', null],
    ['store', 'memory', 'Memory'],
    ['handleSignals', false, 0],
    ['onInternalError', () => undefined, 'console'],
    ['redaction.names', [], ['a', 5]],
    ['redaction.names', ['a'], 'a'],
    ['redaction.shapes', [/a/], ['a']],
    ['redaction.text', 'keep', 'drop'],
    ['ring', {}, []],
    ['values', {}, null],
    ['maxBytes', 2_000_000, Number.NaN],
    ['maxBytes', 2_000_000, 2_000_000n],
  ])('%s takes %o and refuses %o, naming it', (path, good, bad) => {
    expect(() => settle(nested(path, good))).not.toThrow()
    expect(() => settle(nested(path, bad))).toThrow(
      expect.objectContaining({ code: 'CSC_ERR_OPTION', message: expect.stringContaining(`createScope.${path} is `) }),
    )
  })

  it.each([
    ['directroy', "did you mean 'directory'?"],
    ['maxbytes', "did you mean 'maxBytes'?"],
    ['ring.recods', "did you mean 'records'?"],
    ['values.limit', 'allowed are maxDepth, maxWidth, maxStringLength, maxBytes'],
    ['somethingElse', 'allowed are enabled, preset, sample, config,'],
    ['__proto__x', 'allowed are enabled'],
    ['constructor', 'allowed are enabled'],
  ])('has no %s and says %s', (path, hint) => {
    expect(() => settle(nested(path, 1))).toThrow(
      expect.objectContaining({ code: 'CSC_ERR_OPTION', message: expect.stringContaining(hint) }),
    )
  })

  it.each([
    ['a b', "createScope.values is 'a b'"],
    [[], 'createScope.values is an empty list'],
    [['secret', 5], "createScope.values is a list that begins with 'secret'"],
    [[[3]], 'createScope.values is a list that begins with a list that begins with 3'],
  ])('are shown as they were given: %o', (given, message) => {
    expect(() => settle({ values: given })).toThrow(
      expect.objectContaining({ message: expect.stringContaining(message) }),
    )
  })

  it('let a ring grow by as much again at least', () => {
    const ring = { strategy: 'grow', records: 128, arenaBytes: 131_072 } as const
    const least = 2 * ringBytes(ring)
    expect(settle({ ring: { ...ring, maxBytes: least } }).ring).toEqual({ ...ring, maxBytes: least })
    expect(settle({ ring: { ...ring, maxBytes: undefined } }).ring.maxBytes).toBe(67_108_864)
    const refusals: [object, string][] = [
      [{ ...ring, maxBytes: least - 1 }, `createScope.ring.maxBytes is ${least - 1}; `],
      [{ strategy: 'grow', arenaBytes: 67_108_864 }, `it must be ${2 * (2_097_152 + 67_108_864 + 65_536)} or more`],
      [{ ...ring, maxBytes: 0 }, 'createScope.ring.maxBytes is 0; '],
    ]
    for (const [given, message] of refusals) {
      expect(() => settle({ ring: given })).toThrow(
        expect.objectContaining({ code: 'CSC_ERR_OPTION', message: expect.stringContaining(message) }),
      )
    }
  })

  it.each([null, 5, 'x', []])('are an object, not %o', (options) => {
    expect(() => settle(options)).toThrow(expect.objectContaining({ code: 'CSC_ERR_OPTION' }))
  })

  it('are overruled by CINESCOPE_DISABLED=1 and by no other value of it', () => {
    expect(settle({ enabled: true }, { CINESCOPE_DISABLED: '1' }).enabled).toBe(false)
    for (const value of ['0', '', 'true', undefined])
      expect(settle({}, { CINESCOPE_DISABLED: value }).enabled).toBe(true)
    expect(settle({ enabled: false }, { CINESCOPE_DISABLED: '0' }).enabled).toBe(false)
  })
})
