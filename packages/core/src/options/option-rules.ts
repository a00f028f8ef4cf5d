/** Validation of options by a table of rules: an unknown key or a wrong value is an error that names key, value and remedy. */

import { assertNever, CinescopeError } from '@cinescope/protocol'
import { nearestName } from './nearest-name.ts'

/** What an option may be, and what is told of it. Undefined is always allowed and means the default. */
export type OptionRule = Kind & OptionFacts

type Kind =
  | { readonly is: 'boolean' | 'string' | 'function' | 'null' }
  | (NumberFacts & { readonly is: 'integer'; readonly powerOfTwo?: boolean })
  | (NumberFacts & { readonly is: 'number' })
  | { readonly is: 'oneOf'; readonly values: readonly string[] }
  | { readonly is: 'listOf'; readonly item: 'string' | 'RegExp' }
  | { readonly is: 'object'; readonly rules: OptionRules }
  | { readonly is: 'mapOf'; readonly rules: OptionRules }
  | { readonly is: 'either'; readonly rules: readonly OptionRule[] }

interface NumberFacts {
  readonly from: number
  readonly to: number
  /** True where it changes at run time: see `RunTimeOptions`, whose type asks for the mark. */
  readonly atRunTime?: true
}

/** What is told of an option beside its rule. */
interface OptionFacts {
  /** One sentence: what it is, and in which unit. */
  readonly about?: string
  /** What holds where nothing is said. */
  readonly default?: unknown
  /** The same in words, where a value does not say it all. */
  readonly defaultText?: string
  /** Where it cannot be set. */
  readonly notIn?: readonly ('file' | 'environment')[]
  /** True where a thread that joins a recording may say it for what it records itself. */
  readonly perThread?: boolean
}

/** Rules by option name. */
export type OptionRules = Readonly<Record<string, OptionRule>>

/** Checks `options` against the rules. `where` begins the names in messages, e.g. `createScope`. @throws CSC_ERR_OPTION */
export function checkOptions(options: unknown, rules: OptionRules, where: string): void {
  if (options === undefined) return
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw refusal(where, options, 'an object of options')
  }
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    if (rule === undefined) throw unknownOption(where, name, rules)
    if (value !== undefined) checkOption(`${where}.${name}`, value, rule)
  }
}

/** Checks one value. `name` is what messages call it. @throws CSC_ERR_OPTION */
export function checkOption(name: string, value: unknown, rule: OptionRule): void {
  if (rule.is === 'object') return checkOptions(value, rule.rules, name)
  if (rule.is === 'mapOf') {
    if (typeof value !== 'object' || value === null) throw refusal(name, value, allowed(rule))
    for (const [key, entry] of Object.entries(value)) checkOptions(entry, rule.rules, `${name}['${key}']`)
    return
  }
  if (rule.is === 'either') {
    const object = rule.rules.find((option) => option.is === 'object')
    if (object !== undefined && typeof value === 'object') return checkOption(name, value, object)
    if (!rule.rules.some((option) => fits(value, option))) throw refusal(name, value, allowed(rule))
    return
  }
  if (!fits(value, rule)) throw refusal(name, value, allowed(rule))
}

function fits(value: unknown, rule: OptionRule): boolean {
  switch (rule.is) {
    case 'boolean':
    case 'string':
    case 'function':
      return typeof value === rule.is
    case 'null':
      return value === null
    case 'integer':
      return (
        Number.isSafeInteger(value) &&
        (value as number) >= rule.from &&
        (value as number) <= rule.to &&
        (rule.powerOfTwo !== true || Number.isInteger(Math.log2(value as number)))
      )
    case 'number':
      return typeof value === 'number' && value >= rule.from && value <= rule.to
    case 'oneOf':
      return typeof value === 'string' && rule.values.includes(value)
    case 'listOf':
      return (
        Array.isArray(value) &&
        value.every((item) => (rule.item === 'RegExp' ? item instanceof RegExp : typeof item === 'string'))
      )
    case 'object':
    case 'mapOf':
    case 'either':
      return false
    default:
      return assertNever(rule)
  }
}

/** In words: `an integer from 1 to 32`. */
export function allowed(rule: OptionRule): string {
  switch (rule.is) {
    case 'boolean':
      return 'true or false'
    case 'string':
    case 'function':
      return `a ${rule.is}`
    case 'null':
      return 'null'
    case 'integer':
      return `${rule.powerOfTwo === true ? 'a power of two' : 'an integer'} from ${rule.from} to ${rule.to}`
    case 'number':
      return `a number from ${rule.from} to ${rule.to}`
    case 'oneOf':
      return rule.values.map((value) => `'${value}'`).join(' or ')
    case 'listOf':
      return `a list of ${rule.item}s`
    case 'object':
    case 'mapOf':
      return `an object with ${Object.keys(rule.rules).join(', ')}`
    case 'either':
      return rule.rules.map(allowed).join(' or ')
    default:
      return assertNever(rule)
  }
}

function refusal(name: string, value: unknown, right: string): CinescopeError {
  return new CinescopeError('CSC_ERR_OPTION', `${name} is ${shown(value)}; it must be ${right}`)
}

function unknownOption(where: string, name: string, rules: OptionRules): CinescopeError {
  const names = Object.keys(rules)
  const nearest = nearestName(name, names)
  const hint = nearest === undefined ? `allowed are ${names.join(', ')}` : `did you mean '${nearest}'?`
  return new CinescopeError('CSC_ERR_OPTION', `${where} has no option '${name.slice(0, 60)}'; ${hint}`)
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value.slice(0, 60)}'`
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list that begins with ${shown(value[0])}`
  return typeof value === 'object' && value !== null ? 'an object' : String(value).slice(0, 60)
}
