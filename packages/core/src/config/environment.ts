/** Options from environment variables: one for each option that is no function and no list of regular expressions. */

import { CinescopeError } from '@cinescope/protocol'
import { nearestName } from '../options/nearest-name.ts'
import { checkOption, type OptionRules } from '../options/option-rules.ts'
import { type Leaf, leavesOf } from '../options/option-schema.ts'
import { optionFromText } from '../options/option-text.ts'
import { mergeOptions } from './merge.ts'

/** The variables of the process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What they say. */
export interface EnvironmentOptions {
  readonly options: object
  /** Of variables that look like ours and are not. */
  readonly warning: CinescopeError | undefined
}

/** Turns recording off, whatever else is said, and wrong as it may be. */
export const OFF_SWITCH = 'CINESCOPE_DISABLED'

const PREFIX = 'CINESCOPE_'
/** How many unknown variables are named. */
const MAX_NAMED = 5

/** The variable of an option: `['ring', 'records']` is set by `CINESCOPE_RING_RECORDS`. */
export function variableOf(path: readonly string[]): string {
  const words = path.map((name) => name.replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, '_').replaceAll('.', '_'))
  return PREFIX + words.join('_').toUpperCase()
}

/** Reads them. One that is empty says nothing. @throws CSC_ERR_OPTION for a wrong value */
export function readEnvironment(rules: OptionRules, environment: Environment): EnvironmentOptions {
  if (environment[OFF_SWITCH] === '1') return { options: { enabled: false }, warning: undefined }
  const names = Object.keys(environment).filter((name) => name.startsWith(PREFIX) && name !== OFF_SWITCH)
  if (names.length === 0) return { options: {}, warning: undefined }
  const leaves = new Map(leavesOf(rules).map((leaf) => [variableOf(leaf.path), leaf]))
  const isKnown = (name: string): boolean => {
    const leaf = leaves.get(name)
    return leaf !== undefined && hasVariable(leaf)
  }
  const layers = [...leaves].flatMap(([name, leaf]) => {
    const text = environment[name]
    return text === undefined || text === '' || !hasVariable(leaf) ? [] : [optionOf(name, leaf, text)]
  })
  const unknown = names.filter((name) => !isKnown(name))
  return {
    options: mergeOptions(rules, layers),
    warning: unknown.length === 0 ? undefined : warningOf(unknown, leaves),
  }
}

/** False for an option that cannot be said in one line of text. */
export function hasVariable({ rule }: Leaf): boolean {
  return rule.notIn?.includes('environment') !== true
}

function optionOf(name: string, { path, rule }: Leaf, text: string): object {
  // an object cannot be said in one variable: each of its members has its own
  const plain = rule.is === 'either' ? { ...rule, rules: rule.rules.filter(({ is }) => is !== 'object') } : rule
  const value = optionFromText(plain, text)
  checkOption(name, value, plain)
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object
}

function warningOf(unknown: readonly string[], leaves: ReadonlyMap<string, Leaf>): CinescopeError {
  const known = [OFF_SWITCH, ...[...leaves].filter(([, leaf]) => hasVariable(leaf)).map(([name]) => name)]
  const told = unknown.slice(0, MAX_NAMED).map((name) => {
    if (leaves.has(name)) return `${name} sets nothing: this option can be set in code only, and in a config file`
    const nearest = nearestName(name, known)
    const hint = nearest === undefined ? 'docs/configuration.md lists the variables' : `did you mean ${nearest}?`
    return `there is no variable ${name.slice(0, 60)}; ${hint}`
  })
  const more = unknown.length > MAX_NAMED ? `; and ${unknown.length - MAX_NAMED} more` : ''
  return new CinescopeError('CSC_ERR_OPTION', told.join('; ') + more)
}
