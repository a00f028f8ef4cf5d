import { describe, expect, it } from 'vitest'
import { leavesOf } from '../../src/options/option-schema.ts'
import { SCOPE_SCHEMA } from '../../src/options/scope-schema.ts'
import { readEnvironment, variableOf } from '../../src/config/environment.ts'

const read = (environment: Readonly<Record<string, string>>) => readEnvironment(SCOPE_SCHEMA, environment)
const optionsOf = (environment: Readonly<Record<string, string>>) => read(environment).options
const refusal = (message: string) => expect.objectContaining({ code: 'CSC_ERR_OPTION', message })

describe('variables', () => {
  it('are called as their option', () => {
    expect(variableOf(['maxBytes'])).toBe('CINESCOPE_MAX_BYTES')
    expect(variableOf(['ring', 'strategy'])).toBe('CINESCOPE_RING_STRATEGY')
    expect(variableOf(['values', 'maxStringLength'])).toBe('CINESCOPE_VALUES_MAX_STRING_LENGTH')
    expect(variableOf(['sources', 'http2.server'])).toBe('CINESCOPE_SOURCES_HTTP2_SERVER')
    const all = leavesOf(SCOPE_SCHEMA).map(({ path }) => variableOf(path))
    expect(new Set(all).size).toBe(all.length)
  })

  it.each([
    ['CINESCOPE_ENABLED', 'true', { enabled: true }],
    ['CINESCOPE_ENABLED', '0', { enabled: false }],
    ['CINESCOPE_MAX_BYTES', '1048576', { maxBytes: 1_048_576 }],
    ['CINESCOPE_SERVICE', '17', { service: '17' }],
    ['CINESCOPE_STORE', 'memory', { store: 'memory' }],
    ['CINESCOPE_CONFIG', 'false', { config: false }],
    ['CINESCOPE_CONFIG', './other.json', { config: './other.json' }],
    ['CINESCOPE_SOURCES', 'false', { sources: false }],
    ['CINESCOPE_SOURCES_CHILD_PROCESS', '1', { sources: { child_process: true } }],
    ['CINESCOPE_REDACTION_NAMES', 'plate, locker,', { redaction: { names: ['plate', 'locker'] } }],
    ['CINESCOPE_RING_RECORDS', '', {}],
  ])('%s=%s says %o', (name, text, options) => {
    expect(read({ [name]: text, HOME: '/root' })).toEqual({ options, warning: undefined })
  })

  it.each([
    ['CINESCOPE_MAX_BYTES', '12MB', "is '12MB'; it must be an integer from 1048576 to 17592186044416"],
    ['CINESCOPE_MAX_BYTES', '1e7', "is '1e7'; it must be an integer from 1048576 to 17592186044416"],
    ['CINESCOPE_RING_RECORDS', '65', 'is 65; it must be a power of two from 64 to 4194304'],
    ['CINESCOPE_STORE', 'Memory', "is 'Memory'; it must be 'sqlite' or 'memory'"],
    ['CINESCOPE_ENABLED', 'yes', "is 'yes'; it must be true or false"],
    ['CINESCOPE_SOURCES', 'console', "is 'console'; it must be true or false"],
  ])('%s=%s is refused and named', (name, text, right) => {
    expect(() => read({ [name]: text })).toThrow(refusal(`${name} ${right}`))
  })

  it('that do not exist are told of, with the nearest, and change nothing', () => {
    const { options, warning } = read({ CINESCOPE_MAX_BITES: 'x', CINESCOPE_STORE: 'memory' })
    expect(options).toEqual({ store: 'memory' })
    expect(warning).toEqual(refusal('there is no variable CINESCOPE_MAX_BITES; did you mean CINESCOPE_MAX_BYTES?'))
    expect(read({ CINESCOPE_DISABLE: '1' }).warning?.message).toContain('did you mean CINESCOPE_DISABLED?')
    expect(read({ CINESCOPE_ELSEWHERE_X: '' }).warning?.message).toContain('docs/configuration.md')
    expect(read({ CINESCOPE_ON_INTERNAL_ERROR: 'log' }).warning?.message).toContain('can be set in code only')
    const many = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`CINESCOPE_NOT_THERE_${index}`, '']))
    expect(read(many).warning?.message).toMatch(/^(?:there is no variable \S+; [^;]+; ){5}and 3 more$/)
  })

  it('say nothing more where recording is switched off', () => {
    expect(read({ CINESCOPE_DISABLED: '1', CINESCOPE_MAX_BYTES: 'x', CINESCOPE_NOTHING: '' })).toEqual({
      options: { enabled: false },
      warning: undefined,
    })
    expect(optionsOf({ CINESCOPE_DISABLED: '0' })).toEqual({})
    expect(read({ CINESCOPE_DISABLED: '0' }).warning).toBeUndefined()
  })
})
