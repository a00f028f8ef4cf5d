import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { OptionRule } from '../../src/options/option-rules.ts'
import { changesAtRunTime, leavesOf } from '../../src/options/option-schema.ts'
import { printFault, type ScopeOptions } from '../../src/options/scope-options.ts'
import { SCOPE_SCHEMA } from '../../src/options/scope-schema.ts'
import { variableOf } from '../../src/config/environment.ts'
import { mergeOptions } from '../../src/config/merge.ts'
import { settle } from '../../src/config/settle.ts'
import { askProcess, type ControlTarget } from '../../src/control/ask-process.ts'
import { createScope } from '../../src/scope.ts'
import type { Scope } from '../../src/scope/running-scope.ts'
import { EFFECTS } from './effects.ts'

const PLACES = ['file', 'environment', 'code'] as const
type Place = (typeof PLACES)[number]

const LEAVES = leavesOf(SCOPE_SCHEMA).map((leaf) => ({ ...leaf, name: leaf.path.join('.') }))
/** So that a scope is cheap, and seen alone. */
const BASE: ScopeOptions = { store: 'memory', sources: false, handleSignals: false }

const AT_RUN_TIME = LEAVES.filter(({ rule }) => changesAtRunTime(rule))

const home = process.cwd()
let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cinescope-keys-'))
})

afterEach(() => {
  process.chdir(home)
  rmSync(directory, { recursive: true })
  vi.unstubAllEnvs()
})

const targetOf = ({ node }: Scope): ControlTarget => ({ node, uid: process.getuid?.() ?? 0 })

const nested = (path: readonly string[], value: unknown): object =>
  path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object

/** Says the base, and the option at one place; gives what is left for the code to say. In a directory of its own: Node reads a module once. */
function say(path: readonly string[], place: Place | undefined, beside: ScopeOptions = {}): ScopeOptions {
  const { value } = EFFECTS[path.join('.')]!
  process.chdir(mkdtempSync(join(directory, 'said-')))
  writeFileSync('other.json', JSON.stringify({ ...BASE, service: 'other' }))
  const option = nested(path, value)
  const inFile = mergeOptions(SCOPE_SCHEMA, [BASE, beside, place === 'file' ? option : {}])
  writeFileSync('cinescope.config.mjs', `export default ${literal(inFile)}`)
  if (place === 'environment') vi.stubEnv(variableOf(path), String(value))
  return place === 'code' ? option : {}
}

/** As it is written in a program. */
function literal(value: unknown): string {
  if (value instanceof RegExp) return String(value)
  if (typeof value === 'function') return '() => {}'
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${literal(each)}`)
  return `{ ${members.join(', ')} }`
}

const allowed = ({ notIn = [] }: OptionRule): Place[] =>
  PLACES.filter((place) => place === 'code' || !notIn.includes(place))

it('each option has its effect in the table, and the table has no other', () => {
  expect(Object.keys(EFFECTS).toSorted()).toEqual(LEAVES.map(({ name }) => name).toSorted())
})

describe.each(LEAVES)('the option $name', ({ path, rule, name }) => {
  // the test above fails where there is none
  const { shows, usual, changed, beside } = EFFECTS[name]!
  // a function of a file cannot be asked
  const places = allowed(rule).filter((place) => rule.is !== 'function' || place === 'code')
  const place = places[LEAVES.findIndex((leaf) => leaf.name === name) % places.length]

  it(`changes what happens, said in ${place}`, async () => {
    say(path, undefined, beside)
    expect(await shows(() => createScope())).toEqual(usual)
    const code = say(path, place, beside)
    expect(await shows(() => createScope(code))).toEqual(changed)
  })

  it(`means the same in ${allowed(rule).join(', ')}`, async () => {
    const settled = async (at: Place | undefined): Promise<object> => {
      const code = say(path, at, beside)
      const { settings } = await settle({ code, environment: process.env, program: undefined })
      vi.unstubAllEnvs()
      // where nothing is recorded, the file is not looked at
      return settings.enabled ? { ...settings, onInternalError: settings.onInternalError !== printFault } : {}
    }
    const inCode = await settled('code')
    expect(inCode).not.toEqual(await settled(undefined))
    for (const at of allowed(rule)) expect(await settled(at)).toEqual(inCode)
  })
})

it('the options that change at run time are those that scope.settings has', async () => {
  await using scope = await createScope({ store: 'memory', sources: false, handleSignals: false, config: false })
  const names = Object.entries(scope.settings).flatMap(([name, value]) =>
    typeof value === 'object' ? Object.keys(value).map((each) => `${name}.${each}`) : [name],
  )
  expect(names.toSorted()).toEqual(AT_RUN_TIME.map(({ name }) => name).toSorted())
  expect(names.length).toBeGreaterThan(10)
})

describe.each(AT_RUN_TIME)('the option $name', ({ path, name, rule }) => {
  const { value, shows, usual, changed, beside } = EFFECTS[name]!

  it.each(['code', 'the control socket'])('changes what happens in a scope that runs, said in %s', async (place) => {
    say(path, undefined, { ...beside, store: place === 'code' ? 'memory' : 'sqlite' })
    const changing = async (...values: unknown[]): Promise<Scope> => {
      const scope = await createScope()
      await scope.flush()
      for (const to of values) {
        if (place === 'code') scope.set(nested(path, to))
        else await askProcess(targetOf(scope), { ask: 'set', options: { [name]: to } })
        // the writer has heard of it, and this thread
        await scope.flush()
        await vi.waitFor(() => expect(scope.settings).toMatchObject(nested(path, to ?? undefined)))
      }
      return scope
    }
    expect(await shows(() => changing(value))).toEqual(changed)
    // a limit that is none by default is taken away by null
    if (place === 'code') expect(await shows(() => changing(value, rule.default ?? null))).toEqual(usual)
  })
})
